use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;

use bytes::Bytes;

use super::acks::Acks;
use super::limiter::Limiter;
use super::room::erase_in;
use crate::protocol::limits::{
    ANSWERS_WAITING_MAX, FRAMES_BURST, FRAMES_IN_FLIGHT_MAX, FRAMES_PER_SECOND, IN_FLIGHT_BYTES_MAX,
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

/// How far a connection has come in a room's log.
#[derive(Debug, Clone, Copy)]
pub struct Cursor {
    /// The last seq it was sent. An ack that fails to come moves it back.
    pub sent: Seq,
    /// The last seq that it was ever sent.
    pub furthest: Seq,
    /// The last seq that the client has said it has.
    pub acked: Seq,
    /// By when there has to be progress, while there is something to be acked.
    pub ack_due_at: Option<u64>,
    /// Resends since the last progress.
    pub resends: u32,
}

/// A connection: cursors, and what is due to it. Entries are not queued here; they come from the rooms' logs.
#[derive(Debug)]
pub struct Conn {
    pub stage: Stage,
    pub address: IpAddr,
    pub heard_at: u64,
    pub limiter: Limiter,
    /// For each room it gets entries of.
    pub cursors: BTreeMap<RoomId, Cursor>,
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
    /// Sizes of the frames that its socket has not taken yet.
    in_flight: VecDeque<usize>,
    in_flight_bytes: usize,
}

#[derive(Debug)]
pub struct Answer {
    pub frame: Bytes,
    pub is_history: bool,
}

impl Conn {
    pub fn new(now_ms: u64, address: IpAddr) -> Self {
        Self {
            stage: Stage::New,
            address,
            heard_at: now_ms,
            limiter: Limiter::per_second(FRAMES_PER_SECOND, FRAMES_BURST),
            cursors: BTreeMap::new(),
            acks: Acks::default(),
            behind: VecDeque::new(),
            replay: None,
            history_pending: false,
            people_due: BTreeSet::new(),
            reads_due: BTreeSet::new(),
            room_list_due: false,
            unsubscribed: BTreeMap::new(),
            answers: VecDeque::new(),
            in_flight: VecDeque::new(),
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
        self.in_flight.len() < FRAMES_IN_FLIGHT_MAX && self.in_flight_bytes < IN_FLIGHT_BYTES_MAX
    }

    pub fn has_taken_everything(&self) -> bool {
        self.in_flight.is_empty()
    }

    pub fn sent(&mut self, bytes: usize) {
        self.in_flight.push_back(bytes);
        self.in_flight_bytes += bytes;
    }

    pub fn written(&mut self, frames: usize) {
        for bytes in self.in_flight.drain(..frames.min(self.in_flight.len())) {
            self.in_flight_bytes -= bytes;
        }
    }

    /// False if more answers wait than a client that reads would ever leave.
    pub fn push_answer(&mut self, answer: Answer) -> bool {
        self.answers.push_back(answer);
        self.answers.len() <= ANSWERS_WAITING_MAX
    }

    pub fn pop_answer(&mut self) -> Option<Bytes> {
        let answer = self.answers.pop_front()?;
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
        self.cursors.insert(room.clone(), cursor);
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
