//! The hub against clients and a log played by the test, on a clock that the test moves.

mod acks;
mod delivery;
mod presence;
mod reads;
mod requests;

use std::collections::{BTreeMap, VecDeque};

use super::*;
use crate::log::{AppendError, Appended, Page, PageRange, Unavailable};
use crate::protocol::{
    ClientFrame, Entry, EntryKind, ErrorCode, Hello, MessageId, Presence, Refusal, Seq, User, decode_server,
};

/// A hub, a log in memory, and what each connection has received.
struct Bench {
    hub: Hub,
    now: Now,
    log: BTreeMap<RoomId, Vec<Entry>>,
    /// Appends that the log has not committed yet, while it is held.
    held: Option<VecDeque<Append>>,
    is_log_broken: bool,
    received: BTreeMap<ConnId, Vec<ServerFrame>>,
    closed: BTreeMap<ConnId, CloseCode>,
    /// Connections whose sockets take nothing.
    stuck: BTreeSet<ConnId>,
    bytes_unread: BTreeMap<ConnId, usize>,
    reads: usize,
    /// Read marks that the log was to keep.
    marks: Vec<ReadMark>,
    /// What each connection has received and not acked yet.
    unacked: BTreeMap<ConnId, BTreeMap<RoomId, Seq>>,
    /// Connections that ack nothing.
    deaf: BTreeSet<ConnId>,
}

impl Bench {
    fn new() -> Self {
        Self::with_rooms(&["general", "random"])
    }

    fn with_rooms(rooms: &[&str]) -> Self {
        let log = rooms.iter().map(|id| (room(id), vec![created(id)])).collect();
        Self::over(log)
    }

    /// A server that has just started over this log.
    fn over(log: BTreeMap<RoomId, Vec<Entry>>) -> Self {
        let loaded = log.iter().map(|(id, entries)| load(id, entries)).collect();
        Self {
            hub: Hub::new(Epoch::parse("epoch-1").unwrap(), loaded, 1),
            now: Now { mono_ms: 5_000, unix_ms: 1_000_000 },
            log,
            held: None,
            is_log_broken: false,
            received: BTreeMap::new(),
            closed: BTreeMap::new(),
            stuck: BTreeSet::new(),
            bytes_unread: BTreeMap::new(),
            reads: 0,
            marks: vec![],
            unacked: BTreeMap::new(),
            deaf: BTreeSet::new(),
        }
    }

    fn drain(&mut self) {
        self.carry_out();
        while let Some((conn, cursors)) = self.unacked.pop_first() {
            if !self.deaf.contains(&conn) && !self.stuck.contains(&conn) && !self.closed.contains_key(&conn) {
                self.hub.handle_text(self.now, conn, &encode(&ClientFrame::Ack { cursors }));
                self.carry_out();
            }
        }
    }

    fn carry_out(&mut self) {
        while let Some(output) = self.hub.poll_output() {
            match output {
                Output::Transmit { conn, frame } => {
                    let text = std::str::from_utf8(&frame).unwrap();
                    assert!(text.len() <= crate::protocol::limits::FRAME_BYTES_MAX);
                    let (bytes, frame) = (text.len(), decode_server(text).unwrap());
                    if let ServerFrame::Entry(entry) = &frame {
                        self.unacked.entry(conn).or_default().insert(entry.room.clone(), entry.seq);
                    }
                    self.received.entry(conn).or_default().push(frame);
                    if self.stuck.contains(&conn) {
                        *self.bytes_unread.entry(conn).or_default() += bytes;
                    } else {
                        self.hub.handle_written(self.now, conn, 1);
                    }
                }
                Output::Close { conn, code } => assert_eq!(self.closed.insert(conn, code), None),
                Output::Identify { conn, token } => {
                    let token = token.unwrap_or_else(|| token_of(&format!("conn-{}", conn.0)));
                    let user = UserId::parse(token.as_str().trim_end_matches('_')).unwrap();
                    self.hub.handle_identified(self.now, conn, Identity { user, token });
                }
                Output::Append(append) => match &mut self.held {
                    Some(held) => held.push_back(append),
                    None => self.commit(append),
                },
                Output::MarkRead(mark) => self.marks.push(mark),
                Output::Read(request) => self.read(request),
            }
        }
    }

