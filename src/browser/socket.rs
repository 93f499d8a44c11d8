use std::future::poll_fn;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::future::{AbortHandle, Abortable, join};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use gloo_net::websocket::futures::WebSocket;
use gloo_net::websocket::{Message, WebSocketError};
use leptos::prelude::window;
use wasm_bindgen_futures::spawn_local;

use super::driver::input;
use crate::protocol::SUBPROTOCOL;

/// What a closed connection says that never got as far as a close frame (RFC 6455, section 7.4.1).
const ABNORMAL: u16 = 1006;

/// One WebSocket to the server. Dropped, it closes and says nothing any more, whatever was under way.
pub struct Socket {
    outgoing: UnboundedSender<String>,
    task: AbortHandle,
}

impl Socket {
    pub fn open() -> Self {
        let (outgoing, queue) = unbounded();
        let (task, registration) = AbortHandle::new_pair();
        let talking = talk(queue, task.clone());
        spawn_local(async {
            // Aborted or at its end: either way there is nothing left to do.
            let _ = Abortable::new(talking, registration).await;
        });
        Self { outgoing, task }
    }

    /// What a closing socket does not take is sent again on the next link.
    pub fn send(&self, text: String) {
        let _ = self.outgoing.unbounded_send(text);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn talk(queue: UnboundedReceiver<String>, task: AbortHandle) {
    match WebSocket::open_with_protocol(&address(), SUBPROTOCOL) {
        Ok(socket) => {
            let (sink, stream) = socket.split();
            join(write(sink, queue), read(stream, task)).await;
        }
        // The browser refuses even to try.
        Err(_) => closed(ABNORMAL),
    }
}

async fn write(mut sink: SplitSink<WebSocket, Message>, mut queue: UnboundedReceiver<String>) {
    if poll_fn(|context| sink.poll_ready_unpin(context)).await.is_ok() {
        input(|session, now| session.handle_opened(now));
    }
    while let Some(text) = queue.next().await {
        if sink.send(Message::Text(text)).await.is_err() {
            return; // the reading side hears of the end
        }
    }
}

/// Hands on what comes, as long as this is the socket in use: an input may end it and open another.
async fn read(mut stream: SplitStream<WebSocket>, task: AbortHandle) {
    while let Some(message) = stream.next().await {
        match message {
            _ if task.is_aborted() => return,
            Ok(Message::Text(text)) => input(|session, now| session.handle_text(now, &text)),
            Err(WebSocketError::ConnectionClose(event)) => return closed(event.code),
            // Not of this protocol; or an error, after which the close follows.
            Ok(Message::Bytes(_)) | Err(_) => {}
        }
    }
    closed(ABNORMAL);
}

fn closed(code: u16) {
    input(|session, now| session.handle_closed(now, code));
}

fn address() -> String {
    let location = window().location();
    let secure = location.protocol().is_ok_and(|protocol| protocol == "https:");
    let scheme = if secure { "wss" } else { "ws" };
    format!("{scheme}://{}/ws", location.host().unwrap_or_default())
}
