use std::collections::{BTreeMap, VecDeque};

use parlor::hub::Hub;
use parlor::log::{
    Append, AppendError, Appended, Batch, Engine, EngineError, LoadedRoom, MemoryEngine, ReadMark, RoomState, Ticket,
    parlor,
};
use parlor::protocol::{Access, Entry, EntryKind, Epoch, MessageId, RoomId, Seq};

use crate::codes::SimulatedCodes;
use crate::logins::{self, Logins};
use crate::standing::{Proofs, Standing};

/// The server: a hub that dies with it, and a disk that does not.
pub struct Server {
    pub hub: Option<Hub>,
    pub disk: MemoryEngine,
    pub logins: Logins,
    /// What the log says of people, for the checkers.
    pub standing: Standing,
    pub proofs: Proofs,
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
    pub backup: Option<(MemoryEngine, Standing)>,
    /// Logs that a backup has replaced. What was on its way then is of these.
    past: Vec<MemoryEngine>,
}

impl Server {
    pub fn with_rooms(names: &[&str]) -> Self {
        let epoch = epoch(1);
        let entries = |(number, name): (usize, &&str)| {
            // The last one has no owner.
            let by = if number + 1 < names.len() { logins::person(number) } else { parlor() };
            let room = RoomId::from_name(name).unwrap();
            let created = EntryKind::Created { name: (*name).into(), access: Access::Open };
            let joined = (by != parlor()).then_some(EntryKind::Joined { invite: None });
            let append = move |kind| {
                let (room, by) = (room.clone(), by.clone());
                Append { ticket: Ticket(0), room, at: 0, by, kind, repeat_only: false, secret: None }
            };
            [Some(created), joined].into_iter().flatten().map(append).collect::<Vec<_>>()
        };
        let mut server = Self {
            hub: None,
            disk: MemoryEngine::new(epoch.clone()),
            logins: Logins::default(),
            standing: Standing::default(),
            proofs: Proofs::default(),
            epoch,
            appends: VecDeque::new(),
            reads: Vec::new(),
            committing: None,
            life: 0,
            is_unreadable: false,
            clock_off_ms: 0,
            backup: None,
            past: Vec::new(),
        };
        server.commit(Batch { appends: names.iter().enumerate().flat_map(entries).collect(), reads: vec![] }).unwrap();
        server
    }

    /// Commits to the disk, and has what was committed judged.
    pub fn commit(&mut self, batch: Batch) -> Result<Vec<Result<Appended, AppendError>>, EngineError> {
        let secrets: Vec<_> = batch.appends.iter().map(|append| append.secret.clone()).collect();
        let results = self.disk.commit(batch)?;
        for (secret, result) in secrets.iter().zip(&results) {
            if let Ok(Appended { entry, new: true }) = result {
                self.standing.take(entry, secret.as_ref(), &self.proofs);
            }
        }
        Ok(results)
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
            let _ = self.commit(batch);
        }
    }

    /// One that is restored is another log, whenever it was taken: also while the server was down.
    pub fn take_backup(&mut self) {
        let next = self.past.len() as u64 + 2;
        self.backup = Some((self.disk.snapshot(epoch(next)), self.standing.clone()));
    }

    /// Another log from now on, as its epoch tells.
    pub fn restore_backup(&mut self) -> bool {
        let Some((backup, standing)) = self.backup.take() else { return false };
        self.standing = standing;
        self.past.push(std::mem::replace(&mut self.disk, backup));
        self.epoch = self.disk.load().unwrap().epoch;
        true
    }

    pub fn entries(&self, room: &RoomId) -> Vec<Entry> {
        self.disk.entries(room)
    }

    /// Whether this is in the log or was there until it was deleted, or was in one that a backup has replaced.
    pub fn has_ever_held(&self, entry: &Entry) -> bool {
        let mut logs = self.past.iter().chain([&self.disk]);
        if let EntryKind::CameAndWent { joined, left, .. } = entry.kind {
            // Of those that a client has already, it cannot tell who came and who went.
            let is_all = u64::from(joined) + u64::from(left) == entry.span();
            return is_all && logs.any(|log| counted(log, entry).is_some());
        }
        let mut erased = entry.clone();
        erased.erase();
        logs.any(|log| log.entry(&entry.room, entry.seq).is_some_and(|held| held == *entry || held == erased))
    }

    /// Whether an entry that stands for many tells of the log as it is now what is there.
    pub fn tells_right(&self, entry: &Entry) -> bool {
        match entry.kind {
            EntryKind::CameAndWent { joined, left, .. } => counted(&self.disk, entry) == Some((joined, left)),
            _ => true,
        }
    }

    /// Whether this is of the log as it is now, and of none that a backup has replaced: what both have may be shown late by
    /// whoever was in the room of the other.
    pub fn holds_anew(&self, entry: &Entry) -> bool {
        let holds = |log: &MemoryEngine| log.entry(&entry.room, entry.seq).is_some_and(|held| held.at == entry.at);
        holds(&self.disk) && !self.past.iter().any(holds)
    }

    pub fn has_once_held(&self, room: &RoomId, seq: Seq, id: &MessageId) -> bool {
        self.past.iter().any(|log| log.entry(room, seq).is_some_and(|entry| entry.message_id() == Some(id)))
    }

    /// What a server that starts now would know of the rooms.
    pub fn states(&self) -> BTreeMap<RoomId, RoomState> {
        let loaded = self.disk.clone().load().unwrap();
        loaded.rooms.into_iter().map(|LoadedRoom { room, state, .. }| (room, state)).collect()
    }

    pub fn has_message(&self, room: &RoomId, id: &MessageId) -> bool {
        self.disk.entries(room).iter().any(|entry| entry.message_id() == Some(id))
    }

    pub fn holds(&self, room: &RoomId, seq: Seq, id: &MessageId) -> bool {
        self.disk.entry(room, seq).is_some_and(|entry| entry.message_id() == Some(id))
    }
}

/// How many have come and gone where this entry says so, if nothing else has happened there.
fn counted(log: &MemoryEngine, entry: &Entry) -> Option<(u32, u32)> {
    let (mut joined, mut left) = (0, 0);
    for seq in entry.first()..=entry.seq {
        let held = log.entry(&entry.room, seq)?;
        match held.kind {
            EntryKind::Joined { .. } => joined += 1,
            EntryKind::Left => left += 1,
            _ => return None,
        }
        if seq == entry.seq && held.at != entry.at {
            return None;
        }
    }
    Some((joined, left))
}

fn epoch(number: u64) -> Epoch {
    Epoch::parse(&format!("epoch-{number}")).unwrap()
}
