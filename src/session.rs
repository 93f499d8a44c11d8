//! The client's core: the link to the server, what waits to be sent, what has been received.
//!
//! A pure state machine. It knows no socket, clock, storage or page: what the person wants, what the socket says and
//! the time go in by `handle_*`, and after each input the shell drains `poll_action` and looks at `poll_timeout`.
//!
//! Where to read on: `commands` does what the person wants, `incoming` takes in what the server says, `history` gets
//! what is missing, `sending` brings messages into the log together with the browser's other tabs.

mod backoff;
mod commands;
mod connection;
mod event;
mod history;
mod incoming;
mod islands;
mod outbox;
mod questions;
mod receipts;
mod sending;
mod timeline;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub use event::{Action, Command, Event, Keep, Key, Link, Note, Saved, SavedRoom, Unsent};

use crate::protocol::{
    ClientFrame, CloseCode, Entry, EntryKind, Epoch, Hello, MessageId, RoomId, Token, UserId, decode_server, encode,
};
use connection::{Connection, Step};
use history::History;
use outbox::Outbox;
use questions::Questions;
use receipts::Receipts;
use timeline::Timeline;

pub struct Session {
    connection: Connection,
    /// Of somebody new, until the server has given a token.
    name: Option<String>,
    token: Option<Token>,
    /// The login has ended, and nobody has entered since.
    is_signed_out: bool,
    /// Whom and which log the cursors are of; they mean nothing under another one.
    user: Option<UserId>,
    epoch: Option<Epoch>,
    outbox: Outbox,
    /// Of the tabs of one browser, which share the outbox, one sends.
    leads: bool,
    /// Every room that the person is in or is entering.
    rooms: BTreeMap<RoomId, Timeline>,
    /// Rooms that the person has left, until the server confirms it.
    leaving: BTreeSet<RoomId>,
    /// When the rooms to enter and to leave are asked for again, which the server could not do, or has not answered.
    ask_again_at: Option<u64>,
    history: History,
    questions: Questions,
    receipts: Receipts,
    /// Messages settled last: what another tab tells of them may be late.
    settled: VecDeque<MessageId>,
    typed_at: Option<(RoomId, u64)>,
    actions: VecDeque<Action>,
}

impl Session {
    /// `seed` is the source of all randomness: jitter of pings and reconnects. `token` and `saved` are of an earlier
    /// visit.
    pub fn new(seed: u64, token: Option<Token>, saved: Saved) -> Self {
        let mut session = Self {
            connection: Connection::new(seed),
            name: None,
            token,
            is_signed_out: false,
            user: saved.user.clone(),
            epoch: saved.epoch.clone(),
            outbox: Outbox::default(),
            leads: false,
            rooms: BTreeMap::new(),
            leaving: saved.leaving.clone(),
            ask_again_at: None,
            history: History::default(),
            questions: Questions::default(),
            receipts: Receipts::default(),
            settled: VecDeque::new(),
            typed_at: None,
            actions: VecDeque::new(),
        };
        session.restore(saved);
        session
    }

    fn restore(&mut self, saved: Saved) {
        let Saved { user, rooms, outbox, .. } = saved;
        for unsent in outbox {
            let stored = rooms.get(&unsent.room).is_some_and(|room| {
                room.entries
                    .iter()
                    .any(|entry| Some(&entry.by.id) == user.as_ref() && entry.message_id() == Some(&unsent.id))
            });
            if stored {
                self.keep(Keep::Settled { id: unsent.id });
            } else {
                self.queue(unsent);
            }
        }
        for (room, mut saved) in rooms {
            saved.entries = islands::side_by_side(saved.entries);
            self.rooms.insert(room.clone(), Timeline::restore(&saved));
            let SavedRoom { cursor, read, mut entries } = saved;
            entries.retain(|entry| entry.seq <= cursor);
            // Another tab may have kept a message a moment after it was erased.
            let says = |entry: &Entry| matches!(entry.kind, EntryKind::Message { .. });
            let said: Vec<_> = entries.iter().filter(|entry| says(entry)).map(|entry| entry.seq).collect();
            for seq in incoming::erase_deleted(&mut entries).into_iter().filter(|seq| said.binary_search(seq).is_ok()) {
                if let Some(epoch) = self.epoch.clone() {
                    self.keep(Keep::Erase { epoch, room: room.clone(), seq });
                }
            }
            self.notify(Event::Restored { room, cursor, read, entries });
        }
    }

    /// The socket that `Action::Connect` asked for is open.
    pub fn handle_opened(&mut self, now_ms: u64) {
        self.connection.opened(now_ms);
        self.advance(now_ms);
    }

