//! What of a connection is WebSocket and not yet Parlor. `examples/echo.rs` puts it to the cases of Autobahn.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::time::timeout;
use tungstenite::{Error as WsError, error::ProtocolError};

/// Most frames of a chat are small, and most connections are idle: what each holds ready is kept small too.
const BUFFER_BYTES: usize = 4 * 1024;
/// What a client gets to take and answer the server's close frame.
const CLOSE_WITHIN: Duration = Duration::from_secs(3);

pub type Sink = SplitSink<WebSocket, Message>;
pub type Stream = SplitStream<WebSocket>;

/// What the client has said, or why it can say nothing more.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    Text(Utf8Bytes),
    Binary(Bytes),
    TooBig,
    /// It was not WebSocket; RFC 6455 (section 7.4.1) gives the number to close with.
    Broken(u16),
    /// The client has closed the connection, or it broke.
    Lost,
}

/// A message has at most this many bytes, in however many frames.
pub fn configure(upgrade: WebSocketUpgrade, message_bytes_max: usize) -> WebSocketUpgrade {
    upgrade
        .max_frame_size(message_bytes_max)
        .max_message_size(message_bytes_max)
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
}

pub async fn hear(stream: &mut Stream) -> Heard {
    while let Some(message) = stream.next().await {
        match message {
            Ok(Message::Text(text)) => return Heard::Text(text),
            Ok(Message::Binary(bytes)) => return Heard::Binary(bytes),
            // The library answers them.
            Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_)) => {}
            Err(error) => return why(error.into_inner().downcast_ref()),
        }
    }
    Heard::Lost
}

fn why(error: Option<&WsError>) -> Heard {
    match error {
        Some(WsError::Capacity(_)) => Heard::TooBig,
        Some(WsError::Utf8(_)) => Heard::Broken(1007),
        Some(WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => Heard::Lost,
        Some(WsError::Protocol(_)) => Heard::Broken(1002),
        _ => Heard::Lost,
    }
}

/// Ends a connection on which the client broke the rules of WebSocket.
pub async fn close_broken(sink: &mut Sink, code: u16) {
    let _ = timeout(CLOSE_WITHIN, sink.send(close_frame(code, "not WebSocket"))).await;
}

/// After the close frame: what still comes is read and dropped by `reading`, until the client has closed as well.
/// A socket closed over unread bytes can take its close frame back.
pub async fn await_close(reading: impl Future) {
    let _ = timeout(CLOSE_WITHIN, reading).await;
}

pub fn close_frame(code: u16, reason: &'static str) -> Message {
    Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }))
}
