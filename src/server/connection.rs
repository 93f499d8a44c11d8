use std::future::pending;
use std::pin::pin;
use std::time::Duration;

use axum::Error;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

use super::http_error::HttpError;
use super::hub_handle::{ConnHandle, HubHandle, Outgoing};
use super::visitor::Visitor;
use super::websocket::{self, Heard, Sink, Stream, close_frame};
use crate::protocol::limits::FRAME_BYTES_MAX;
use crate::protocol::{CloseCode, SUBPROTOCOL};

/// A socket that takes nothing for this long is given up.
const STUCK_AFTER: Duration = Duration::from_secs(30);

/// How a connection came to its end.
enum End {
    /// The client has closed it, or it broke, or its socket takes nothing.
    Lost,
    /// What the client sent is not WebSocket, and this is the number to close with.
    Broken(u16),
    /// The hub wanted it closed, and the client has been told.
    Closed,
}

/// Turns a request into a connection to the hub.
pub fn upgrade(upgrade: WebSocketUpgrade, hub: HubHandle, visitor: Visitor) -> Result<Response, HttpError> {
    let upgrade = websocket::configure(upgrade, FRAME_BYTES_MAX).protocols([SUBPROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        return Err(HttpError::SubprotocolMissing);
    }
    Ok(upgrade.on_upgrade(|socket| serve(socket, hub, visitor)))
}

async fn serve(socket: WebSocket, hub: HubHandle, visitor: Visitor) {
    let (handle, outgoing) = hub.open(visitor).await;
    let (mut sink, stream) = socket.split();
    let mut reading = pin!(read(stream, &handle));
    let end = tokio::select! {
        end = &mut reading => end,
        closed = write(&mut sink, outgoing, &handle) => closed.map_or(End::Lost, |()| End::Closed),
    };
    match end {
        End::Lost => {}
        End::Broken(code) => websocket::close_broken(&mut sink, code).await,
        End::Closed => websocket::await_close(reading).await,
    }
    handle.closed().await;
}

/// Tells the hub what comes, until nothing more can come.
async fn read(mut stream: Stream, handle: &ConnHandle) -> End {
    loop {
        match websocket::hear(&mut stream).await {
            Heard::Text(text) => handle.text(text).await,
            Heard::Binary(_) => handle.violation(CloseCode::Unsupported).await,
            Heard::TooBig => {
                handle.violation(CloseCode::TooBig).await;
                // Nothing can be read past such a frame. The hub has the connection closed.
                return pending().await;
            }
            Heard::Broken(code) => return End::Broken(code),
            Heard::Lost => return End::Lost,
        }
    }
}

/// Writes what the hub says and tells it how much the socket has taken, until the hub wants it closed. `None` if the
/// socket takes nothing or the hub has gone.
async fn write(sink: &mut Sink, mut outgoing: Receiver<Outgoing>, handle: &ConnHandle) -> Option<()> {
    loop {
        let mut next = Some(outgoing.recv().await?);
        let (mut frames, mut bytes) = (0, 0);
        while let Some(now) = next {
            match now {
                Outgoing::Frame(frame) => {
                    bytes += frame.len();
                    in_time(sink.feed(text_frame(frame)?)).await?;
                }
                Outgoing::Close(code) => return in_time(sink.send(close_frame(code.number(), code.reason()))).await,
            }
            frames += 1;
            next = outgoing.try_recv().ok();
        }
        in_time(sink.flush()).await?;
        handle.written(frames, bytes).await;
    }
}

async fn in_time(writing: impl Future<Output = Result<(), Error>>) -> Option<()> {
    timeout(STUCK_AFTER, writing).await.ok()?.ok()
}

fn text_frame(frame: Bytes) -> Option<Message> {
    Utf8Bytes::try_from(frame)
        .inspect_err(|error| tracing::error!(%error, "the hub made a frame that is not UTF-8"))
        .ok()
        .map(Message::Text)
}