    fn commit(&mut self, append: Append) {
        let Append { ticket, room, at, by, kind, repeat_only } = append;
        let result = if self.is_log_broken {
            Err(AppendError::Unavailable)
        } else if matches!(kind, EntryKind::Created { .. }) == self.log.contains_key(&room) {
            Err(if self.log.contains_key(&room) { AppendError::RoomExists } else { AppendError::NoSuchRoom })
        } else {
            let entries = self.log.entry(room.clone()).or_default();
            let same =
                |entry: &&Entry| entry.by.id == by.id && id_of(&entry.kind).is_some_and(|id| Some(id) == id_of(&kind));
            match entries.iter().find(same).cloned() {
                Some(entry) => Ok(Appended { entry, new: false }),
                None if repeat_only => Err(AppendError::NoSuchMessage),
                None => {
                    let entry = Entry { room, seq: entries.len() as u64 + 1, at, by, kind };
                    entries.push(entry.clone());
                    Ok(Appended { entry, new: true })
                }
            }
        };
        self.hub.handle_appended(self.now, ticket, result);
    }

    fn read(&mut self, request: PageRequest) {
        self.reads += 1;
        if self.is_log_broken {
            return self.hub.handle_page(self.now, request, Err(Unavailable));
        }
        let entries = &self.log[&request.room];
        let (from, to) = match request.range {
            PageRange::After(seq) => (seq as usize, (seq as usize + request.limit).min(entries.len())),
            PageRange::Before(seq) => {
                let to = (seq.max(1) as usize - 1).min(entries.len());
                (to.saturating_sub(request.limit), to)
            }
        };
        let page = Page { entries: entries[from..to].to_vec() };
        self.hub.handle_page(self.now, request, Ok(page));
    }

    /// Lets the log commit what it held back.
    fn release(&mut self) {
        for append in self.held.take().unwrap() {
            self.commit(append);
        }
        self.drain();
    }

    fn open(&mut self, conn: u64) -> ConnId {
        let conn = ConnId(conn);
        self.hub.handle_opened(self.now, conn);
        self.drain();
        conn
    }

    fn text(&mut self, conn: ConnId, text: &str) {
        self.hub.handle_text(self.now, conn, text);
        self.drain();
    }

    fn frame(&mut self, conn: ConnId, frame: &ClientFrame) {
        self.text(conn, &encode(frame));
    }

    fn hello(&mut self, conn: ConnId, hello: Hello) {
        self.frame(conn, &ClientFrame::Hello(hello));
    }

    /// A tab of this person; the name is the token and the id as well.
    fn tab(&mut self, conn: u64, name: &str) -> ConnId {
        let conn = self.open(conn);
        self.hello(conn, Hello { name: name.into(), token: Some(token_of(name)), ..Hello::default() });
        conn
    }

    fn join(&mut self, conn: ConnId, id: &str) {
        self.frame(conn, &ClientFrame::Join { room: room(id), since: None });
    }

    /// A person in a room.
    fn guest(&mut self, conn: u64, name: &str, room: &str) -> ConnId {
        let conn = self.tab(conn, name);
        self.join(conn, room);
        conn
    }

    fn say(&mut self, conn: ConnId, id: &str, body: &str) {
        let id = MessageId::parse(id).unwrap();
        self.frame(conn, &ClientFrame::Send { room: room("general"), id, body: body.into() });
    }

    fn close(&mut self, conn: ConnId) {
        self.hub.handle_closed(self.now, conn);
        self.drain();
    }

    /// Fires every timer up to a moment, each at its own time.
    fn run_for(&mut self, ms: u64) {
        let until_ms = self.now.mono_ms + ms;
        while let Some(at) = self.hub.poll_timeout().filter(|at| *at <= until_ms) {
            self.set_time(at.max(self.now.mono_ms));
            self.hub.handle_timeout(self.now);
            assert!(self.hub.poll_timeout().is_none_or(|at| at > self.now.mono_ms), "a timer in the past would spin");
            self.drain();
        }
        self.set_time(until_ms);
    }

