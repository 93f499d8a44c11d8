use std::collections::{BTreeSet, VecDeque};

use bytes::Bytes;

use super::ConnId;
use super::crowd::Crowd;
use crate::log::{RoomState, Secret};
use crate::protocol::limits::PAGE_ENTRIES_MAX;
use crate::protocol::{Entry, EntryKind, RoomId, RoomSummary, Seq, ServerFrame, encode};

/// Entries of a room kept in memory, encoded. Whoever is further behind reads from the log.
const TAIL_ENTRIES_MAX: usize = 2 * PAGE_ENTRIES_MAX;

/// A room: the end of its log, its members, and who of them is online.
#[derive(Debug)]
pub struct Room {
    pub id: RoomId,
    /// What it has come to be by its entries, up to `head`.
    pub state: RoomState,
    pub crowd: Crowd,
    /// Connections that get its entries.
    pub subscribers: BTreeSet<ConnId>,
    head: Seq,
    /// The last entries up to `head`, one frame each.
    tail: VecDeque<Bytes>,
}

impl Room {
    pub fn new(id: RoomId, head: Seq, state: RoomState) -> Self {
        let (crowd, subscribers) = (Crowd::default(), BTreeSet::new());
        Self { id, state, crowd, subscribers, head, tail: VecDeque::new() }
    }

    pub fn head(&self) -> Seq {
        self.head
    }

    pub fn summary(&self) -> RoomSummary {
        let members = u32::try_from(self.state.members.len()).unwrap_or(u32::MAX);
        let RoomState { name, access, .. } = &self.state;
        RoomSummary { id: self.id.clone(), name: name.clone(), online: self.crowd.online(), members, access: *access }
    }

    /// Takes in an entry that was committed. It is encoded here, once for all who will get it.
    pub fn push(&mut self, entry: Entry, secret: Option<&Secret>) {
        self.state.apply(&entry, secret);
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
