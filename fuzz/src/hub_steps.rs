use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

use crate::hub::{Claim, Codes, ConnId, Hub, Identity, Now, Output, PageRequest, Rejection};
use crate::log::{
    Append, AppendError, Batch, Engine, MemoryEngine, MemoryReader, ReadMark, Reader, Secret, Ticket, Unavailable,
};
use crate::protocol::{
    Access, ClientFrame, CloseCode, Entry, EntryKind, ErrorCode, Hello, InviteCode, InviteId, LoginId, MessageId,
    Password, Profile, RoomId, decode_client, encode,
};
use libfuzzer_sys::arbitrary::{self, Arbitrary};

use crate::names::{code, epoch, invite, person, room, token, user_of};
use crate::saying::Saying;
use crate::wire::{Log, Wire, head_of};

/// Rooms with a past, and messages in each of them: more than one replay brings, and than may be on the way unacked.
const FIRST_ROOMS: u8 = 3;
const FIRST_MESSAGES: u8 = 120;
const FIRST_RETURNS: u8 = 7;
const SLOTS: u8 = 6;
/// Outputs of one input. Whoever floods is closed long before that.
const OUTPUTS_MAX: usize = 5_000;
/// Rounds of two seconds in which everybody reads and acks, and the log works.
const PEACEFUL_ROUNDS: usize = 8;

#[derive(Debug, Arbitrary)]
pub struct Run {
    steps: Vec<Step>,
    stops: bool,
}

#[derive(Debug, Arbitrary)]
enum Step {
    Open(u8),
    /// Somebody comes, and is welcomed.
    Enter(u8, u8),
    /// The socket is gone.
    Lose(u8),
    Say(u8, Saying),
    Babble(u8, String),
    Violate(u8),
    /// The socket takes frames.
    Write(u8, u8),
    AckAll(u8),
    /// The shell and the log answer the oldest questions.
    Identify,
    /// A password is hashed or looked at, or cannot be.
    Prove {
        fails: bool,
    },
    Commit {
        appends: u8,
        fails: bool,
    },
    Read {
        fails: bool,
    },
    /// All of that, for everyone.
    Serve {
        acks: bool,
    },
    Wait(u16),
}

struct World {
    hub: Hub,
    engine: MemoryEngine,
    reader: MemoryReader,
    log: Log,
    now: Now,
    wires: BTreeMap<ConnId, Wire>,
    /// Which connection a slot has.
    slots: BTreeMap<u8, ConnId>,
    opened: u64,
    identities: VecDeque<(ConnId, Claim)>,
    appends: VecDeque<Append>,
    marks: Vec<ReadMark>,
    requests: VecDeque<PageRequest>,
    hashing: VecDeque<(Ticket, Secret)>,
    /// And whether the password is the right one.
    verifying: VecDeque<(Ticket, bool)>,
}

pub fn run(run: Run) {
    let mut world = World::new();
    for step in run.steps {
        world.step(step);
    }
    for _ in 0..PEACEFUL_ROUNDS {
        world.serve(true);
        world.wait(2_000);
    }
    world.serve(true);
    world.check_that_everyone_has_everything();
    if run.stops {
        world.input(|hub, now| hub.handle_shutdown(now));
        assert!(world.wires.values().all(|wire| wire.is_closed));
    }
}

