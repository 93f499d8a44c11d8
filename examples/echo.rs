//! Says everything back, over the server's own HTTP and WebSocket code: the cases of Autobahn want an echo, which no
//! chat gives. `scripts/conformance` runs them against it.
//!
//! The argument is the greatest message in bytes, since some cases have larger ones than a chat takes.

use std::env;
use std::io;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::routing::any;
use parlor::hub::ConnId;
use parlor::protocol::limits::FRAME_BYTES_MAX;
use parlor::server::http;
use parlor::server::websocket::{Frame, Upgrade};
use parlor::server::workers::{Ear, Orders, Threads, Workers};
use tokio::net::TcpListener;
use tokio::sync::watch;

#[tokio::main]
async fn main() -> io::Result<()> {
    let message_bytes_max = match env::args().nth(1) {
        None => FRAME_BYTES_MAX,
        Some(text) => text.parse().map_err(|_| io::Error::other(format!("{text:?} is no number of bytes")))?,
    };
    let back = Arc::new(OnceLock::new());
    let ears = (0..2).map(|_| Echo { back: back.clone(), orders: None }).collect();
    let workers = Threads::start(ears, message_bytes_max)?.workers();
    let _ = back.set(workers.clone());
    let upgrade = move |upgrade: Upgrade| async move { upgrade.accept(None, move |opened| workers.open(opened, ())) };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let (_run_for_ever, stopping) = watch::channel(false);
    http::serve(listener, Router::new().route("/", any(upgrade)), stopping).await;
    Ok(())
}

struct Echo {
    back: Arc<OnceLock<Workers<()>>>,
    orders: Option<Orders<()>>,
}

impl Echo {
    fn orders(&mut self) -> &mut Orders<()> {
        self.orders.get_or_insert_with(|| self.back.get().expect("connections come after the start").orders())
    }
}

impl Ear<()> for Echo {
    fn opened(&mut self, _: ConnId, (): ()) {}

    fn text(&mut self, conn: ConnId, text: &str) {
        self.orders().send(conn, Arc::new(Frame::text(text.as_bytes())));
    }

    fn binary(&mut self, conn: ConnId, payload: &[u8]) {
        self.orders().send(conn, Arc::new(Frame::binary(payload)));
    }

    fn too_big(&mut self, conn: ConnId) {
        self.orders().close(conn, 1009, "too big");
    }

    fn written(&mut self, _: ConnId, _: usize, _: usize) {}

    fn closed(&mut self, _: ConnId) {}

    fn pause(&mut self) {
        self.orders().give();
    }
}
