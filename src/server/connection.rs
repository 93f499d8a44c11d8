use std::future::pending;
use std::pin::pin;
use std::time::Duration;

use axum::Error;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;
use tungstenite::{Error as WsError, error::ProtocolError};

use super::http_error::HttpError;
use super::hub_handle::{ConnHandle, HubHandle, Outgoing};
use crate::protocol::limits::FRAME_BYTES_MAX;
use crate::protocol::{CloseCode, SUBPROTOCOL};

/// Most frames of a chat are small, and most connections are idle: what each holds ready is kept small too.
const BUFFER_BYTES: usize = 4 * 1024;
/// A socket that takes nothing for this long is given up.
const STUCK_AFTER: Duration = Duration::from_secs(30);
/// What a client gets to answer the server's close frame.
const CLOSE_WITHIN: Duration = Duration::from_secs(3);

type Sink = SplitSink<WebSocket, Message>;

/// How a connection came to its end.
enum End {
    /// The client has closed it, or it broke, or its socket takes nothing.
    Lost,
    /// What the client sent is not WebSocket; RFC 6455 (section 7.4.1) gives the number.
    Broken(u16),
    /// The hub wanted it closed, and the client has been told.
    Closed,
}

/// Turns a request into a connection to the hub.
pub fn upgrade(upgrade: WebSocketUpgrade, hub: HubHandle) -> Result<Response, HttpError> {
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .max_frame_size(FRAME_BYTES_MAX)
        .max_message_size(FRAME_BYTES_MAX)
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES);
    if upgrade.selected_protocol().is_none() {
        return Err(HttpError::SubprotocolMissing);
    }
    Ok(upgrade.on_upgrade(|socket| serve(socket, hub)))
}

async fn serve(socket: WebSocket, hub: HubHandle) {
    let (handle, outgoing) = hub.open().await;
    let (mut sink, stream) = socket.split();
    let mut reading = pin!(read(stream, &handle));
    let end = tokio::select! {
        end = &mut reading => end,
        closed = write(&mut sink, outgoing, &handle) => closed.map_or(End::Lost, |()| End::Closed),
    };
    match end {
        End::Lost => {}
        End::Broken(code) => {
            let _ = timeout(CLOSE_WITHIN, sink.send(close_frame(code, "not WebSocket"))).await;
        }
        // What still comes is read and dropped: a socket closed over unread bytes can take its close frame back.
        End::Closed => {
            let _ = timeout(CLOSE_WITHIN, reading).await;
        }
    }
    handle.closed().await;
}

/// Tells the hub what comes, until nothing more can come.
async fn read(mut stream: SplitStream<WebSocket>, handle: &ConnHandle) -> End {
    while let Some(message) = stream.next().await {
        match message {
            Ok(Message::Text(text)) => handle.text(text).await,
            Ok(Message::Binary(_)) => handle.violation(CloseCode::Unsupported).await,
            Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_)) => {}
            Err(error) => match error.into_inner().downcast_ref() {
                Some(WsError::Capacity(_)) => {
                    handle.violation(CloseCode::TooBig).await;
                    // Nothing can be read past such a frame. The hub has the connection closed.
                    return pending().await;
                }
                Some(WsError::Utf8(_)) => return End::Broken(1007),
                Some(WsError::Protocol(error)) if *error != ProtocolError::ResetWithoutClosingHandshake => {
                    return End::Broken(1002);
                }
                _ => return End::Lost,
            },
        }
    }
    End::Lost
}

/// Writes what the hub says and tells it how much the socket has taken, until the hub wants it closed. `None` if the
/// socket takes nothing or the hub has gone.
async fn write(sink: &mut Sink, mut outgoing: Receiver<Outgoing>, handle: &ConnHandle) -> Option<()> {
    loop {
        let mut next = Some(outgoing.recv().await?);
        let mut frames = 0;
        while let Some(now) = next {
            match now {
                Outgoing::Frame(frame) => in_time(sink.feed(text_frame(frame)?)).await?,
                Outgoing::Close(code) => return in_time(sink.send(close_frame(code.number(), code.reason()))).await,
            }
            frames += 1;
            next = outgoing.try_recv().ok();
        }
        in_time(sink.flush()).await?;
        handle.written(frames).await;
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

fn close_frame(code: u16, reason: &'static str) -> Message {
    Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }))
}
