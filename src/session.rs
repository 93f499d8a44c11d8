//! The client's core: the link to the server, what waits to be sent, what has been received.
//!
//! A pure state machine. It knows no socket, clock, storage or page: what the person wants, what the socket says and
//! the time go in by `handle_*`, and after each input the shell drains `poll_action` and looks at `poll_timeout`.

mod backoff;
mod connection;
mod event;
mod outbox;
mod timeline;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub use event::{Action, Command, Event, Keep, Link, Note, Saved, SavedRoom, Unsent};

use crate::protocol::limits::TYPING_LASTS_MS;
use crate::protocol::{
    ClientFrame, CloseCode, Entry, Epoch, ErrorCode, Hello, HistoryPage, Joined, MessageId, Refusal, RoomId,
    ServerFrame, Token, Welcome, decode_server, encode,
};
use connection::{Connection, Step};
use outbox::{Due, Outbox};
use timeline::{Arrival, Timeline};

/// Entries asked for when the person scrolls back.
const OLDER_ENTRIES: u32 = 50;
/// When to try again after an error that should pass but does not say when.
const RETRY_AFTER_MS: u64 = 2_000;
/// A wait that a person would notice.
const SLOW_DOWN_MS: u64 = 1_000;

pub struct Session {
    connection: Connection,
    name: String,
    token: Option<Token>,
    /// Of the last `welcome`; cursors mean nothing under another one.
    epoch: Option<Epoch>,
    outbox: Outbox,
    /// Every room that the person is in or is entering.
    rooms: BTreeMap<RoomId, Timeline>,
    /// Rooms that the person has left, until the server confirms it.
    leaving: BTreeSet<RoomId>,
    typed_at: Option<(RoomId, u64)>,
    actions: VecDeque<Action>,
}

impl Session {
    /// `seed` is the source of all randomness: jitter of pings and reconnects. `token` is from an earlier visit.
    pub fn new(seed: u64, token: Option<Token>) -> Self {
        Self {
            connection: Connection::new(seed),
            name: String::new(),
            token,
            epoch: None,
            outbox: Outbox::default(),
            rooms: BTreeMap::new(),
            leaving: BTreeSet::new(),
            typed_at: None,
            actions: VecDeque::new(),
        }
    }

