//! The server's core: who is connected, who is in which room, what is due to whom.
//!
//! A pure state machine. It knows no socket, clock, thread or disk: text, answers of the log and the time go in by
//! `handle_*`, and after each input the shell drains `poll_output` and looks at `poll_timeout`.
//!
//! Where to read on: `requests` answers what clients ask (`greeting` who they are, `doors` to enter a room, `changes` to
//! change it, `saying`, `views`), `commits` takes in what the log has done, `delivery` decides which frame goes to a
//! connection next, `acks` sees that it arrives, `presence` keeps who is online.

mod acks;
mod admission;
mod changes;
mod commits;
mod conn;
mod crowd;
mod cursors;
mod delivery;
mod doors;
mod failure;
mod greeting;
mod limiter;
mod memberships;
mod pace;
mod page_request;
mod person;
mod presence;
mod reads;
mod requests;
mod room;
mod saying;
mod tail;
mod throttle;
mod views;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::IpAddr;

use bytes::Bytes;

use rustc_hash::FxHashMap;

pub use limiter::Limiter;
pub use page_request::{PagePurpose, PageRequest};
pub use throttle::Throttle;

use crate::log::{Append, LoadedRoom, ReadMark, Secret, Ticket};
use crate::protocol::limits::{
    FRAMES_BURST, FRAMES_PER_SECOND, HELLO_WITHIN_MS, MESSAGES_BURST, MESSAGES_PER_SECOND, RECONNECT_SLOTS_MAX_MS,
};
use crate::protocol::{
    Bye, ClientFrame, CloseCode, DecodeError, Epoch, ErrorCode, InviteCode, InviteId, LoginId, Password, Profile,
    RoomId, ServerFrame, Token, UserId, UserName, decode_client, encode,
};
use admission::Admission;
use commits::Pending;
use conn::Conn;
use doors::{Guesser, Locksmith};
use memberships::Memberships;
use person::Person;
use room::Room;

/// After flooding, or as one too many, a client is to stay away this long.
const FLOODING_PAUSE_MS: u64 = 10_000;
/// How often at most it is looked for silent connections. Their end may come this much late.
const SILENCE_CHECKED_EVERY_MS: u64 = 1_000;
/// On a restart, clients are spread over this time, and the time that it takes to let them all in.
const RESTART_SPREAD_MS: std::ops::Range<u64> = 300..1_500;

/// A connection, by a number that the shell never uses twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnId(pub u64);

/// The time, as the shell read it: one clock that never goes back for deadlines, one that people read for entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    pub mono_ms: u64,
    pub unix_ms: u64,
}

/// By what a connection says who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    Token(Token),
    /// The cookie of the request that opened the connection, if there was one.
    Cookie,
    /// Somebody new.
    Guest(UserName),
}

/// Who a connection belongs to, as the shell found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub profile: Profile,
    /// When this ends, so does the connection.
    pub login: LoginId,
    /// Told to the client, if it has to keep it.
    pub token: Option<Token>,
}

/// Why a connection belongs to nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejection {
    pub code: ErrorCode,
    pub retry_after_ms: Option<u64>,
}

/// What the shell has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Write this text frame (UTF-8 JSON).
    Transmit { conn: ConnId, frame: Bytes },
    /// Write the same text frame to each of these.
    Broadcast { conns: Vec<ConnId>, frame: Bytes },
    /// Close the socket once what was transmitted before is written. Nothing more comes for this connection.
    Close { conn: ConnId, code: CloseCode },
    /// Find out who this is and answer by `handle_identified`.
    Identify { conn: ConnId, claim: Claim },
    /// Commit an entry, in the order of these outputs, and answer by `handle_appended`.
    Append(Append),
    /// Keep how far a person has read. Nothing waits for it.
    MarkRead(ReadMark),
    /// Read entries of the log and answer by `handle_page`.
    Read(PageRequest),
    /// Hash this password, so that it can be kept, and answer by `handle_hashed`.
    HashPassword { ticket: Ticket, password: Password },
    /// Find out whether this password has that hash, and answer by `handle_verified`.
    VerifyPassword { ticket: Ticket, password: Password, hash: Secret },
}

/// Makes and recognises the secret codes of invite links. The shell has the random numbers and the hash for it.
pub trait Codes: Send {
    fn new_code(&mut self) -> (InviteId, InviteCode);
    /// What is kept of a code; the same for the same code.
    fn digest(&self, code: &InviteCode) -> Secret;
}

/// What is due at a certain time. A timer that is no longer wanted fires and finds nothing to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    Silence,
    ReadAgain(ConnId),
    Ack(ConnId),
    Grace(UserId),
    Crowd(RoomId),
    RoomList,
}

type Timers = BTreeSet<(u64, Timer)>;

