use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use super::driver::input;
use crate::protocol::SUBPROTOCOL;

/// What a closed connection says that never got as far as a close frame (RFC 6455, section 7.4.1).
const ABNORMAL: u16 = 1006;

/// One WebSocket to the server. Dropped, it closes and says nothing any more, whatever was under way.
pub struct Socket(Option<Open>);

struct Open {
    socket: WebSocket,
    _opened: Closure<dyn Fn()>,
    _heard: Closure<dyn Fn(MessageEvent)>,
    _closed: Closure<dyn Fn(CloseEvent)>,
}

impl Socket {
    pub fn open() -> Self {
        let Ok(socket) = WebSocket::new_with_str(&address(), SUBPROTOCOL) else {
            // The browser refuses even to try. Whoever opens the socket is not to be called back before it is there.
            spawn_local(async { closed(ABNORMAL) });
            return Self(None);
        };
        let opened = Closure::<dyn Fn()>::new(|| input(|session, now| session.handle_opened(now)));
        let heard = Closure::<dyn Fn(MessageEvent)>::new(heard);
        let closed = Closure::<dyn Fn(CloseEvent)>::new(|event: CloseEvent| closed(event.code()));
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        // After an error comes the close.
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Self(Some(Open { socket, _opened: opened, _heard: heard, _closed: closed }))
    }

    /// What a closing socket does not take is sent again on the next link.
    pub fn send(&self, text: &str) {
        // A browser complains about what is written to a socket that is closing. The close is on its way.
        if let Some(Open { socket, .. }) = &self.0
            && socket.ready_state() == WebSocket::OPEN
        {
            let _ = socket.send_with_str(text);
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // Without a code there is nothing that a browser refuses.
        let _ = self.socket.close();
    }
}

fn heard(event: MessageEvent) {
    // What is no text is not of this protocol.
    if let Some(text) = event.data().as_string() {
        input(|session, now| session.handle_text(now, &text));
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
