use std::future::poll_fn;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::future::{AbortHandle, Abortable, Either, select};
use futures_util::{SinkExt, StreamExt};
use gloo_net::websocket::futures::WebSocket;
use gloo_net::websocket::{Message, State, WebSocketError};
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

async fn talk(mut queue: UnboundedReceiver<String>, task: AbortHandle) {
    let Ok(mut socket) = WebSocket::open_with_protocol(&address(), SUBPROTOCOL) else {
        return closed(ABNORMAL); // the browser refuses even to try
    };
    // A socket that has failed is ready as well: to say so.
    let _ = poll_fn(|context| socket.poll_ready_unpin(context)).await;
    if matches!(socket.state(), State::Open) {
        input(|session, now| session.handle_opened(now));
    }
    // Only as long as this is the socket in use: any input may end it and open another.
    while !task.is_aborted() {
        let turn = match select(socket.next(), queue.next()).await {
            Either::Left((heard, _)) => Either::Left(heard),
            Either::Right((text, _)) => Either::Right(text),
        };
        match turn {
            Either::Left(Some(Ok(Message::Text(text)))) => input(|session, now| session.handle_text(now, &text)),
            Either::Left(Some(Err(WebSocketError::ConnectionClose(event)))) => return closed(event.code),
            // Not of this protocol; or an error, after which the close follows.
            Either::Left(Some(_)) => {}
            Either::Left(None) => return closed(ABNORMAL),
            Either::Right(Some(text)) => write(&mut socket, text).await,
            Either::Right(None) => return,
        }
    }
}

/// A browser complains about what is written to a socket that is closing. The close is on its way.
async fn write(socket: &mut WebSocket, text: String) {
    if matches!(socket.state(), State::Open) {
        let _ = socket.send(Message::Text(text)).await;
    }
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