    fn set_time(&mut self, mono_ms: u64) {
        let passed_ms = mono_ms - self.now.mono_ms;
        self.now = Now { mono_ms, unix_ms: self.now.unix_ms + passed_ms };
    }

    /// A client that pings, for as long as other things take.
    fn run_pinging(&mut self, ms: u64, conns: &[ConnId]) {
        for _ in 0..ms / 1_000 {
            self.run_for(1_000);
            for conn in conns {
                self.frame(*conn, &ClientFrame::Ping);
            }
        }
    }

    fn take(&mut self, conn: ConnId) -> Vec<ServerFrame> {
        self.received.remove(&conn).unwrap_or_default()
    }

    /// The bodies of the messages that a connection has received since last asked.
    fn bodies(&mut self, conn: ConnId) -> Vec<String> {
        let body = |frame| match frame {
            ServerFrame::Entry(Entry { kind: EntryKind::Message { body, .. }, .. }) => Some(body),
            _ => None,
        };
        self.take(conn).into_iter().filter_map(body).collect()
    }

    fn seqs(&mut self, conn: ConnId) -> Vec<Seq> {
        let seq = |frame| if let ServerFrame::Entry(entry) = frame { Some(entry.seq) } else { None };
        self.take(conn).into_iter().filter_map(seq).collect()
    }

    fn presences(&mut self, conn: ConnId) -> Vec<Presence> {
        let presence = |frame| if let ServerFrame::Presence(presence) = frame { Some(presence) } else { None };
        self.take(conn).into_iter().filter_map(presence).collect()
    }

    fn errors(&mut self, conn: ConnId) -> Vec<Refusal> {
        let error = |frame| if let ServerFrame::Error(refusal) = frame { Some(refusal) } else { None };
        self.take(conn).into_iter().filter_map(error).collect()
    }

    fn codes(&mut self, conn: ConnId) -> Vec<ErrorCode> {
        self.errors(conn).into_iter().map(|refusal| refusal.code).collect()
    }

    fn online(&self, id: &str) -> u32 {
        self.hub.room_list().iter().find(|summary| summary.id == room(id)).unwrap().online
    }
}

fn room(id: &str) -> RoomId {
    RoomId::parse(id).unwrap()
}

fn token_of(name: &str) -> Token {
    Token::parse(&format!("{name:_<32}")).unwrap()
}

fn user(name: &str) -> User {
    User { id: UserId::parse(name).unwrap(), name: name.into() }
}

fn created(id: &str) -> Entry {
    Entry { room: room(id), seq: 1, at: 0, by: user("parlor"), kind: EntryKind::Created { name: id.into() } }
}

fn id_of(kind: &EntryKind) -> Option<&MessageId> {
    if let EntryKind::Message { id, .. } = kind { Some(id) } else { None }
}

fn load(id: &RoomId, entries: &[Entry]) -> LoadedRoom {
    let mut members = BTreeMap::new();
    for Entry { by, seq, kind, .. } in entries {
        match kind {
            EntryKind::Joined => _ = members.insert(by.id.clone(), Member { user: by.clone(), read: *seq }),
            EntryKind::Left => _ = members.remove(&by.id),
            _ => {}
        }
    }
    let members = members.into_values().collect();
    LoadedRoom { room: id.clone(), name: id.to_name(), head: entries.len() as u64, members }
}

/// A log of one room with this many messages.
fn long_log(messages: u64) -> BTreeMap<RoomId, Vec<Entry>> {
    let message = |seq| {
        let kind = EntryKind::Message { id: MessageId::v7(seq, 0), body: format!("message {seq}") };
        Entry { room: room("general"), seq, at: seq, by: user("ada"), kind }
    };
    let entries = std::iter::once(created("general")).chain((2..=messages + 1).map(message)).collect();
    [(room("general"), entries)].into()
}
