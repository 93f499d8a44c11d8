//! The server's core: who is connected, who is in which room, what is due to whom.
//!
//! A pure state machine. It knows no socket, clock, thread or disk: text, answers of the log and the time go in by
//! `handle_*`, and after each input the shell drains `poll_output` and looks at `poll_timeout`.

mod log;

use bytes::Bytes;

pub use log::{Append, AppendError, Appended, LoadedRoom, Page, PageRange, PageRequest, Ticket, Unavailable};

use crate::protocol::{CloseCode, Epoch, RoomSummary, Token, UserId};

/// A connection, by a number that the shell never uses twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnId(pub u64);

/// The time, as the shell read it: one clock that never goes back for deadlines, one that people read for entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    pub mono_ms: u64,
    pub unix_ms: u64,
}

/// Who a connection belongs to, as the shell found out from its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub user: UserId,
    pub token: Token,
}

/// What the shell has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Write this text frame (UTF-8 JSON). The bytes are shared by all who get the same frame.
    Transmit { conn: ConnId, frame: Bytes },
    /// Close the socket once what was transmitted before is written. Nothing more comes for this connection.
    Close { conn: ConnId, code: CloseCode },
    /// Find out who this is, a new person without a token, and answer by `handle_identified`.
    Identify { conn: ConnId, token: Option<Token> },
    /// Commit an entry, in the order of these outputs, and answer by `handle_appended`.
    Append(Append),
    /// Read entries of the log and answer by `handle_page`.
    Read(PageRequest),
}

pub struct Hub {}

impl Hub {
    /// `seed` is the source of all randomness: the spread of reconnects.
    pub fn new(epoch: Epoch, rooms: Vec<LoadedRoom>, seed: u64) -> Self {
        let _ = (epoch, rooms, seed);
        todo!()
    }

    /// A socket has opened.
    pub fn handle_opened(&mut self, now: Now, conn: ConnId) {
        let _ = (now, conn);
        todo!()
    }

    /// A text frame has come.
    pub fn handle_text(&mut self, now: Now, conn: ConnId, text: &str) {
        let _ = (now, conn, text);
        todo!()
    }

    /// The connection has broken the WebSocket rules of this protocol: a binary or an oversize frame.
    pub fn handle_violation(&mut self, now: Now, conn: ConnId, code: CloseCode) {
        let _ = (now, conn, code);
        todo!()
    }

    /// The socket has taken this many of the frames transmitted to it.
    pub fn handle_written(&mut self, now: Now, conn: ConnId, frames: usize) {
        let _ = (now, conn, frames);
        todo!()
    }

    /// The socket is gone.
    pub fn handle_closed(&mut self, now: Now, conn: ConnId) {
        let _ = (now, conn);
        todo!()
    }

    pub fn handle_identified(&mut self, now: Now, conn: ConnId, identity: Identity) {
        let _ = (now, conn, identity);
        todo!()
    }

    pub fn handle_appended(&mut self, now: Now, ticket: Ticket, result: Result<Appended, AppendError>) {
        let _ = (now, ticket, result);
        todo!()
    }

    pub fn handle_page(&mut self, now: Now, request: PageRequest, result: Result<Page, Unavailable>) {
        let _ = (now, request, result);
        todo!()
    }

    pub fn handle_timeout(&mut self, now: Now) {
        let _ = now;
        todo!()
    }

    /// The server is about to stop: every client is told when to come back.
    pub fn handle_shutdown(&mut self, now: Now) {
        let _ = now;
        todo!()
    }

    pub fn poll_output(&mut self) -> Option<Output> {
        todo!()
    }

    /// When `handle_timeout` is due, by the clock of `Now::mono_ms`.
    pub fn poll_timeout(&self) -> Option<u64> {
        todo!()
    }

    /// The rooms and their online counts at this moment.
    pub fn room_list(&self) -> Vec<RoomSummary> {
        todo!()
    }
}
