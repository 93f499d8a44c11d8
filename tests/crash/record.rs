use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use parlor::protocol::{Entry, Epoch, MessageId, RoomId, Seq};
use tokio::sync::{Semaphore, watch};

/// What the clients are to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    Writing,
    /// Write nothing new, and have everything accepted that is written.
    Settling,
    /// End once everything up to these heads is there.
    CatchingUp(BTreeMap<RoomId, Seq>),
}

/// Where a message was said to be in the log, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub room: RoomId,
    pub seq: Seq,
    pub at: u64,
}

/// Everything that any client was ever told. Whatever is told later has to agree with it.
#[derive(Debug, Default)]
pub struct Record {
    epoch: Option<Epoch>,
    pub entries: BTreeMap<(RoomId, Seq), Entry>,
    pub accepted: BTreeMap<MessageId, Place>,
    /// Messages that a server had put in the log, and was killed before it could say so.
    pub kept_in_silence: usize,
    /// The greatest seq that was told of each room, by any server and by those before the one of now.
    heads: BTreeMap<RoomId, Seq>,
    earlier_heads: BTreeMap<RoomId, Seq>,
    /// Counts the lives of the server.
    life: u64,
}

impl Record {
    pub fn saw_epoch(&mut self, epoch: &Epoch) {
        assert_eq!(self.epoch.get_or_insert_with(|| epoch.clone()), epoch, "the log is another one");
    }

    pub fn saw(&mut self, entry: &Entry) {
        // What stands for many is told otherwise to whoever has some of them.
        if entry.span() == 1 {
            let first = self.entries.entry((entry.room.clone(), entry.seq)).or_insert_with(|| entry.clone());
            assert_eq!(first, entry, "an entry has changed");
        }
        self.reaches(&entry.room, entry.seq);
    }

    pub fn was_accepted(&mut self, id: MessageId, place: Place) {
        let earlier = self.earlier_heads.get(&place.room).copied().unwrap_or_default();
        if place.seq <= earlier && !self.accepted.contains_key(&id) {
            self.kept_in_silence += 1;
        }
        self.reaches(&place.room, place.seq);
        let first = self.accepted.entry(id).or_insert_with(|| place.clone());
        assert_eq!(first, &place, "a message has moved");
    }

    /// A server that told this head in its life had all that the servers before it had told.
    pub fn saw_head(&mut self, room: &RoomId, head: Seq, life: u64) {
        if life == self.life {
            let earlier = self.earlier_heads.get(room).copied().unwrap_or_default();
            assert!(head >= earlier, "{room} had {earlier} entries before the kill, and has {head} now");
        }
        self.reaches(room, head);
    }

    fn reaches(&mut self, room: &RoomId, seq: Seq) {
        let head = self.heads.entry(room.clone()).or_default();
        *head = seq.max(*head);
    }
}

/// What all clients share.
#[derive(Clone)]
pub struct Shared {
    pub address: SocketAddr,
    record: Arc<Mutex<Record>>,
    phase: watch::Sender<Phase>,
    settled: Arc<Semaphore>,
}

impl Shared {
    pub fn new(address: SocketAddr) -> Self {
        let settled = Arc::new(Semaphore::new(0));
        Self { address, record: Arc::default(), phase: watch::channel(Phase::Writing).0, settled }
    }

    /// A client that has panicked with this in hand is what the test reports; the others go on.
    pub fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn into_record(self) -> Record {
        std::mem::take(&mut self.record())
    }

    pub fn enter(&self, phase: Phase) {
        self.phase.send_replace(phase);
    }

    pub fn phase(&self) -> Phase {
        self.phase.borrow().clone()
    }

    /// Told between the end of one server and the start of the next, when nobody can have a connection.
    pub fn next_life(&self) {
        let mut record = self.record();
        record.life += 1;
        record.earlier_heads = record.heads.clone();
    }

    pub fn life(&self) -> u64 {
        self.record().life
    }

    pub fn has_settled(&self) {
        self.settled.add_permits(1);
    }

    pub async fn all_settled(&self, people: usize) {
        let _ = self.settled.acquire_many(people as u32).await.unwrap();
    }
}
