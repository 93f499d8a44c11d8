use std::collections::{BTreeMap, BTreeSet, VecDeque};

use fastrand::Rng;
use parlor::protocol::{
    ClientFrame, Entry, Epoch, Hello, HistoryPage, Joined, MessageId, Profile, RoomId, Seq, ServerFrame, Token, UserId,
    Welcome,
};

use crate::copy::Copy;
use crate::record::{Phase, Place, Shared};

/// Below what a person may send in a burst, so that nothing is refused and the order is the writer's.
const SENDS_AT_ONCE: usize = 18;
/// Who has this many messages that are not accepted writes no more.
const WAITING_MAX: usize = 24;
const HISTORY_LIMIT: u32 = 100;
const ACK_EVERY: usize = 32;
/// A person may send five messages a second when the burst is used up; this leaves some room.
const TICKS_PER_SEND: u64 = 10;
const TICKS_PER_ACK: u64 = 4;
/// A connection may say fifty things a second.
const TICKS_PER_HISTORY: u64 = 2;

/// How a client behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Sends a message when the one before is accepted.
    Careful,
    /// Has many messages on the way.
    Hasty,
    /// Reads little by little through a small buffer, and falls behind.
    Slow,
    /// Leaves rooms and comes back.
    Wandering,
}

#[derive(Debug, Clone)]
pub struct Message {
    pub room: RoomId,
    pub id: MessageId,
    pub body: String,
}

/// What a person has written, in order.
#[derive(Debug)]
pub struct Written {
    pub by: UserId,
    pub messages: Vec<Message>,
}

/// As thin as a client can be, so that it covers up no mistake of the server.
pub struct Client {
    pub habit: Habit,
    pub shared: Shared,
    /// What is to be sent.
    pub outgoing: VecDeque<ClientFrame>,
    name: String,
    visits: u64,
    rooms: Vec<RoomId>,
    rng: Rng,
    user: Option<UserId>,
    token: Option<Token>,
    epoch: Option<Epoch>,
    copies: BTreeMap<RoomId, Copy>,
    written: Vec<Message>,
    /// How many of those are accepted: the first ones, since they are sent in order.
    accepted: usize,
    has_settled: bool,
    life: u64,
    sends_left: usize,
    ticks: u64,
    connection: Connection,
}

/// What ends with the connection.
#[derive(Default)]
struct Connection {
    here: BTreeSet<RoomId>,
    /// Messages on the way, from the first that is not accepted.
    in_flight: usize,
    unacked: usize,
    history_pending: bool,
}

impl Client {
    pub fn new(name: &str, habit: Habit, rooms: Vec<RoomId>, rng: Rng, shared: Shared) -> Self {
        Self {
            habit,
            shared,
            outgoing: VecDeque::new(),
            name: name.into(),
            visits: 0,
            copies: rooms.iter().map(|room| (room.clone(), Copy::default())).collect(),
            rooms,
            rng,
            user: None,
            token: None,
            epoch: None,
            written: Vec::new(),
            accepted: 0,
            has_settled: false,
            life: 0,
            sends_left: SENDS_AT_ONCE,
            ticks: 0,
            connection: Connection::default(),
        }
    }

    pub fn is_done(&self) -> bool {
        match self.shared.phase() {
            Phase::CatchingUp(heads) => heads.iter().all(|(room, head)| self.copies[room].is_whole(*head)),
            _ => false,
        }
    }

    pub fn into_written(self) -> Written {
        Written { by: self.user.expect("everyone was welcomed"), messages: self.written }
    }

    pub fn opened(&mut self) {
        self.connection = Connection::default();
        if std::mem::replace(&mut self.life, self.shared.life()) != self.life {
            self.sends_left = SENDS_AT_ONCE;
        }
        let cursors = self.copies.iter().filter(|(_, copy)| copy.cursor > 0);
        let cursors = cursors.map(|(room, copy)| (room.clone(), copy.cursor)).collect();
        // A server that was killed before it could say welcome knows somebody of this name already.
        self.visits += 1;
        let name = self.token.is_none().then(|| format!("{} {}", self.name, self.visits));
        let hello = Hello { name, token: self.token.clone(), epoch: self.epoch.clone(), cursors };
        self.outgoing = [ClientFrame::Hello(hello)].into();
    }

    pub fn handle(&mut self, frame: ServerFrame) {
        match frame {
            ServerFrame::Welcome(welcome) => self.welcomed(welcome),
            ServerFrame::Joined(joined) => self.joined(joined),
            ServerFrame::Left(left) => self.left(&left.room),
            ServerFrame::Entry(entry) => self.entry(&entry),
            ServerFrame::Accepted { room, id, seq, at } => self.was_accepted(id, Place { room, seq, at }),
            ServerFrame::History(page) => self.history(page),
            ServerFrame::Error(refusal) => panic!("{}: {refusal:?}", self.name),
            ServerFrame::Bye(bye) => panic!("{}: {bye:?}", self.name),
            _ => {}
        }
        self.send();
    }

    pub fn tick(&mut self) {
        self.ticks += 1;
        if self.ticks.is_multiple_of(TICKS_PER_ACK) {
            self.ack();
        }
        if self.ticks.is_multiple_of(TICKS_PER_HISTORY) {
            self.fill_holes();
        }
        if self.ticks.is_multiple_of(TICKS_PER_SEND) {
            self.sends_left = SENDS_AT_ONCE.min(self.sends_left + 1);
        }
        match self.shared.phase() {
            Phase::Writing => {
                let most = if self.habit == Habit::Wandering { 0 } else { 3 };
                for _ in 0..self.rng.usize(..=most) {
                    self.write();
                }
                self.wander();
                self.repeat();
            }
            Phase::Settling if !self.has_settled => {
                // From then on, nobody appends anything.
                self.has_settled = self.accepted == self.written.len() && self.is_everywhere();
                if self.has_settled {
                    self.shared.has_settled();
                }
            }
            _ => {}
        }
        self.send();
    }