impl World {
    fn new() -> Self {
        let mut engine = first_log();
        let loaded = engine.load().unwrap();
        let log = loaded.rooms.iter().map(|loaded| (loaded.room.clone(), engine.entries(&loaded.room))).collect();
        Self {
            hub: Hub::new(loaded.epoch, loaded.rooms, 1, Box::new(FewCodes(0))),
            reader: engine.reader().unwrap(),
            engine,
            log,
            now: Now { mono_ms: 1_000, unix_ms: 1_000_000 },
            wires: BTreeMap::new(),
            slots: BTreeMap::new(),
            opened: 0,
            identities: VecDeque::new(),
            appends: VecDeque::new(),
            marks: Vec::new(),
            requests: VecDeque::new(),
            hashing: VecDeque::new(),
            verifying: VecDeque::new(),
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Open(slot) => self.open(slot % SLOTS),
            Step::Enter(slot, person) => {
                let slot = slot % SLOTS;
                self.open(slot);
                let hello = Hello { token: Some(token(person)), ..Hello::default() };
                self.say(slot, ClientFrame::Hello(hello));
                self.identify();
            }
            Step::Lose(slot) => self.lose(slot % SLOTS),
            Step::Say(slot, saying) => self.say(slot, saying.frame()),
            Step::Babble(slot, text) => {
                if let Some(conn) = self.slots.get(&(slot % SLOTS)).copied() {
                    self.text(conn, &text);
                }
            }
            Step::Violate(slot) => {
                if let Some(conn) = self.slots.get(&(slot % SLOTS)).copied() {
                    self.input(|hub, now| hub.handle_violation(now, conn, CloseCode::Unsupported));
                }
            }
            Step::Write(slot, frames) => {
                if let Some(conn) = self.slots.get(&(slot % SLOTS)).copied() {
                    self.write(conn, frames.into());
                }
            }
            Step::AckAll(slot) => {
                if let Some(conn) = self.slots.get(&(slot % SLOTS)).copied() {
                    self.ack(conn);
                }
            }
            Step::Identify => self.identify(),
            Step::Prove { fails } => self.prove(fails),
            Step::Commit { appends, fails } => self.commit(appends.into(), fails),
            Step::Read { fails } => self.read(fails),
            Step::Serve { acks } => self.serve(acks),
            Step::Wait(ms) => self.wait(ms.into()),
        }
    }

    fn open(&mut self, slot: u8) {
        self.lose(slot);
        self.opened += 1;
        let conn = ConnId(self.opened);
        self.slots.insert(slot, conn);
        self.wires.insert(conn, Wire::default());
        self.input(|hub, now| hub.handle_opened(now, conn, IpAddr::from([127, 0, 0, 1])));
    }

    fn lose(&mut self, slot: u8) {
        if let Some(conn) = self.slots.remove(&slot) {
            self.wires.remove(&conn);
            self.input(|hub, now| hub.handle_closed(now, conn));
        }
    }

    fn say(&mut self, slot: u8, frame: ClientFrame) {
        if let Some(conn) = self.slots.get(&(slot % SLOTS)).copied() {
            self.text(conn, &encode(&frame));
        }
    }

    fn text(&mut self, conn: ConnId, text: &str) {
        if let (Some(wire), Ok(frame)) = (self.wires.get_mut(&conn), decode_client(text)) {
            wire.said(&frame);
        }
        self.input(|hub, now| hub.handle_text(now, conn, text));
    }

    fn ack(&mut self, conn: ConnId) {
        let Some(wire) = self.wires.get(&conn).filter(|wire| wire.user.is_some() && !wire.is_closed) else { return };
        let cursors = wire.places.iter().map(|(room, place)| (room.clone(), place.sent)).collect();
        self.text(conn, &encode(&ClientFrame::Ack { cursors }));
    }

    fn write(&mut self, conn: ConnId, frames: usize) {
        let Some(wire) = self.wires.get_mut(&conn) else { return };
        let frames = frames.min(wire.in_flight.len());
        let bytes = wire.in_flight.drain(..frames).sum();
        self.input(|hub, now| hub.handle_written(now, conn, frames, bytes));
    }

    fn identify(&mut self) {
        let Some((conn, known)) = self.identities.pop_front() else { return };
        let identity = identify(conn, known);
        self.input(|hub, now| hub.handle_identified(now, conn, identity));
    }

    fn prove(&mut self, fails: bool) {
        if let Some((ticket, hash)) = self.hashing.pop_front() {
            self.input(|hub, now| hub.handle_hashed(now, ticket, if fails { Err(Unavailable) } else { Ok(hash) }));
        }
        if let Some((ticket, is_right)) = self.verifying.pop_front() {
            let result = if fails { Err(Unavailable) } else { Ok(is_right) };
            self.input(|hub, now| hub.handle_verified(now, ticket, result));
        }
    }

