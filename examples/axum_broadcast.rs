//! A chat as short as axum allows, to measure against: one broadcast channel of tokio for each room, one task for each
//! connection, nothing kept. Whoever is too slow for the channel loses their connection.
//!
//! The argument is the port at which to listen; it prints the one that it has.

use std::collections::HashMap;
use std::env;
use std::io;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::routing::any;
use axum::serve::ListenerExt;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::broadcast;

const WAITING_MAX: usize = 4096;

type Rooms = Arc<Mutex<HashMap<String, broadcast::Sender<Utf8Bytes>>>>;

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Heard {
    Join {
        room: String,
        name: String,
    },
    Message {
        body: String,
    },
    #[serde(skip)]
    Nothing,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said<'a> {
    Joined { room: &'a str },
    Message { name: &'a str, room: &'a str, body: &'a str },
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let port = match env::args().nth(1) {
        None => 0,
        Some(text) => text.parse().map_err(|_| io::Error::other(format!("{text:?} is no port")))?,
    };
    let upgrade = |upgrade: WebSocketUpgrade, State(rooms): State<Rooms>| async move {
        upgrade.on_upgrade(|socket| async move {
            live(socket, rooms).await;
        })
    };
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("{}", listener.local_addr()?.port());
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, Router::new().route("/", any(upgrade)).with_state(Rooms::default())).await
}

/// None when the connection is over.
async fn live(mut socket: WebSocket, rooms: Rooms) -> Option<()> {
    let (room, name) = loop {
        if let Heard::Join { room, name } = hear(socket.recv().await)? {
            break (room, name);
        }
    };
    let to_all = rooms.lock().ok()?.entry(room.clone()).or_insert_with(|| broadcast::channel(WAITING_MAX).0).clone();
    let mut from_all = to_all.subscribe();
    socket.send(Message::Text(text(&Said::Joined { room: &room })?)).await.ok()?;
    loop {
        tokio::select! {
            frame = socket.recv() => if let Heard::Message { body } = hear(frame)? {
                to_all.send(text(&Said::Message { name: &name, room: &room, body: &body })?).ok()?;
            },
            said = from_all.recv() => socket.send(Message::Text(said.ok()?)).await.ok()?,
        }
    }
}

/// None for what is no frame of this chat, which ends the connection.
fn hear(frame: Option<Result<Message, axum::Error>>) -> Option<Heard> {
    match frame?.ok()? {
        Message::Ping(_) | Message::Pong(_) => Some(Heard::Nothing),
        frame => serde_json::from_str(frame.to_text().ok()?).ok(),
    }
}

fn text(said: &Said<'_>) -> Option<Utf8Bytes> {
    serde_json::to_string(said).ok().map(Utf8Bytes::from)
}
