//! The hub against clients and a log played by the test, on a clock that the test moves.

mod acks;
mod changes;
mod delivery;
mod doors;
mod logins;
mod presence;
mod reads;
mod requests;
mod saying;

use std::collections::{BTreeMap, VecDeque};

use super::*;
use crate::log::{AppendError, Batch, Engine, Loaded, MemoryEngine, Page, Reader, Unavailable, parlor};
use crate::protocol::{
    Access, ClientFrame, Entry, EntryKind, Hello, Left, MessageId, Presence, Refusal, Seq, User, decode_server,
};

/// A hub, a log in memory, and what each connection has received.
struct Bench {
    hub: Hub,
    now: Now,
    log: MemoryEngine,
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
    /// Pages that have been read and not been handed over yet, while they are held.
    held_pages: Option<VecDeque<(PageRequest, Page)>>,
}

/// Codes that count up, and are kept as they are.
struct CountedCodes(u32);

impl Codes for CountedCodes {
    fn new_code(&mut self) -> (InviteId, InviteCode) {
        self.0 += 1;
        (InviteId::parse(&format!("link-{}", self.0)).unwrap(), code(self.0))
    }

    fn digest(&self, code: &InviteCode) -> Secret {
        Secret::new(code.as_str())
    }
}

fn code(n: u32) -> InviteCode {
    InviteCode::parse(&format!("invite-code-{n:04}")).unwrap()
}

impl Bench {
    fn new() -> Self {
        Self::with_rooms(&["general", "random"])
    }

    fn with_rooms(rooms: &[&str]) -> Self {
        let created = |id: &&str| append(id, parlor(), EntryKind::Created { name: (*id).into(), access: Access::Open });
        Self::over(log_of(rooms.iter().map(created).collect()))
    }

    /// A server that has just started over this log.
    fn over(log: MemoryEngine) -> Self {
        let Loaded { epoch, rooms } = log.clone().load().unwrap();
        Self {
            hub: Hub::new(epoch, rooms, 1, Box::new(CountedCodes(0))),
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
            held_pages: None,
        }
    }

    fn entries(&self, id: &str) -> Vec<Entry> {
        self.log.entries(&room(id))
    }

    fn kinds(&self, id: &str) -> Vec<EntryKind> {
        self.entries(id).into_iter().map(|entry| entry.kind).collect()
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

    fn receive(&mut self, conn: ConnId, frame: &[u8]) {
        let text = std::str::from_utf8(frame).unwrap();
        assert!(text.len() <= crate::protocol::limits::FRAME_BYTES_MAX);
        let (bytes, frame) = (text.len(), decode_server(text).unwrap());
        if let ServerFrame::Entry(entry) = &frame {
            self.unacked.entry(conn).or_default().insert(entry.room.clone(), entry.seq);
        }
        self.received.entry(conn).or_default().push(frame);
        if self.stuck.contains(&conn) {
            *self.bytes_unread.entry(conn).or_default() += bytes;
        } else {
            self.hub.handle_written(self.now, conn, 1, bytes);
        }
    }

    fn carry_out(&mut self) {
        while let Some(output) = self.hub.poll_output() {
            match output {
                Output::Transmit { conn, frame } => self.receive(conn, &frame),
                Output::Broadcast { conns, frame } => conns.into_iter().for_each(|conn| self.receive(conn, &frame)),
                Output::Close { conn, code } => assert_eq!(self.closed.insert(conn, code), None),
                Output::Identify { conn, claim } => {
                    let identity = identify(conn, claim);
                    self.hub.handle_identified(self.now, conn, identity);
                }
                Output::HashPassword { ticket, password } => {
                    self.hub.handle_hashed(self.now, ticket, Ok(Secret::new(password.as_str())));
                }
                Output::VerifyPassword { ticket, password, hash } => {
                    self.hub.handle_verified(self.now, ticket, Ok(password.as_str() == hash.as_str()));
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
        let ticket = append.ticket;
        let result = if self.is_log_broken {
            Err(AppendError::Unavailable)
        } else {
            self.log.commit(Batch { appends: vec![append], reads: vec![] }).unwrap().remove(0)
        };
        self.hub.handle_appended(self.now, ticket, result);
    }

    fn read(&mut self, request: PageRequest) {
        self.reads += 1;
        if self.is_log_broken {
            return self.hub.handle_page(self.now, request, Err(Unavailable));
        }
        let page = self.log.reader().unwrap().page(&request.room, request.range, request.limit).unwrap();
        match &mut self.held_pages {
            Some(held) => held.push_back((request, page)),
            None => self.hub.handle_page(self.now, request, Ok(page)),
        }
    }

    /// Hands over the pages that were held back.
    fn release_pages(&mut self) {
        for (request, page) in self.held_pages.take().unwrap() {
            self.hub.handle_page(self.now, request, Ok(page));
        }
        self.drain();
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
        self.hub.handle_opened(self.now, conn, IpAddr::from([127, 0, 0, 1]));
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
        self.hello(conn, Hello { token: Some(token_of(name)), ..Hello::default() });
        conn
    }

    fn join(&mut self, conn: ConnId, id: &str) {
        self.frame(conn, &join(id));
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
        self.hub.room_list(None).iter().find(|summary| summary.id == room(id)).unwrap().online
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

/// The token is the name, filled up; a new guest is called after the connection.
fn identify(conn: ConnId, claim: Claim) -> Result<Identity, Rejection> {
    let (token, name) = match claim {
        Claim::Token(token) => {
            let name = token.as_str().trim_end_matches('_').to_owned();
            (token, name)
        }
        Claim::Guest(name) => (token_of(&format!("conn-{}", conn.0)), name.as_str().to_owned()),
        Claim::Cookie => return Err(Rejection { code: ErrorCode::SignInRequired, retry_after_ms: None }),
    };
    let id = UserId::parse(token.as_str().trim_end_matches('_')).unwrap();
    let login = LoginId::parse(&format!("login-{id}")).unwrap();
    let admin = name.starts_with("admin");
    Ok(Identity { profile: Profile { user: User { id, name }, secured: false, admin }, login, token: Some(token) })
}

fn join(id: &str) -> ClientFrame {
    ClientFrame::Join { room: room(id), since: None, password: None, invite: None }
}

fn create(name: &str) -> ClientFrame {
    ClientFrame::Create { name: name.into(), access: Access::Open, password: None }
}

fn left(id: &str) -> ServerFrame {
    ServerFrame::Left(Left { room: room(id), reason: None, by: None })
}

fn append(id: &str, by: User, kind: EntryKind) -> Append {
    Append { ticket: Ticket(0), room: room(id), at: 0, by, kind, repeat_only: false, secret: None }
}

fn log_of(appends: Vec<Append>) -> MemoryEngine {
    let mut log = MemoryEngine::new(Epoch::parse("epoch-1").unwrap());
    assert!(log.commit(Batch { appends, reads: vec![] }).unwrap().iter().all(Result::is_ok));
    log
}

/// A log of one room with this many messages.
fn long_log(messages: u64) -> MemoryEngine {
    let message = |seq| {
        let (id, body) = (MessageId::v7(seq, 0), format!("message {seq}"));
        append("general", user("ada"), EntryKind::Message { id, body, mentions: vec![] })
    };
    let created = append("general", parlor(), EntryKind::Created { name: "General".into(), access: Access::Open });
    log_of([created].into_iter().chain((2..=messages + 1).map(message)).collect())
}