    fn welcomed(&mut self, welcome: Welcome) {
        let Welcome { profile: Profile { user, .. }, token, epoch, member_of, .. } = welcome;
        self.shared.record().saw_epoch(&epoch);
        assert_eq!(self.user.get_or_insert_with(|| user.id.clone()), &user.id, "{} is somebody else", self.name);
        (self.token, self.epoch) = (token, Some(epoch));
        for room in self.rooms.iter().filter(|room| !member_of.contains(room)) {
            self.outgoing.push_back(join(room, &self.copies[room]));
        }
    }

    fn joined(&mut self, joined: Joined) {
        let Joined { room, head, after, read, .. } = joined;
        assert!(read <= head, "{read} was read of {head}");
        self.shared.record().saw_head(&room.id, head, self.life);
        self.copy(&room.id).joined(after);
        self.connection.here.insert(room.id);
    }

    fn left(&mut self, room: &RoomId) {
        self.connection.here.remove(room);
        self.outgoing.push_back(join(room, &self.copies[room]));
    }

    fn entry(&mut self, entry: &Entry) {
        self.shared.record().saw(entry);
        if self.copy(&entry.room).next(entry.first(), entry.seq) {
            self.connection.unacked += 1;
        }
        if self.connection.unacked >= ACK_EVERY {
            self.ack();
        }
    }

    fn was_accepted(&mut self, id: MessageId, place: Place) {
        let is_repeat = self.written[..self.accepted].iter().any(|message| message.id == id);
        if !is_repeat {
            assert_eq!(self.written[self.accepted].id, id, "{}: accepted out of order", self.name);
            self.accepted += 1;
            self.connection.in_flight -= 1;
        }
        self.shared.record().was_accepted(id, place);
    }

    fn history(&mut self, page: HistoryPage) {
        self.connection.history_pending = false;
        for entry in &page.entries {
            self.shared.record().saw(entry);
        }
        self.copy(&page.room).fill(page.before, &page.entries);
    }

    fn fill_holes(&mut self) {
        if self.connection.history_pending {
            return;
        }
        let mut here = self.connection.here.iter();
        if let Some((room, before)) = here.find_map(|room| Some((room, self.copies[room].missing_before()?))) {
            self.outgoing.push_back(ClientFrame::History { room: room.clone(), before, limit: HISTORY_LIMIT });
            self.connection.history_pending = true;
        }
    }

    fn ack(&mut self) {
        if std::mem::take(&mut self.connection.unacked) > 0 {
            let cursors = self.copies.iter().map(|(room, copy)| (room.clone(), copy.cursor)).collect();
            self.outgoing.push_back(ClientFrame::Ack { cursors });
        }
    }

    fn write(&mut self) {
        if self.written.len() - self.accepted >= WAITING_MAX {
            return;
        }
        let chars = if self.rng.u32(..20) == 0 { 3_000 } else { self.rng.usize(1..200) };
        let number = self.written.len() + 1;
        let id = MessageId::parse(&format!("{}-{number}", self.name)).unwrap();
        let room = self.rng.choice(&self.rooms).unwrap().clone();
        self.written.push(Message { room, id, body: format!("{number} {}", "茶".repeat(chars)) });
    }

    /// Sends what is to be sent, in order.
    fn send(&mut self) {
        let window = if self.habit == Habit::Hasty { 8 } else { 1 };
        // In one room after the other, the order would not be the writer's.
        while self.is_everywhere() && self.connection.in_flight < window {
            let Some(message) = self.written.get(self.accepted + self.connection.in_flight).cloned() else { return };
            if !self.may_send() {
                return;
            }
            self.outgoing.push_back(message.into());
            self.connection.in_flight += 1;
        }
    }

    /// Sends something again that was accepted long ago.
    fn repeat(&mut self) {
        if self.is_everywhere() && self.rng.u32(..10) == 0 && self.may_send() {
            let message = self.rng.choice(&self.written[..self.accepted]).cloned();
            self.outgoing.extend(message.map(ClientFrame::from));
        }
    }

    fn may_send(&mut self) -> bool {
        let left = self.sends_left;
        self.sends_left = left.saturating_sub(1);
        left > 0
    }

    fn is_everywhere(&self) -> bool {
        self.connection.here.len() == self.rooms.len()
    }

    fn wander(&mut self) {
        if self.habit == Habit::Wandering
            && self.rng.u32(..16) == 0
            && let Some(room) = self.connection.here.pop_first()
        {
            self.outgoing.push_back(ClientFrame::Leave { room });
        }
    }

    fn copy(&mut self, room: &RoomId) -> &mut Copy {
        self.copies.get_mut(room).expect("only rooms that were joined")
    }
}

impl From<Message> for ClientFrame {
    fn from(Message { room, id, body }: Message) -> Self {
        Self::Send { room, id, body }
    }
}

fn join(room: &RoomId, copy: &Copy) -> ClientFrame {
    let since: Option<Seq> = (copy.cursor > 0).then_some(copy.cursor);
    ClientFrame::Join { room: room.clone(), since, password: None, invite: None }
}