    /// The person wants something.
    pub fn handle_command(&mut self, now_ms: u64, command: Command) {
        match command {
            Command::Enter { name } => self.enter(now_ms, name),
            Command::Create { name } => self.create(name),
            Command::Join { room } => self.join(room),
            Command::Leave { room } => self.leave(room),
            Command::Send { id, room, body } => {
                // The message ends the typing for those who see it, so the next key is news again.
                self.typed_at = None;
                self.outbox.push(id.clone(), room.clone(), body.clone());
                self.notify(Event::Queued { id, room, body });
            }
            Command::Resend { id } => {
                if let Some(message) = self.outbox.retry(&id) {
                    self.notify(Event::Queued { id, room: message.room, body: message.body });
                }
            }
            Command::Discard { id } => {
                if let Some(message) = self.outbox.discard(&id) {
                    self.notify(Event::Discarded { id, room: message.room });
                }
            }
            Command::Type { room } => self.typing(now_ms, room),
            Command::LoadOlder { room } => self.load_older(room),
            Command::ReconnectNow => self.connection.connect_now(now_ms),
        }
        self.advance(now_ms);
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
        self.connection.closed(now_ms, code);
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

    pub fn handle_timeout(&mut self, now_ms: u64) {
        self.connection.timeout(now_ms);
        self.advance(now_ms);
    }

    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When `handle_timeout` is due, by the clock of `now_ms`.
    pub fn poll_timeout(&self) -> Option<u64> {
        let outbox = if self.connection.is_online() { self.outbox.next_timeout() } else { None };
        [self.connection.next_timeout(), outbox].into_iter().flatten().min()
    }

    fn enter(&mut self, now_ms: u64, name: String) {
        // A connection says `hello` once, so another name takes another connection; the grace time hides the change.
        if self.connection.is_idle() || name != self.name {
            self.name = name;
            self.connection.connect(now_ms);
        }
    }

    fn create(&mut self, name: String) {
        if self.connection.is_online() {
            self.transmit(&ClientFrame::Create { name });
        } else {
            self.notify(Event::Problem(offline("create")));
        }
    }

    fn join(&mut self, room: RoomId) {
        if !self.rooms.contains_key(&room) {
            self.rooms.insert(room.clone(), Timeline::default());
            self.ask_to_join(room);
        }
    }

    fn ask_to_join(&mut self, room: RoomId) {
        let since = self.rooms.get(&room).and_then(Timeline::cursor);
        if self.connection.is_online() {
            self.transmit(&ClientFrame::Join { room, since });
        }
    }

    fn leave(&mut self, room: RoomId) {
        if self.rooms.contains_key(&room) {
            self.leaving.insert(room.clone());
            if self.connection.is_online() {
                self.transmit(&ClientFrame::Leave { room: room.clone() });
            }
            self.forget_room(room);
        }
    }

    fn forget_room(&mut self, room: RoomId) {
        if self.rooms.remove(&room).is_some() {
            for message in self.outbox.discard_room(&room) {
                self.notify(Event::Discarded { id: message.id, room: room.clone() });
            }
            self.notify(Event::Left { room });
        }
    }

    fn typing(&mut self, now_ms: u64, room: RoomId) {
        let told = self.typed_at.as_ref().is_some_and(|(r, at)| *r == room && now_ms - at < TYPING_LASTS_MS / 2);
        if !told && self.connection.is_online() {
            self.typed_at = Some((room.clone(), now_ms));
            self.transmit(&ClientFrame::Typing { room });
        }
    }

    fn load_older(&mut self, room: RoomId) {
        if let Some(before) = self.rooms.get_mut(&room).and_then(Timeline::ask_older) {
            self.transmit(&ClientFrame::History { room, before, limit: OLDER_ENTRIES });
        }
    }

    fn receive(&mut self, now_ms: u64, frame: ServerFrame) {
        match frame {
            ServerFrame::Welcome(welcome) => self.welcomed(now_ms, welcome),
            ServerFrame::Joined(joined) => self.joined(joined),
            ServerFrame::Left { room } => {
                if !self.leaving.remove(&room) {
                    self.forget_room(room);
                }
            }
            ServerFrame::Entry(entry) => self.entry(entry),
            ServerFrame::Accepted { room, id, seq, at } => {
                if self.outbox.accept(&id).is_some() {
                    self.notify(Event::Accepted { id, room, seq, at });
                }
            }
            ServerFrame::History(page) => self.older(page),
            ServerFrame::Error(refusal) => self.refused(now_ms, refusal),
            ServerFrame::Rooms(rooms) => self.notify(Event::Rooms(rooms)),
            ServerFrame::Presence(presence) => self.notify(Event::Presence(presence)),
            ServerFrame::Typing(typing) => self.notify(Event::Typing(typing)),
            ServerFrame::Bye(bye) => self.connection.bye(bye.reconnect_after_ms),
            ServerFrame::Pong | ServerFrame::Unknown => {}
        }
    }

    fn welcomed(&mut self, now_ms: u64, welcome: Welcome) {
        self.connection.welcomed(now_ms, welcome.heartbeat);
        let Welcome { user, token, epoch, member_of, .. } = welcome;
        self.token = Some(token.clone());
        let same_log = self.epoch.replace(epoch.clone()) == Some(epoch);
        self.notify(Event::Welcomed { user, token, member_of: member_of.clone() });

        self.leaving.retain(|room| !self.rooms.contains_key(room)); // left and entered again meanwhile: stays in
        for room in self.leaving.clone() {
            self.transmit(&ClientFrame::Leave { room });
        }
        for room in self.rooms.keys().cloned().collect::<Vec<_>>() {
            if member_of.contains(&room) {
                continue;
            }
            let was_in = self.rooms.get(&room).is_some_and(|timeline| timeline.cursor().is_some());
            if same_log && was_in {
                self.forget_room(room); // left, on another tab or device
            } else {
                self.rooms.entry(room.clone()).or_default().forget();
                self.ask_to_join(room);
            }
        }
    }

    fn joined(&mut self, joined: Joined) {
        // Before the answer to a `leave`, this still speaks of the time before it.
        let Joined { room, after, .. } = joined;
        if !self.leaving.contains(&room.id) {
            let reset = self.rooms.entry(room.id.clone()).or_default().join(after);
            self.notify(Event::Joined { room, after, reset });
        }
    }

    fn entry(&mut self, entry: Entry) {
        let Some(timeline) = self.rooms.get_mut(&entry.room) else { return };
        match timeline.arrive(&entry) {
            Arrival::Duplicate => {}
            Arrival::Gap => {
                timeline.link_lost();
                self.ask_to_join(entry.room);
            }
            Arrival::Next => self.notify(Event::Entry(entry)),
        }
    }

    fn older(&mut self, page: HistoryPage) {
        if self.rooms.get_mut(&page.room).is_some_and(|timeline| timeline.older_arrived(&page)) {
            self.notify(Event::Older(page));
        }
    }

    fn refused(&mut self, now_ms: u64, refusal: Refusal) {
        let passing = matches!(refusal.code, ErrorCode::RateLimited | ErrorCode::Unavailable);
        match (refusal.about.as_deref(), &refusal.id, &refusal.room) {
            (_, Some(id), _) if passing => {
                let wait_ms = refusal.retry_after_ms.unwrap_or(RETRY_AFTER_MS);
                self.outbox.hold(id, now_ms + wait_ms);
                if wait_ms >= SLOW_DOWN_MS {
                    self.notify(Event::SlowDown { retry_in_s: wait_ms.div_ceil(1_000) });
                }
            }
            (_, Some(id), _) => self.refuse_message(&id.clone(), refusal.code),
            (Some("hello"), ..) => {
                self.connection.stop();
                self.notify(Event::Problem(refusal));
            }
            (Some("join"), _, Some(room)) => {
                for id in self.outbox.waiting_in(room) {
                    self.refuse_message(&id, refusal.code);
                }
                self.rooms.remove(room);
                self.notify(Event::Problem(refusal));
            }
            (Some("history"), _, Some(room)) => {
                if let Some(timeline) = self.rooms.get_mut(room) {
                    timeline.older_failed();
                }
                self.notify(Event::Problem(refusal));
            }
            _ => self.notify(Event::Problem(refusal)),
        }
    }

    fn refuse_message(&mut self, id: &MessageId, code: ErrorCode) {
        if let Some(room) = self.outbox.refuse(id) {
            self.notify(Event::Refused { id: id.clone(), room, code });
        }
    }

    /// Carries out what the connection wants, and sends what is due.
    fn advance(&mut self, now_ms: u64) {
        self.carry_out_steps();
        if self.connection.is_online() {
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
                self.rooms.values_mut().for_each(Timeline::link_lost);
            }
            Step::Show(link) => self.notify(Event::Link(link)),
        }
    }

