use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{
    Append, AppendError, Appended, Batch, Engine, EngineError, Loaded, LoadedRoom, Member, Page, PageRange, Reader,
};
use crate::protocol::limits::PAGE_BYTES_MAX;
use crate::protocol::{Entry, EntryKind, Epoch, MessageId, RoomId, UserId, encode};

/// A log in memory, for simulations and tests. Clones share it, as engines do that open the same disk.
#[derive(Debug, Clone)]
pub struct MemoryEngine(Arc<Mutex<State>>);

#[derive(Debug)]
pub struct MemoryReader(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    epoch: Epoch,
    rooms: BTreeMap<RoomId, Room>,
    /// The disk is full: nothing can be committed.
    is_full: bool,
}

#[derive(Debug, Clone, Default)]
struct Room {
    name: String,
    entries: Vec<Entry>,
    /// Where each message is, which makes sending idempotent.
    messages: BTreeMap<(UserId, MessageId), usize>,
    members: BTreeMap<UserId, Member>,
}

impl MemoryEngine {
    pub fn new(epoch: Epoch) -> Self {
        Self(Arc::new(Mutex::new(State { epoch, rooms: BTreeMap::new(), is_full: false })))
    }

    /// Every commit fails from now on, until told otherwise.
    pub fn set_full(&self, is_full: bool) {
        lock(&self.0).is_full = is_full;
    }

    /// A copy of the log as it is now, which lives on by itself: a backup.
    #[must_use]
    pub fn snapshot(&self, epoch: Epoch) -> Self {
        let rooms = lock(&self.0).rooms.clone();
        Self(Arc::new(Mutex::new(State { epoch, rooms, is_full: false })))
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
            name: room.name.clone(),
            head: room.entries.len() as u64,
            members: room.members.values().cloned().collect(),
        };
        Ok(Loaded { epoch: state.epoch.clone(), rooms: state.rooms.iter().map(load).collect() })
    }

    fn commit(&mut self, batch: Batch) -> Result<Vec<Result<Appended, AppendError>>, EngineError> {
        let mut state = lock(&self.0);
        if state.is_full {
            return Err(EngineError::new("the disk is full"));
        }
        let results = batch.appends.into_iter().map(|append| state.append(append)).collect();
        for mark in batch.reads {
            let Some(room) = state.rooms.get_mut(&mark.room) else { continue };
            let head = room.entries.len() as u64;
            if let Some(member) = room.members.get_mut(&mark.user) {
                member.read = member.read.max(mark.seq.min(head));
            }
        }
        Ok(results)
    }

    fn reader(&self) -> Result<MemoryReader, EngineError> {
        Ok(MemoryReader(Arc::clone(&self.0)))
    }
}

impl State {
    fn append(&mut self, append: Append) -> Result<Appended, AppendError> {
        let Append { room: id, at, by, kind, repeat_only, .. } = append;
        if let EntryKind::Created { name } = &kind {
            if self.rooms.contains_key(&id) {
                return Err(AppendError::RoomExists);
            }
            self.rooms.insert(id.clone(), Room { name: name.clone(), ..Room::default() });
        }
        let room = self.rooms.get_mut(&id).ok_or(AppendError::NoSuchRoom)?;
        let seq = room.entries.len() as u64 + 1;
        if let EntryKind::Message { id, .. } = &kind {
            let key = (by.id.clone(), id.clone());
            if let Some(first) = room.messages.get(&key) {
                return Ok(Appended { entry: room.entries[*first].clone(), new: false });
            }
            if repeat_only {
                return Err(AppendError::NoSuchMessage);
            }
            room.messages.insert(key, room.entries.len());
        }
        match &kind {
            EntryKind::Joined => {
                room.members.insert(by.id.clone(), Member { user: by.clone(), read: seq });
            }
            EntryKind::Left => {
                room.members.remove(&by.id);
            }
            _ => {}
        }
        let entry = Entry { room: id, seq, at, by, kind };
        room.entries.push(entry.clone());
        Ok(Appended { entry, new: true })
    }
}

impl Reader for MemoryReader {
    fn page(&mut self, room: &RoomId, range: PageRange, limit: usize) -> Result<Page, EngineError> {
        let state = lock(&self.0);
        let entries = state.rooms.get(room).map_or(&[][..], |room| &room.entries);
        let place = |seq: u64| usize::try_from(seq).unwrap_or(usize::MAX).min(entries.len());
        Ok(match range {
            PageRange::After(seq) => Page { entries: first_that_fit(entries[place(seq)..].iter().take(limit)) },
            PageRange::Before(seq) => {
                let before = entries[..place(seq.saturating_sub(1))].iter().rev().take(limit);
                let mut entries = first_that_fit(before);
                entries.reverse();
                Page { entries }
            }
        })
    }
}

/// Entries up to the bytes of a page; the first one in any case, or a page could be empty for ever.
fn first_that_fit<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<Entry> {
    let mut bytes = 0;
    let fits = |entry: &(usize, &Entry)| {
        bytes += encode(entry.1).len();
        entry.0 == 0 || bytes <= PAGE_BYTES_MAX
    };
    entries.enumerate().take_while(fits).map(|(_, entry)| entry.clone()).collect()
}

/// A test that panicked has ended; what it left behind is still a log.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