pub struct Hub {
    epoch: Epoch,
    codes: Box<dyn Codes>,
    rooms: BTreeMap<RoomId, Room>,
    people: BTreeMap<UserId, Person>,
    /// The hasher has no randomness, so that a seed replays.
    conns: FxHashMap<ConnId, Box<Conn>>,
    /// What was asked of the log and is not answered yet.
    pending: BTreeMap<Ticket, Pending>,
    memberships: Memberships,
    /// Who is to be muted or not by what is on its way to the log.
    mutings: BTreeMap<Ticket, UserId>,
    /// What waits for a password to be hashed.
    locksmiths: BTreeMap<Ticket, Locksmith>,
    guesses: Throttle<Guesser>,
    /// Everyone in `people`, by their name in lower case.
    names: HashMap<String, UserId>,
    next_ticket: u64,
    timers: Timers,
    /// When it is looked for connections that have been silent for too long.
    silence_checked_at: Option<u64>,
    /// Rooms whose line in the room list has changed since it was last told.
    listed_anew: BTreeSet<RoomId>,
    room_list_told_at: Option<u64>,
    is_stopping: bool,
    /// By then all shall be back that a stop has sent away.
    restart_spread_end_ms: u64,
    admission: Admission,
    /// What a person may say in the long run; the burst is [`MESSAGES_BURST`] at [`MESSAGES_PER_SECOND`], and more with it.
    messages_per_second: u32,
    rng: fastrand::Rng,
    outputs: VecDeque<Output>,
}

impl Hub {
    /// `seed` is the source of all randomness but that of invite codes: the spread of reconnects.
    pub fn new(epoch: Epoch, loaded: Vec<LoadedRoom>, seed: u64, codes: Box<dyn Codes>) -> Self {
        let mut people = BTreeMap::new();
        let mut rooms = BTreeMap::new();
        for LoadedRoom { room, head, state } in loaded {
            for (user, member) in &state.members {
                let person = people
                    .entry(user.clone())
                    .or_insert_with(|| Person::new(member.name.clone(), messages_limiter(MESSAGES_PER_SECOND)));
                person.rooms.insert(room.clone());
            }
            rooms.insert(room.clone(), Room::new(room, head, state));
        }
        let names =
            people.iter().map(|(id, person): (&UserId, &Person)| (person.name.to_lowercase(), id.clone())).collect();
        Self {
            epoch,
            codes,
            rooms,
            people,
            conns: FxHashMap::default(),
            pending: BTreeMap::new(),
            memberships: Memberships::default(),
            mutings: BTreeMap::new(),
            locksmiths: BTreeMap::new(),
            guesses: Throttle::new(),
            names,
            next_ticket: 0,
            timers: BTreeSet::new(),
            silence_checked_at: None,
            listed_anew: BTreeSet::new(),
            room_list_told_at: None,
            is_stopping: false,
            restart_spread_end_ms: RESTART_SPREAD_MS.end,
            admission: Admission::default(),
            messages_per_second: MESSAGES_PER_SECOND,
            rng: fastrand::Rng::with_seed(seed),
            outputs: VecDeque::new(),
        }
    }

    /// Lets people say more, or less, than is the rule.
    pub fn with_messages_per_second(mut self, messages_per_second: u32) -> Self {
        self.messages_per_second = messages_per_second;
        self.people.values_mut().for_each(|person| person.messages = messages_limiter(messages_per_second));
        self
    }

    /// A socket has opened, from this address.
    pub fn handle_opened(&mut self, now: Now, conn: ConnId, address: IpAddr) {
        let state = Conn::new(now.mono_ms, address, frames_limiter(self.messages_per_second));
        self.conns.insert(conn, Box::new(state));
        self.check_silence_by(now.mono_ms + HELLO_WITHIN_MS);
        if self.is_stopping {
            self.close(now, conn, CloseCode::Restarting);
        }
    }

    /// A text frame has come.
    pub fn handle_text(&mut self, now: Now, conn: ConnId, text: &str) {
        self.handle_frame(now, conn, decode_client(text));
    }

    /// A text frame has come and was looked at already, which costs more than most of what follows.
    pub fn handle_frame(&mut self, now: Now, conn: ConnId, frame: Result<ClientFrame, DecodeError>) {
        let Some(state) = self.conns.get_mut(&conn) else { return };
        state.heard_at = now.mono_ms;
        if state.limiter.take(now.mono_ms).is_err() {
            return self.close(now, conn, CloseCode::Flooding);
        }
        self.handle_request(now, conn, frame);
        self.pump(now, conn);
    }

    /// The connection has broken the WebSocket rules of this protocol: a binary or an oversize frame.
    pub fn handle_violation(&mut self, now: Now, conn: ConnId, code: CloseCode) {
        self.close(now, conn, code);
    }

    /// The socket has taken this many of the frames transmitted to it, which are so many bytes of text.
    pub fn handle_written(&mut self, now: Now, conn: ConnId, frames: usize, bytes: usize) {
        if let Some(state) = self.conns.get_mut(&conn) {
            state.written(frames, bytes);
            if state.has_something_due() {
                self.pump(now, conn);
            }
        }
    }