    /// A text frame has come.
    pub fn handle_text(&mut self, now_ms: u64, text: &str) {
        if !self.connection.has_greeted() {
            return;
        }
        self.connection.received();
        match decode_server(text) {
            Some(frame) => self.receive(now_ms, frame),
            // Skipping it could leave a hole; on a new link the server starts from the cursor.
            None => self.connection.fail(now_ms, CloseCode::Normal),
        }
        self.advance(now_ms);
    }

    /// The socket has closed, or never opened.
    pub fn handle_closed(&mut self, now_ms: u64, code: u16) {
        let ends_login = code == CloseCode::SignedOut.number() && self.connection.has_link();
        self.connection.closed(now_ms, code);
        if ends_login {
            self.signed_out();
        }
        self.advance(now_ms);
    }

    /// The machine's network has come or gone.
    pub fn handle_network(&mut self, now_ms: u64, online: bool) {
        self.connection.network_changed(now_ms, online);
        self.advance(now_ms);
    }

    /// The page is looked at again, perhaps after a sleep that stopped its timers.
    pub fn handle_wake(&mut self, now_ms: u64) {
        self.connection.woken(now_ms);
        self.advance(now_ms);
    }

    /// The page is not looked at any more, and may never be again.
    pub fn handle_hide(&mut self, now_ms: u64) {
        self.receipts.hurry();
        self.advance(now_ms);
    }

    pub fn handle_timeout(&mut self, now_ms: u64) {
        self.connection.timeout(now_ms);
        self.advance(now_ms);
    }

    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When `handle_timeout` is due, by the clock of `now_ms`.
    pub fn poll_timeout(&self) -> Option<u64> {
        let link = self.connection.next_timeout();
        if !self.connection.is_online() {
            return link;
        }
        let outbox = if self.leads { self.outbox.next_timeout() } else { None };
        let rest = [self.receipts.next_timeout(), self.history.next_timeout(), self.ask_again_at];
        rest.into_iter().chain([link, outbox]).flatten().min()
    }

    /// Carries out what the connection wants, and sends what is due.
    fn advance(&mut self, now_ms: u64) {
        self.carry_out_steps();
        if self.connection.is_online() {
            self.ask_history(now_ms);
            self.ask_again_for_rooms(now_ms);
            for frame in self.receipts.take_due(now_ms, &mut self.rooms) {
                self.transmit(&frame);
            }
            self.send_due(now_ms);
            self.carry_out_steps();
        }
    }

    fn carry_out_steps(&mut self) {
        for step in self.connection.take_steps() {
            self.carry_out(step);
        }
    }

    fn carry_out(&mut self, step: Step) {
        match step {
            Step::Connect => self.actions.push_back(Action::Connect),
            Step::SayHello => self.say_hello(),
            Step::Ping => self.transmit(&ClientFrame::Ping),
            Step::Disconnect(code) => self.actions.push_back(Action::Disconnect(code.number())),
            Step::Lost => {
                self.outbox.link_lost();
                self.history = History::default();
                self.receipts.link_lost();
                self.ask_again_at = None;
                self.rooms.values_mut().for_each(Timeline::link_lost);
                for question in self.questions.take_all() {
                    self.notify(Event::Problem(commands::offline(question)));
                }
            }
            Step::Show(link) => self.notify(Event::Link(link)),
        }
    }

    fn say_hello(&mut self) {
        let mut cursors = BTreeMap::new();
        cursors.extend(self.rooms.iter().filter_map(|(room, timeline)| Some((room.clone(), timeline.cursor()?))));
        let hello = Hello {
            name: self.name.clone().filter(|_| self.token.is_none()),
            token: self.token.clone(),
            epoch: self.epoch.clone(),
            cursors,
        };
        self.transmit(&ClientFrame::Hello(hello));
    }

    /// The login has ended, here or elsewhere, and nothing that was its person's is to stay behind.
    fn signed_out(&mut self) {
        self.connection.stop();
        self.carry_out_steps();
        let user = self.user.take();
        (self.name, self.token, self.epoch) = (None, None, None);
        self.forget_person();
        self.is_signed_out = true;
        self.keep(Keep::Wipe { user });
        self.notify(Event::SignedOut);
    }

    /// Nothing that is at hand is of the person who is in from now on.
    fn forget_person(&mut self) {
        self.outbox.take_all();
        self.rooms.clear();
        self.leaving.clear();
        self.settled.clear();
        self.typed_at = None;
    }

    fn transmit(&mut self, frame: &ClientFrame) {
        self.actions.push_back(Action::Transmit(encode(frame)));
    }

    fn keep(&mut self, keep: Keep) {
        self.actions.push_back(Action::Keep(keep));
    }

    fn tell(&mut self, note: Note) {
        self.actions.push_back(Action::Tell(note));
    }

    fn notify(&mut self, event: Event) {
        self.actions.push_back(Action::Notify(event));
    }
}
