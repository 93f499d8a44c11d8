//! The client's core: the link to the server, what waits to be sent, what has been received.
//!
//! A pure state machine. It knows no socket, clock, storage or page: what the person wants, what the socket says and
//! the time go in by `handle_*`, and after each input the shell drains `poll_action` and looks at `poll_timeout`.

mod event;

pub use event::{Action, Command, Event, Link};

use crate::protocol::Token;

pub struct Session {}

impl Session {
    /// `seed` is the source of all randomness: jitter of pings and reconnects. `token` is from an earlier visit.
    pub fn new(seed: u64, token: Option<Token>) -> Self {
        let _ = (seed, token);
        todo!()
    }

    /// The person wants something.
    pub fn handle_command(&mut self, now_ms: u64, command: Command) {
        let _ = (now_ms, command);
        todo!()
    }

    /// The socket that `Action::Connect` asked for is open.
    pub fn handle_opened(&mut self, now_ms: u64) {
        let _ = now_ms;
        todo!()
    }

    /// A text frame has come.
    pub fn handle_text(&mut self, now_ms: u64, text: &str) {
        let _ = (now_ms, text);
        todo!()
    }

    /// The socket has closed, or never opened.
    pub fn handle_closed(&mut self, now_ms: u64, code: u16) {
        let _ = (now_ms, code);
        todo!()
    }

    /// The machine's network has come or gone.
    pub fn handle_network(&mut self, now_ms: u64, online: bool) {
        let _ = (now_ms, online);
        todo!()
    }

    /// The page is looked at again, perhaps after a sleep that stopped its timers.
    pub fn handle_wake(&mut self, now_ms: u64) {
        let _ = now_ms;
        todo!()
    }

    pub fn handle_timeout(&mut self, now_ms: u64) {
        let _ = now_ms;
        todo!()
    }

    pub fn poll_action(&mut self) -> Option<Action> {
        todo!()
    }

    /// When `handle_timeout` is due, by the clock of `now_ms`.
    pub fn poll_timeout(&self) -> Option<u64> {
        todo!()
    }
}