    /// The socket is gone.
    pub fn handle_closed(&mut self, now: Now, conn: ConnId) {
        self.detach(now, conn);
    }

    pub fn handle_timeout(&mut self, now: Now) {
        while self.timers.first().is_some_and(|(at, _)| *at <= now.mono_ms) {
            let Some((_, timer)) = self.timers.pop_first() else { return };
            match timer {
                Timer::Silence => self.check_silence(now),
                Timer::ReadAgain(conn) => self.read_again(now, conn),
                Timer::Ack(conn) => self.check_acks(now, conn),
                Timer::Grace(user) => self.end_grace(now, &user),
                Timer::Crowd(room) => self.tell_crowd(now, &room),
                Timer::RoomList => self.tell_room_list(now),
            }
        }
    }

    /// The server is about to stop: every client is told when to come back.
    pub fn handle_shutdown(&mut self, now: Now) {
        self.is_stopping = true;
        let all_in_ms = self.admission.time_for_ms(self.conns.len() as u64);
        self.restart_spread_end_ms = RESTART_SPREAD_MS.end + all_in_ms.min(RECONNECT_SLOTS_MAX_MS);
        for conn in self.conns.keys().copied().collect::<Vec<_>>() {
            self.close(now, conn, CloseCode::Restarting);
        }
    }

    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When `handle_timeout` is due, by the clock of `Now::mono_ms`.
    pub fn poll_timeout(&self) -> Option<u64> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// Ends a connection from this side, telling the client why and whether to come back.
    fn close(&mut self, now: Now, conn: ConnId, code: CloseCode) {
        let reconnect_after_ms = match code {
            CloseCode::Restarting => Some(self.rng.u64(RESTART_SPREAD_MS.start..self.restart_spread_end_ms)),
            CloseCode::Flooding | CloseCode::TooManyConnections => Some(FLOODING_PAUSE_MS),
            _ => None,
        };
        self.close_until(now, conn, code, reconnect_after_ms);
    }

    fn close_until(&mut self, now: Now, conn: ConnId, code: CloseCode, reconnect_after_ms: Option<u64>) {
        let bye = Bye { code: code.number(), reason: code.reason().into(), reconnect_after_ms };
        if self.detach(now, conn) {
            self.outputs.push_back(Output::Transmit { conn, frame: encode(&ServerFrame::Bye(bye)).into() });
            self.outputs.push_back(Output::Close { conn, code });
        }
    }

    /// Forgets a connection. False if it was forgotten before.
    fn detach(&mut self, now: Now, conn: ConnId) -> bool {
        let Some(state) = self.conns.remove(&conn) else { return false };
        if state.is_waiting {
            self.admission.leave(now.mono_ms, false);
        }
        for room in state.cursors.rooms() {
            if let Some(room) = self.rooms.get_mut(room) {
                room.subscribers.remove(&conn);
            }
        }
        if let Some(user) = state.user() {
            self.lose_conn(now, user, conn);
        }
        true
    }

    /// Idle connections have no timers. There is one for all, set to when the first of them may have to go, and a look at
    /// all of them is cheap as long as it is not taken too often.
    fn check_silence(&mut self, now: Now) {
        if self.silence_checked_at.is_none_or(|at| at > now.mono_ms) {
            return; // a timer that was replaced by a later one
        }
        self.silence_checked_at = None;
        let silent = self.conns.iter().filter(|(_, state)| state.silent_at() <= now.mono_ms);
        let silent = silent.map(|(conn, state)| (*conn, state.user().is_some()));
        for (conn, is_greeted) in silent.collect::<Vec<_>>() {
            self.close(now, conn, if is_greeted { CloseCode::Silent } else { CloseCode::HelloTimeout });
        }
        if let Some(at) = self.conns.values().map(|state| state.silent_at()).min() {
            self.check_silence_by(at.max(now.mono_ms + SILENCE_CHECKED_EVERY_MS));
        }
    }

    fn check_silence_by(&mut self, at: u64) {
        if self.silence_checked_at.is_none_or(|planned| planned > at) {
            self.silence_checked_at = Some(at);
            self.timers.insert((at, Timer::Silence));
        }
    }
}

/// A burst of messages is as many seconds' worth, whatever the rate.
fn messages_limiter(per_second: u32) -> Limiter {
    Limiter::per_second(per_second, messages_burst(per_second))
}

fn messages_burst(per_second: u32) -> u32 {
    per_second.saturating_mul(MESSAGES_BURST / MESSAGES_PER_SECOND)
}

/// Of all kinds of frames together there may be as many more as there may be messages.
fn frames_limiter(messages_per_second: u32) -> Limiter {
    let more = messages_per_second.saturating_sub(MESSAGES_PER_SECOND);
    let burst = FRAMES_BURST.saturating_add(more.saturating_mul(FRAMES_BURST / FRAMES_PER_SECOND));
    Limiter::per_second(FRAMES_PER_SECOND.saturating_add(more), burst)
}
