use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

use super::driver::input;
use crate::protocol::SUBPROTOCOL;

/// What a closed connection says that never got as far as a close frame (RFC 6455, section 7.4.1).
const ABNORMAL: u16 = 1006;

/// One WebSocket to the server. Dropped, it says nothing any more, whatever was under way.
pub struct Socket {
    socket: WebSocket,
    _on_open: Closure<dyn Fn(Event)>,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_close: Closure<dyn Fn(CloseEvent)>,
}

impl Socket {
    /// `None` where the browser refuses even to try, which the session hears as a connection that has closed.
    pub fn open() -> Option<Self> {
        let Ok(socket) = WebSocket::new_with_str(&address(), SUBPROTOCOL) else {
            leptos::prelude::set_timeout(|| closed(ABNORMAL), Default::default());
            return None;
        };
        let on_open = Closure::<dyn Fn(Event)>::new(|_| input(|session, now| session.handle_opened(now)));
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(|event: MessageEvent| {
            if let Some(text) = event.data().as_string() {
                input(|session, now| session.handle_text(now, &text));
            }
        });
        let on_close = Closure::<dyn Fn(CloseEvent)>::new(|event: CloseEvent| closed(event.code()));
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Some(Self { socket, _on_open: on_open, _on_message: on_message, _on_close: on_close })
    }

    /// What a closing socket does not take is sent again on the next link.
    pub fn send(&self, text: &str) {
        let _ = self.socket.send_with_str(text);
    }

    pub fn close(self, code: u16) {
        // Browsers take 1000 and the private codes only; with another one they close all the same when dropped.
        let _ = self.socket.close_with_code(code);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
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
