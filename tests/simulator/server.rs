use std::collections::{BTreeMap, VecDeque};

use parlor::hub::Hub;
use parlor::log::{Append, Batch, Engine, LoadedRoom, MemoryEngine, ReadMark, Ticket, parlor};
use parlor::protocol::{Access, Entry, EntryKind, Epoch, MessageId, RoomId, Seq, UserId};

use crate::codes::SimulatedCodes;
use crate::logins::Logins;

/// The server: a hub that dies with it, and a disk that does not.
pub struct Server {
    pub hub: Option<Hub>,
    pub disk: MemoryEngine,
    pub logins: Logins,
    pub epoch: Epoch,
    /// What waits for the next commit.
    pub appends: VecDeque<Append>,
    pub reads: Vec<ReadMark>,
    /// What is being committed now.
    pub committing: Option<Batch>,
    /// Counts the starts, so that what an earlier life has planned does not happen in a later one.
    pub life: u32,
    /// Pages cannot be read.
    pub is_unreadable: bool,
    /// The clock on the wall is off by this; people set clocks, and not only forward.
    pub clock_off_ms: i64,
    pub backup: Option<MemoryEngine>,
    /// Logs that a backup has replaced. What was on its way then is of these.
    past: Vec<MemoryEngine>,
}

impl Server {
    pub fn with_rooms(names: &[&str]) -> Self {
        let epoch = epoch(1);
        let mut disk = MemoryEngine::new(epoch.clone());
        let created = |name: &&str| {
            let kind = EntryKind::Created { name: (*name).into(), access: Access::Open };
            let room = RoomId::from_name(name).unwrap();
            Append { ticket: Ticket(0), room, at: 0, by: parlor(), kind, repeat_only: false, secret: None }
        };
        disk.commit(Batch { appends: names.iter().map(created).collect(), reads: vec![] }).unwrap();
        Self {
            hub: None,
            disk,
            logins: Logins::default(),
            epoch,
            appends: VecDeque::new(),
            reads: Vec::new(),
            committing: None,
            life: 0,
            is_unreadable: false,
            clock_off_ms: 0,
            backup: None,
            past: Vec::new(),
        }
    }

    pub fn start(&mut self, seed: u64) {
        let loaded = self.disk.load().unwrap();
        self.life += 1;
        self.hub = Some(Hub::new(loaded.epoch, loaded.rooms, seed, Box::new(SimulatedCodes::new(seed))));
    }

    /// The power goes: what waits for the log is lost. What was being committed is there or is not; nobody was told.
    pub fn die(&mut self, was_committed: bool) {
        self.hub = None;
        self.appends.clear();
        self.reads.clear();
        if let Some(batch) = self.committing.take().filter(|_| was_committed) {
            let _ = self.disk.commit(batch);
        }
    }

    pub fn take_backup(&mut self) {
        self.backup = Some(self.disk.snapshot(epoch(u64::from(self.life) + 1)));
    }

    /// Another log from now on, as its epoch tells.
    pub fn restore_backup(&mut self) -> bool {
        let Some(backup) = self.backup.take() else { return false };
        self.past.push(std::mem::replace(&mut self.disk, backup));
        self.epoch = self.disk.load().unwrap().epoch;
        true
    }

    pub fn entries(&self, room: &RoomId) -> Vec<Entry> {
        self.disk.entries(room)
    }

    /// Whether this is in the log, or was in one that a backup has replaced.
    pub fn has_ever_held(&self, entry: &Entry) -> bool {
        let mut logs = self.past.iter().chain([&self.disk]);
        logs.any(|log| log.entry(&entry.room, entry.seq).as_ref() == Some(entry))
    }

    pub fn has_once_held(&self, room: &RoomId, seq: Seq, id: &MessageId) -> bool {
        self.past.iter().any(|log| log.entry(room, seq).is_some_and(|entry| entry.message_id() == Some(id)))
    }

    /// Who is in which room, and how far they have read.
    pub fn members(&self) -> BTreeMap<RoomId, BTreeMap<UserId, Seq>> {
        let loaded = self.disk.clone().load().unwrap();
        let members = |room: LoadedRoom| {
            (room.room, room.state.members.into_iter().map(|(user, member)| (user, member.read)).collect())
        };
        loaded.rooms.into_iter().map(members).collect()
    }

    pub fn holds(&self, room: &RoomId, seq: Seq, id: &MessageId) -> bool {
        self.disk.entry(room, seq).is_some_and(|entry| entry.message_id() == Some(id))
    }
}

fn epoch(number: u64) -> Epoch {
    Epoch::parse(&format!("epoch-{number}")).unwrap()
}
