use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;

use bytes::Bytes;

use super::acks::Acks;
use super::cursors::{Cursor, Cursors};
use super::limiter::Limiter;
use super::room::erase_in;
use crate::protocol::limits::{
    ANSWERS_WAITING_MAX, FRAMES_IN_FLIGHT_MAX, HELLO_WITHIN_MS, IN_FLIGHT_BYTES_MAX, SILENCE_MAX_MS,
    UNACKED_ENTRIES_MAX,
};
use crate::protocol::{Epoch, LoginId, RoomId, Seq, UserId};

/// How far a connection has come.
#[derive(Debug)]
pub enum Stage {
    /// `hello` is due.
    New,
    /// The shell finds out who it is.
    Identifying {
        epoch: Option<Epoch>,
        cursors: BTreeMap<RoomId, Seq>,
    },
    Greeted {
        user: UserId,
        login: LoginId,
    },
}

/// Entries read from the log for a connection that is further behind than the memory reaches.
#[derive(Debug)]
pub struct Replay {
    pub room: RoomId,
    pub frames: VecDeque<(Seq, Bytes)>,
    /// The log is being read, or could not be read and waits for another try.
    pub pending: bool,
}

/// A connection: cursors, and what is due to it. Entries are not queued here; they come from the rooms' logs.
#[derive(Debug)]
pub struct Conn {
    pub stage: Stage,
    pub address: IpAddr,
    /// Whoever has not said by then who they are is sent away.
    pub greet_by: u64,
    /// Counted among those that wait to be greeted.
    pub is_waiting: bool,
    pub heard_at: u64,
    pub limiter: Limiter,
    /// For each room it gets entries of.
    pub cursors: Cursors,
    pub acks: Acks,
    /// Rooms whose log may be beyond the cursor.
    pub behind: VecDeque<RoomId>,
    pub replay: Option<Replay>,
    /// A page of history is being read or waits to be sent.
    pub history_pending: bool,
    /// Rooms whose people it has to be told in full.
    pub people_due: BTreeSet<RoomId>,
    /// Rooms whose read mark has moved.
    pub reads_due: BTreeSet<RoomId>,
    pub room_list_due: bool,
    /// Only with a planted bug: rooms that are replayed up to here before they are subscribed to.
    pub unsubscribed: BTreeMap<RoomId, Seq>,
    answers: VecDeque<Answer>,
    /// Frames that its socket has not taken yet, and their bytes.
    in_flight: usize,
    in_flight_bytes: usize,
}

#[derive(Debug)]
pub struct Answer {
    pub frame: Bytes,
    pub is_history: bool,
}

impl Conn {
    pub fn new(now_ms: u64, address: IpAddr, limiter: Limiter) -> Self {
        Self {
            stage: Stage::New,
            address,
            greet_by: now_ms + HELLO_WITHIN_MS,
            heard_at: now_ms,
            limiter,
            is_waiting: false,
            cursors: Cursors::default(),
            acks: Acks::default(),
            behind: VecDeque::new(),
            replay: None,
            history_pending: false,
            people_due: BTreeSet::new(),
            reads_due: BTreeSet::new(),
            room_list_due: false,
            unsubscribed: BTreeMap::new(),
            answers: VecDeque::new(),
            in_flight: 0,
            in_flight_bytes: 0,
        }
    }

    pub fn user(&self) -> Option<&UserId> {
        if let Stage::Greeted { user, .. } = &self.stage { Some(user) } else { None }
    }

    pub fn login(&self) -> Option<&LoginId> {
        if let Stage::Greeted { login, .. } = &self.stage { Some(login) } else { None }
    }

    pub fn has_room_for_frame(&self) -> bool {
        self.in_flight < FRAMES_IN_FLIGHT_MAX && self.in_flight_bytes < IN_FLIGHT_BYTES_MAX
    }

    pub fn has_taken_everything(&self) -> bool {
        self.in_flight == 0
    }

    pub fn sent(&mut self, bytes: usize) {
        self.in_flight += 1;
        self.in_flight_bytes += bytes;
    }

    pub fn written(&mut self, frames: usize, bytes: usize) {
        self.in_flight = self.in_flight.saturating_sub(frames);
        self.in_flight_bytes = self.in_flight_bytes.saturating_sub(bytes);
    }

    /// When the silence of this connection will have lasted too long.
    pub fn silent_at(&self) -> u64 {
        if self.user().is_some() { self.heard_at + SILENCE_MAX_MS } else { self.greet_by }
    }

    /// Whether a new entry of this room, at this seq, goes out at once: it is the next one, and nothing goes first.
    pub fn takes_at_once(&self, room: &RoomId, seq: Seq) -> bool {
        self.answers.is_empty()
            && self.behind.is_empty()
            && self.replay.is_none()
            && self.acks.unacked < UNACKED_ENTRIES_MAX
            && self.has_room_for_frame()
            && self.cursors.get(room).is_some_and(|cursor| cursor.sent + 1 == seq)
    }

    /// False if more answers wait than a client that reads would ever leave.
    pub fn push_answer(&mut self, answer: Answer) -> bool {
        self.answers.push_back(answer);
        self.answers.len() <= ANSWERS_WAITING_MAX
    }

    pub fn pop_answer(&mut self) -> Option<Bytes> {
        let answer = self.answers.pop_front()?;
        if self.answers.is_empty() {
            // Most connections are idle, and keep no room for answers.
            self.answers = VecDeque::new();
        }
        if answer.is_history {
            self.history_pending = false;
        }
        Some(answer.frame)
    }

    /// What waits to be sent says nothing any more of a message that is deleted.
    pub fn erase(&mut self, room: &RoomId, seq: Seq) {
        let pages = self.answers.iter_mut().filter(|answer| answer.is_history).map(|answer| &mut answer.frame);
        let replay = self.replay.iter_mut().flat_map(|replay| &mut replay.frames);
        let entries = replay.filter(|(at, _)| *at == seq).map(|(_, frame)| frame);
        pages.chain(entries).for_each(|frame| erase_in(frame, room, seq));
    }

    /// The room's entries are sent from `after + 1`, whatever was sent before.
    pub fn subscribe(&mut self, room: &RoomId, after: Seq) {
        self.drop_replay(room);
        self.forget_cursor(room);
        let cursor = Cursor { sent: after, furthest: after, acked: after, ack_due_at: None, resends: 0 };
        self.cursors.insert(room, cursor);
        self.fall_behind(room);
        self.people_due.insert(room.clone());
    }

    pub fn unsubscribe(&mut self, room: &RoomId) {
        self.drop_replay(room);
        self.forget_cursor(room);
        self.behind.retain(|behind| behind != room);
        self.people_due.remove(room);
        self.reads_due.remove(room);
    }

    fn forget_cursor(&mut self, room: &RoomId) {
        if let Some(cursor) = self.cursors.remove(room) {
            self.acks.unacked -= cursor.sent - cursor.acked;
        }
    }

    /// An entry is on its way.
    pub fn entry_sent(&mut self, room: &RoomId, seq: Seq) {
        if let Some(cursor) = self.cursors.get_mut(room) {
            self.acks.unacked += seq - cursor.sent;
            cursor.sent = seq;
            cursor.furthest = cursor.furthest.max(seq);
        }
    }

    /// There is, or may be, an entry of this room beyond the cursor.
    pub fn fall_behind(&mut self, room: &RoomId) {
        if !self.behind.contains(room) {
            self.behind.push_back(room.clone());
        }
    }

    pub fn drop_replay(&mut self, room: &RoomId) {
        self.replay = self.replay.take().filter(|replay| replay.room != *room);
    }
}
