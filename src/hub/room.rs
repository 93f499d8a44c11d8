use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;

use super::ConnId;
use super::crowd::Crowd;
use crate::protocol::limits::PAGE_ENTRIES_MAX;
use crate::protocol::{Entry, EntryKind, RoomId, RoomSummary, Seq, ServerFrame, UserId, encode};

/// Entries of a room kept in memory, encoded. Whoever is further behind reads from the log.
const TAIL_ENTRIES_MAX: usize = 2 * PAGE_ENTRIES_MAX;

/// A room: the end of its log, its members, and who of them is online.
#[derive(Debug)]
pub struct Room {
    pub id: RoomId,
    pub name: String,
    /// How far each has read.
    pub members: BTreeMap<UserId, Seq>,
    pub crowd: Crowd,
    /// Connections that get its entries.
    pub subscribers: BTreeSet<ConnId>,
    head: Seq,
    /// The last entries up to `head`, one frame each.
    tail: VecDeque<Bytes>,
}

impl Room {
    pub fn new(id: RoomId, name: String, head: Seq, members: BTreeMap<UserId, Seq>) -> Self {
        let (crowd, subscribers) = (Crowd::default(), BTreeSet::new());
        Self { id, name, members, crowd, subscribers, head, tail: VecDeque::new() }
    }

    pub fn head(&self) -> Seq {
        self.head
    }

    pub fn summary(&self) -> RoomSummary {
        RoomSummary { id: self.id.clone(), name: self.name.clone(), online: self.crowd.online() }
    }

    /// Takes in an entry that was committed. It is encoded here, once for all who will get it.
    pub fn push(&mut self, entry: Entry) {
        if entry.seq != self.head + 1 {
            // The log has more than this server was told of. It is read from there.
            self.tail.clear();
        }
        if let EntryKind::Message { .. } = entry.kind {
            self.crowd.stop_typing(&entry.by.id);
        }
        self.head = entry.seq;
        self.tail.push_back(encode_entry(entry));
        if self.tail.len() > TAIL_ENTRIES_MAX {
            self.tail.pop_front();
        }
    }

    /// The frame of an entry, if it is still in memory.
    pub fn frame(&self, seq: Seq) -> Option<Bytes> {
        let first = self.head + 1 - self.tail.len() as u64;
        let at = usize::try_from(seq.checked_sub(first)?).ok()?;
        self.tail.get(at).cloned()
    }

    /// From where to send to somebody who has everything up to `since`: from there, or if that would be more than a
    /// page or makes no sense, the newest page.
    pub fn replay_after(&self, since: Option<Seq>) -> Seq {
        let newest_page = self.head.saturating_sub(PAGE_ENTRIES_MAX as u64);
        since.filter(|since| (newest_page..=self.head).contains(since)).unwrap_or(newest_page)
    }
}

pub fn encode_entry(entry: Entry) -> Bytes {
    encode(&ServerFrame::Entry(entry)).into()
}