    fn commit(&mut self, appends: usize, fails: bool) {
        let appends: Vec<_> = self.appends.drain(..appends.min(self.appends.len())).collect();
        let tickets: Vec<_> = appends.iter().map(|append| append.ticket).collect();
        self.engine.set_full(fails);
        let committed = self.engine.commit(Batch { appends, reads: std::mem::take(&mut self.marks) });
        let results = committed.unwrap_or_else(|_| vec![Err(AppendError::Unavailable); tickets.len()]);
        for (ticket, result) in tickets.into_iter().zip(results) {
            if let Some(appended) = result.as_ref().ok().filter(|appended| appended.new) {
                note(&mut self.log, &appended.entry);
            }
            self.input(|hub, now| hub.handle_appended(now, ticket, result));
        }
    }

    fn read(&mut self, fails: bool) {
        let Some(request) = self.requests.pop_front() else { return };
        let page = self.reader.page(&request.room, request.range, request.limit).map_err(|_| Unavailable);
        self.input(|hub, now| hub.handle_page(now, request, if fails { Err(Unavailable) } else { page }));
    }

    /// Does whatever anybody waits for, until nobody waits. Without acks, the hub stops by itself.
    fn serve(&mut self, acks: bool) {
        for conn in self.wires.keys().copied().collect::<Vec<_>>() {
            self.input(|hub, now| hub.handle_text(now, conn, &encode(&ClientFrame::Ping)));
        }
        for _ in 0..OUTPUTS_MAX {
            let waiting: Vec<_> = self.wires.iter().filter(|(_, wire)| !wire.in_flight.is_empty()).collect();
            let waiting: Vec<_> = waiting.into_iter().map(|(conn, wire)| (*conn, wire.in_flight.len())).collect();
            let questions = self.identities.len() + self.requests.len() + self.hashing.len() + self.verifying.len();
            if waiting.is_empty() && questions == 0 && self.appends.is_empty() {
                return;
            }
            for (conn, frames) in waiting {
                self.write(conn, frames);
                if acks {
                    self.ack(conn);
                }
            }
            self.identify();
            self.prove(false);
            self.commit(usize::MAX, false);
            self.read(false);
        }
        panic!("there is no end to it");
    }

    fn wait(&mut self, ms: u64) {
        let until = self.now.mono_ms + ms;
        while let Some(at) = self.hub.poll_timeout().filter(|at| *at <= until) {
            self.advance(at.max(self.now.mono_ms));
            self.input(|hub, now| hub.handle_timeout(now));
            let next = self.hub.poll_timeout();
            assert!(next.is_none_or(|next| next > self.now.mono_ms), "a timer for {next:?} that has fired");
        }
        self.advance(until);
    }

    fn advance(&mut self, to: u64) {
        self.now.unix_ms += to - self.now.mono_ms;
        self.now.mono_ms = to;
    }

    fn input(&mut self, put: impl FnOnce(&mut Hub, Now)) {
        put(&mut self.hub, self.now);
        for count in 0.. {
            assert!(count < OUTPUTS_MAX, "too many outputs for one input");
            let Some(output) = self.hub.poll_output() else { return };
            match output {
                Output::Transmit { conn, frame } => {
                    // The shell may not have told yet that a socket is gone, but here it has.
                    self.wires.get_mut(&conn).expect("only to those that are there").heard(&frame, &self.log);
                }
                Output::Broadcast { conns, frame } => {
                    for conn in conns {
                        self.wires.get_mut(&conn).expect("only to those that are there").heard(&frame, &self.log);
                    }
                }
                Output::Close { conn, .. } => {
                    let wire = self.wires.get_mut(&conn).expect("only those that are there");
                    assert!(!std::mem::replace(&mut wire.is_closed, true), "closed twice");
                }
                Output::Identify { conn, claim } => self.identities.push_back((conn, claim)),
                Output::HashPassword { ticket, password } => self.hashing.push_back((ticket, hash_of(&password))),
                Output::VerifyPassword { ticket, password, hash } => {
                    self.verifying.push_back((ticket, hash == hash_of(&password)));
                }
                Output::Append(append) => self.appends.push_back(append),
                Output::MarkRead(mark) => self.marks.push(mark),
                Output::Read(request) => self.requests.push_back(request),
            }
        }
    }

