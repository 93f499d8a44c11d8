use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{
    Append, AppendError, Appended, Batch, Engine, EngineError, Loaded, LoadedRoom, Page, PageRange, Reader, RoomState,
    damaged,
};
use crate::planted::{self, Bug};
use crate::protocol::{Entry, EntryKind, Epoch, MessageId, RoomId, Seq, UserId};

/// A log in memory, for simulations and tests. Clones share it, as engines do that open the same disk.
#[derive(Debug, Clone)]
pub struct MemoryEngine(Arc<Mutex<State>>);

#[derive(Debug)]
pub struct MemoryReader(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    epoch: Epoch,
    rooms: BTreeMap<RoomId, Room>,
    /// Appends that still fit. At none the disk is full, and nothing can be committed.
    space: usize,
}

#[derive(Debug, Clone, Default)]
struct Room {
    state: RoomState,
    entries: Vec<Entry>,
    /// How many entries a closed room had, the last one with it.
    gone: u64,
    /// Where each message is, which makes sending idempotent.
    messages: BTreeMap<(UserId, MessageId), usize>,
}

impl MemoryEngine {
    pub fn new(epoch: Epoch) -> Self {
        Self(Arc::new(Mutex::new(State { epoch, rooms: BTreeMap::new(), space: usize::MAX })))
    }

    /// Every commit fails from now on, until told otherwise.
    pub fn set_full(&self, is_full: bool) {
        self.set_space(if is_full { 0 } else { usize::MAX });
    }

    /// Only this many more appends fit.
    pub fn set_space(&self, appends: usize) {
        lock(&self.0).space = appends;
    }

    /// Destroys an entry, as a bad disk would.
    pub fn damage(&self, room: &RoomId, seq: Seq) {
        if let Some(room) = lock(&self.0).rooms.get_mut(room) {
            let entry = &mut room.entries[place(seq) - 1];
            *entry = damaged(&entry.room, seq);
        }
    }

    /// A copy of the log as it is now, which lives on by itself: a backup.
    #[must_use]
    pub fn snapshot(&self, epoch: Epoch) -> Self {
        let rooms = lock(&self.0).rooms.clone();
        Self(Arc::new(Mutex::new(State { epoch, rooms, space: usize::MAX })))
    }

    pub fn entry(&self, room: &RoomId, seq: Seq) -> Option<Entry> {
        let at = usize::try_from(seq.checked_sub(1)?).ok()?;
        lock(&self.0).rooms.get(room)?.entries.get(at).cloned()
    }

    /// All that is in a room, in order.
    pub fn entries(&self, room: &RoomId) -> Vec<Entry> {
        lock(&self.0).rooms.get(room).map(|room| room.entries.clone()).unwrap_or_default()
    }
}

impl Engine for MemoryEngine {
    type Reader = MemoryReader;

    fn load(&mut self) -> Result<Loaded, EngineError> {
        let state = lock(&self.0);
        let load = |(id, room): (&RoomId, &Room)| LoadedRoom {
            room: id.clone(),
            head: room.head(),
            state: room.state.clone(),
        };
        Ok(Loaded { epoch: state.epoch.clone(), rooms: state.rooms.iter().map(load).collect() })
    }

    fn commit(&mut self, batch: Batch) -> Result<Vec<Result<Appended, AppendError>>, EngineError> {
        let mut state = lock(&self.0);
        if state.space == 0 || batch.appends.len() > state.space {
            return Err(EngineError::new("the disk is full"));
        }
        state.space -= batch.appends.len();
        let results = batch.appends.into_iter().map(|append| state.append(append)).collect();
        for mark in batch.reads {
            let Some(room) = state.rooms.get_mut(&mark.room) else { continue };
            let head = room.head();
            room.state.mark_read(&mark.user, mark.seq.min(head));
        }
        Ok(results)
    }

    fn reader(&self) -> Result<MemoryReader, EngineError> {
        Ok(MemoryReader(Arc::clone(&self.0)))
    }
}

impl State {
    fn append(&mut self, append: Append) -> Result<Appended, AppendError> {
        let Append { room: id, at, by, kind, repeat_only, secret, .. } = append;
        if let EntryKind::Created { .. } = &kind {
            if self.rooms.contains_key(&id) {
                return Err(AppendError::RoomExists);
            }
            self.rooms.insert(id.clone(), Room::default());
        }
        let room = self.rooms.get_mut(&id).ok_or(AppendError::NoSuchRoom)?;
        if room.state.is_closed {
            return Err(AppendError::RoomClosed);
        }
        let seq = room.head() + 1;
        if let EntryKind::Message { id, .. } = &kind {
            let key = (by.id.clone(), id.clone());
            if let Some(first) = room.messages.get(&key).filter(|_| !planted::has(Bug::ResendWithoutDedup)) {
                let entry = room.entries[*first].clone();
                let is_damaged = entry.kind == EntryKind::Damaged;
                return if is_damaged { Err(AppendError::Damaged) } else { Ok(Appended { entry, new: false }) };
            }
            if repeat_only {
                return Err(AppendError::NoSuchMessage);
            }
            room.messages.insert(key, room.entries.len());
        }
        if let EntryKind::Deleted { seq } = &kind {
            let at = usize::try_from(*seq).ok().and_then(|seq| seq.checked_sub(1));
            let message = at.and_then(|at| room.entries.get_mut(at));
            match message.filter(|entry| matches!(entry.kind, EntryKind::Message { .. })) {
                Some(entry) => entry.erase(),
                None => return Err(AppendError::NoSuchMessage),
            }
        }
        let entry = Entry { room: id, seq, at, by, kind };
        room.state.apply(&entry, secret.as_ref());
        if entry.kind == EntryKind::Closed {
            room.gone = seq;
            room.entries.clear();
            room.messages.clear();
        } else {
            room.entries.push(entry.clone());
        }
        Ok(Appended { entry, new: true })
    }
}

impl Room {
    fn head(&self) -> Seq {
        self.gone + self.entries.len() as u64
    }
}

impl Reader for MemoryReader {
    fn page(&mut self, room: &RoomId, range: PageRange, limit: usize) -> Result<Page, EngineError> {
        let state = lock(&self.0);
        // Of a room that is closed there are no entries, and so no places of any.
        let entries = state.rooms.get(room).map_or(&[][..], |room| &room.entries);
        let seqs = range.seqs(entries.len() as u64, limit);
        range.fill(seqs.into_iter().map(|seq| Ok(entries[place(seq) - 1].clone())))
    }
}

fn place(seq: Seq) -> usize {
    usize::try_from(seq).expect("no log in memory is longer than memory")
}

/// A test that panicked has ended; what it left behind is still a log.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::conformance::{Fixture, suite};

    struct InMemory(MemoryEngine);

    impl InMemory {
        fn new() -> Self {
            Self(MemoryEngine::new(Epoch::parse("e").unwrap()))
        }
    }

    impl Fixture for InMemory {
        type Engine = MemoryEngine;

        fn open(&mut self) -> MemoryEngine {
            self.0.clone()
        }

        fn damage(&mut self, room: &RoomId, seq: Seq) {
            self.0.damage(room, seq);
        }

        fn set_space(&mut self, appends: Option<usize>) {
            self.0.set_space(appends.unwrap_or(usize::MAX));
        }
    }

    suite!(InMemory::new());
}