    fn say_hello(&mut self) {
        let cursors = self.rooms.iter().filter_map(|(room, timeline)| Some((room.clone(), timeline.cursor()?)));
        let hello = Hello {
            name: self.name.clone(),
            token: self.token.clone(),
            epoch: self.epoch.clone(),
            cursors: cursors.collect(),
        };
        self.transmit(&ClientFrame::Hello(hello));
    }

    fn send_due(&mut self, now_ms: u64) {
        let rooms = &self.rooms;
        let is_joined = |room: &RoomId| rooms.get(room).is_some_and(|timeline| timeline.joined);
        match self.outbox.next_due(now_ms, is_joined) {
            Some(Due::Send(message)) => {
                let outbox::Message { id, room, body, .. } = message;
                self.transmit(&ClientFrame::Send { room, id, body });
            }
            Some(Due::GiveUpLink) => self.connection.fail(now_ms, CloseCode::Silent),
            None => {}
        }
    }

    fn transmit(&mut self, frame: &ClientFrame) {
        self.actions.push_back(Action::Transmit(encode(frame)));
    }

    fn notify(&mut self, event: Event) {
        self.actions.push_back(Action::Notify(event));
    }
}

fn offline(about: &str) -> Refusal {
    Refusal {
        code: ErrorCode::Unavailable,
        message: "there is no link to the server".into(),
        about: Some(about.into()),
        room: None,
        id: None,
        retry_after_ms: None,
    }
}
