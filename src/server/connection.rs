//! One WebSocket: what it says goes to the hub, what the hub wants goes out.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tracing::debug;
use tungstenite::Error as WsError;

use super::driver::{Handle, Outgoing};
use crate::hub::ConnId;
use crate::protocol::limits::FRAME_BYTES_MAX;
use crate::protocol::{CloseCode, SUBPROTOCOL};

/// A frame up to this size is read, so that the answer to one that is somewhat too big is a clean close; a larger one
/// is not even read.
const READ_BYTES_MAX: usize = 4 * FRAME_BYTES_MAX;
/// Small, because every idle connection has them.
const READ_BUFFER_BYTES: usize = 4 * 1024;
const WRITE_BUFFER_BYTES: usize = 4 * 1024;
/// A socket that takes nothing for this long is dead.
const WRITE_STALL: Duration = Duration::from_secs(30);
/// How long the other side has to answer a close.
const CLOSE_WAIT: Duration = Duration::from_secs(3);
/// Frames written with one flush, at most.
const WRITE_BATCH: usize = 64;

pub async fn upgrade(State(hub): State<Handle>, upgrade: WebSocketUpgrade) -> Response {
    let upgrade = upgrade.protocols([SUBPROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        let why = format!("This WebSocket speaks the subprotocol {SUBPROTOCOL}; offer it in Sec-WebSocket-Protocol.\n");
        return (StatusCode::BAD_REQUEST, why).into_response();
    }
    upgrade
        .max_message_size(READ_BYTES_MAX)
        .max_frame_size(READ_BYTES_MAX)
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .on_upgrade(move |socket| serve(socket, hub))
}

async fn serve(socket: WebSocket, hub: Handle) {
    let (conn, frames) = hub.opened().await;
    let (sink, stream) = socket.split();
    let mut writing = std::pin::pin!(write(sink, frames, &hub, conn));
    let mut reading = std::pin::pin!(read(stream, &hub, conn));
    tokio::select! {
        violation = &mut reading => {
            match violation {
                Some(code) => hub.violation(conn, code).await,
                None => hub.closed(conn).await,
            }
            // Lets the hub's last words, or the answer to the other side's close, go out.
            let _ = timeout(CLOSE_WAIT, writing).await;
            if violation.is_none() {
                return;
            }
        }
        () = &mut writing => {
            // Leaving at once could take the close frame along: unread input makes the system reset the connection.
            let _ = timeout(CLOSE_WAIT, reading).await;
        }
    }
    hub.closed(conn).await;
}

/// Hands on what comes until the other side is done, or breaks a rule.
async fn read(mut stream: SplitStream<WebSocket>, hub: &Handle, conn: ConnId) -> Option<CloseCode> {
    while let Some(message) = stream.next().await {
        match message {
            Ok(Message::Text(text)) if text.len() > FRAME_BYTES_MAX => hub.violation(conn, CloseCode::TooBig).await,
            Ok(Message::Text(text)) => hub.text(conn, text).await,
            Ok(Message::Binary(_)) => hub.violation(conn, CloseCode::Unsupported).await,
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Ok(Message::Close(_)) => return None,
            Err(error) => {
                debug!(conn = conn.0, %error, "reading has ended");
                return violation_of(error);
            }
        }
    }
    None
}

fn violation_of(error: axum::Error) -> Option<CloseCode> {
    match error.into_inner().downcast_ref() {
        Some(WsError::Capacity(_)) => Some(CloseCode::TooBig),
        Some(WsError::Utf8(_)) => Some(CloseCode::Unsupported),
        _ => None,
    }
}

/// Writes what the hub wants, as much as has queued with one flush, until the hub is done with this connection.
async fn write(
    mut sink: SplitSink<WebSocket, Message>,
    mut frames: mpsc::Receiver<Outgoing>,
    hub: &Handle,
    conn: ConnId,
) {
    let mut batch = Vec::new();
    while frames.recv_many(&mut batch, WRITE_BATCH).await > 0 {
        let written = batch.iter().filter(|outgoing| matches!(outgoing, Outgoing::Frame(_))).count();
        match timeout(WRITE_STALL, write_batch(&mut sink, &mut batch)).await {
            Ok(Ok(())) => hub.written(conn, written).await,
            Ok(Err(error)) => return debug!(conn = conn.0, %error, "writing has ended"),
            Err(_) => return debug!(conn = conn.0, "the socket takes nothing any more"),
        }
    }
    let _ = timeout(CLOSE_WAIT, sink.close()).await;
}

async fn write_batch(sink: &mut SplitSink<WebSocket, Message>, batch: &mut Vec<Outgoing>) -> Result<(), axum::Error> {
    for outgoing in batch.drain(..) {
        let message = match outgoing {
            Outgoing::Frame(text) => Message::Text(text),
            Outgoing::Close(code) => {
                Message::Close(Some(CloseFrame { code: code.number(), reason: code.reason().into() }))
            }
        };
        sink.feed(message).await?;
    }
    sink.flush().await
}
