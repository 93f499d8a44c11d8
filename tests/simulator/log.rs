use std::collections::{BTreeMap, VecDeque};

use parlor::hub::{Append, AppendError, Appended, LoadedRoom, Page, PageRange, PageRequest};
use parlor::protocol::{Entry, EntryKind, MessageId, RoomId, User, UserId};

/// A log that survives the crash of the server: what is committed stays, what is queued is lost.
#[derive(Default)]
pub struct Log {
    pub rooms: BTreeMap<RoomId, Vec<Entry>>,
    pub queue: VecDeque<Append>,
}

impl Log {
    pub fn with_rooms(names: &[&str]) -> Self {
        let mut log = Self::default();
        for name in names {
            let room = RoomId::from_name(name).unwrap();
            let by = User { id: UserId::parse("parlor").unwrap(), name: "Parlor".into() };
            let kind = EntryKind::Created { name: (*name).into() };
            log.rooms.insert(room.clone(), vec![Entry { room, seq: 1, at: 0, by, kind }]);
        }
        log
    }

    pub fn commit(&mut self, append: &Append) -> Result<Appended, AppendError> {
        let Append { room, at, by, kind, .. } = append.clone();
        let is_creation = matches!(kind, EntryKind::Created { .. });
        if self.rooms.contains_key(&room) == is_creation {
            return Err(if is_creation { AppendError::RoomExists } else { AppendError::NoSuchRoom });
        }
        let entries = self.rooms.entry(room.clone()).or_default();
        if let Some(id) = message_id(&kind) {
            let same = |entry: &&Entry| entry.by.id == by.id && message_id(&entry.kind) == Some(id);
            if let Some(entry) = entries.iter().find(same) {
                return Ok(Appended { entry: entry.clone(), new: false });
            }
        }
        let entry = Entry { room, seq: entries.len() as u64 + 1, at, by, kind };
        entries.push(entry.clone());
        Ok(Appended { entry, new: true })
    }

    pub fn read(&self, request: &PageRequest) -> Page {
        let entries = &self.rooms[&request.room];
        let (from, to) = match request.range {
            PageRange::After(seq) => (seq as usize, (seq as usize + request.limit).min(entries.len())),
            PageRange::Before(seq) => {
                let to = (seq as usize).saturating_sub(1).min(entries.len());
                (to.saturating_sub(request.limit), to)
            }
        };
        Page { entries: entries[from..to].to_vec() }
    }

    /// What a server that starts now finds.
    pub fn load(&self) -> Vec<LoadedRoom> {
        let load = |(room, entries): (&RoomId, &Vec<Entry>)| LoadedRoom {
            room: room.clone(),
            name: room.to_name(),
            head: entries.len() as u64,
            members: self.members(room),
        };
        self.rooms.iter().map(load).collect()
    }

    pub fn members(&self, room: &RoomId) -> Vec<User> {
        let mut members = BTreeMap::new();
        for Entry { by, kind, .. } in &self.rooms[room] {
            match kind {
                EntryKind::Joined => _ = members.insert(by.id.clone(), by.clone()),
                EntryKind::Left => _ = members.remove(&by.id),
                _ => {}
            }
        }
        members.into_values().collect()
    }
}

pub fn message_id(kind: &EntryKind) -> Option<&MessageId> {
    if let EntryKind::Message { id, .. } = kind { Some(id) } else { None }
}
