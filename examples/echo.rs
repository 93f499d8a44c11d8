//! Says everything back, over the server's own HTTP and WebSocket code: the cases of Autobahn want an echo, which no
//! chat gives. `scripts/conformance` runs them against it.
//!
//! The argument is the greatest message in bytes, since some cases have larger ones than a chat takes.

use std::env;
use std::io;

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::routing::any;
use futures_util::{SinkExt, StreamExt};
use parlor::protocol::limits::FRAME_BYTES_MAX;
use parlor::server::http;
use parlor::server::websocket::{self, Heard};
use tokio::net::TcpListener;
use tokio::sync::watch;

#[tokio::main]
async fn main() -> io::Result<()> {
    let message_bytes_max = match env::args().nth(1) {
        None => FRAME_BYTES_MAX,
        Some(text) => text.parse().map_err(|_| io::Error::other(format!("{text:?} is no number of bytes")))?,
    };
    let upgrade = move |upgrade: WebSocketUpgrade| async move {
        websocket::configure(upgrade, message_bytes_max).on_upgrade(echo)
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let (_run_for_ever, stopping) = watch::channel(false);
    http::serve(listener, Router::new().route("/", any(upgrade)), stopping).await;
    Ok(())
}

async fn echo(socket: WebSocket) {
    let (mut sink, mut stream) = socket.split();
    loop {
        let message = match websocket::hear(&mut stream).await {
            Heard::Text(text) => Message::Text(text),
            Heard::Binary(bytes) => Message::Binary(bytes),
            Heard::TooBig => return websocket::close_broken(&mut sink, 1009).await,
            Heard::Broken(code) => return websocket::close_broken(&mut sink, code).await,
            Heard::Lost => return,
        };
        if sink.send(message).await.is_err() {
            return;
        }
    }
}