    fn check_that_everyone_has_everything(&self) {
        for wire in self.wires.values().filter(|wire| !wire.is_closed) {
            for (room, place) in &wire.places {
                assert_eq!(place.sent, head_of(&self.log, room), "{room} stands still");
                assert_eq!(place.acked, place.sent);
            }
        }
        let rooms: Vec<RoomId> = self.hub.admin_rooms().into_iter().map(|room| room.summary.id).collect();
        assert!(rooms.iter().eq(self.log.keys()));
    }
}

/// What a log is after this entry.
fn note(log: &mut Log, entry: &Entry) {
    if entry.kind == EntryKind::Closed {
        log.remove(&entry.room);
        return;
    }
    let entries = log.entry(entry.room.clone()).or_default();
    if let EntryKind::Deleted { seq } = entry.kind {
        entries.iter_mut().filter(|entry| entry.seq == seq).for_each(Entry::erase);
    }
    entries.push(entry.clone());
}

/// So few that people guess them.
struct FewCodes(u8);

impl Codes for FewCodes {
    fn new_code(&mut self) -> (InviteId, InviteCode) {
        self.0 = self.0.wrapping_add(1);
        (invite(self.0), code(self.0))
    }

    fn digest(&self, code: &InviteCode) -> Secret {
        Secret::new(code.as_str())
    }
}

fn hash_of(password: &Password) -> Secret {
    Secret::new(password.as_str())
}

fn identify(conn: ConnId, claim: Claim) -> Result<Identity, Rejection> {
    let token = match claim {
        Claim::Token(token) => token,
        Claim::Guest(_) => token(conn.0 as u8),
        Claim::Cookie => return Err(Rejection { code: ErrorCode::SignInRequired, retry_after_ms: None }),
    };
    let user = user_of(&token);
    let login = LoginId::parse(token.as_str()).unwrap();
    let user = crate::protocol::User { name: format!("Person {user}"), id: user };
    Ok(Identity { profile: Profile { user, secured: false, admin: false }, login, token: Some(token) })
}

/// Rooms with a past, and one person in all of them.
fn first_log() -> MemoryEngine {
    thread_local! {
        static LOG: MemoryEngine = {
            let mut engine = MemoryEngine::new(epoch(0));
            let appends = (0..FIRST_ROOMS).flat_map(first_entries).collect();
            engine.commit(Batch { appends, reads: vec![] }).unwrap();
            engine
        };
    }
    LOG.with(|log| log.snapshot(epoch(0)))
}

fn first_entries(number: u8) -> impl Iterator<Item = Append> {
    let said = |n| EntryKind::Message {
        id: MessageId::parse(&format!("first-{n}")).unwrap(),
        body: "Long ago".into(),
        mentions: vec![],
    };
    let begin =
        [EntryKind::Created { name: room(number).to_name(), access: Access::Open }, EntryKind::Joined { invite: None }];
    // In one of the rooms somebody has gone and come again, so often in a row that nobody is told each time.
    let again = if number == 1 { FIRST_RETURNS } else { 0 };
    let returns = (0..again).flat_map(|_| [EntryKind::Left, EntryKind::Joined { invite: None }]);
    begin.into_iter().chain((0..FIRST_MESSAGES).map(said)).chain(returns).map(move |kind| append(number, kind))
}

fn append(number: u8, kind: EntryKind) -> Append {
    Append { ticket: Ticket(0), room: room(number), at: 1_000, by: person(0), kind, repeat_only: false, secret: None }
}
