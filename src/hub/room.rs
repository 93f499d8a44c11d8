use std::collections::{BTreeSet, VecDeque};

use bytes::Bytes;

use super::ConnId;
use super::crowd::Crowd;
use super::pace::Pace;
use crate::log::{RoomState, Secret, Ticket};
use crate::protocol::limits::PAGE_ENTRIES_MAX;
use crate::protocol::{
    ClientFrame, Entry, EntryKind, Role, RoomId, RoomSummary, Seq, ServerFrame, decode_server, encode,
};

/// Entries of a room kept in memory, encoded. Whoever is further behind reads from the log.
const TAIL_ENTRIES_MAX: usize = 2 * PAGE_ENTRIES_MAX;

/// Deletions remembered: more than can happen while a page is being read.
const ERASED_MAX: usize = 1_024;

/// A room: the end of its log, its members, and who of them is online.
#[derive(Debug)]
pub struct Room {
    pub id: RoomId,
    /// What it has come to be by its entries, up to `head`.
    pub state: RoomState,
    pub crowd: Crowd,
    /// The change that is on its way, and what waits for it.
    pub changing: Option<Ticket>,
    pub waiting: VecDeque<(ConnId, ClientFrame)>,
    pub pace: Pace,
    /// Everyone was told that the room is there.
    pub told_listed: bool,
    /// Connections that get its entries.
    pub subscribers: BTreeSet<ConnId>,
    head: Seq,
    /// Its last owner has gone.
    is_unled: bool,
    /// Messages deleted a moment ago, of which a page that was read before may still have the text.
    erased: VecDeque<Seq>,
    /// The last entries up to `head`, one frame each.
    tail: VecDeque<Bytes>,
}

impl Room {
    pub fn new(id: RoomId, head: Seq, state: RoomState) -> Self {
        let (crowd, subscribers) = (Crowd::default(), BTreeSet::new());
        let told_listed = state.access.is_listed();
        Self {
            id,
            state,
            crowd,
            changing: None,
            waiting: VecDeque::new(),
            pace: Pace::default(),
            told_listed,
            subscribers,
            head,
            is_unled: false,
            erased: VecDeque::new(),
            tail: VecDeque::new(),
        }
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
        let goes = match &entry.kind {
            EntryKind::Left => Some(&entry.by.id),
            EntryKind::Removed { user } | EntryKind::Banned { user } | EntryKind::Role { user, .. } => Some(&user.id),
            _ => None,
        };
        let owner_goes =
            goes.and_then(|user| self.state.members.get(user)).map(|member| member.role) == Some(Role::Owner);
        self.state.apply(&entry, secret);
        if owner_goes {
            self.is_unled = self.state.members.values().all(|member| member.role != Role::Owner);
        }
        if entry.seq != self.head + 1 {
            // The log has more than this server was told of. It is read from there.
            self.tail.clear();
        }
        match entry.kind {
            EntryKind::Message { .. } => self.crowd.stop_typing(&entry.by.id),
            EntryKind::Deleted { seq } => self.erase(seq),
            EntryKind::Closed => self.tail.clear(),
            _ => {}
        }
        self.head = entry.seq;
        self.tail.push_back(encode_entry(entry));
        if self.tail.len() > TAIL_ENTRIES_MAX {
            self.tail.pop_front();
        }
    }

    /// Takes the text of a deleted message out of the memory.
    fn erase(&mut self, seq: Seq) {
        self.erased.push_back(seq);
        if self.erased.len() > ERASED_MAX {
            self.erased.pop_front();
        }
        let first = self.head + 1 - self.tail.len() as u64;
        let at = seq.checked_sub(first).and_then(|at| usize::try_from(at).ok());
        if let Some(frame) = at.and_then(|at| self.tail.get_mut(at)) {
            erase_in(frame, &self.id, seq);
        }
    }

    /// Takes out of a page what was deleted since it was read.
    pub fn erase_deleted(&self, entries: &mut [Entry]) {
        for entry in entries.iter_mut().filter(|entry| self.erased.contains(&entry.seq)) {
            entry.erase();
        }
    }

    /// Whether the room needs another owner; true once.
    pub fn lost_its_owner(&mut self) -> bool {
        std::mem::take(&mut self.is_unled)
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

/// Takes the text of a message out of a frame that was made when it was not deleted yet.
pub fn erase_in(frame: &mut Bytes, room: &RoomId, seq: Seq) {
    match str::from_utf8(frame).ok().and_then(decode_server) {
        Some(ServerFrame::Entry(mut entry)) if entry.room == *room && entry.seq == seq => {
            entry.erase();
            *frame = encode_entry(entry);
        }
        Some(ServerFrame::History(mut page)) if page.room == *room => {
            page.entries.iter_mut().filter(|entry| entry.seq == seq).for_each(Entry::erase);
            *frame = encode(&ServerFrame::History(page)).into();
        }
        _ => {}
    }
}

pub fn encode_entry(entry: Entry) -> Bytes {
    encode(&ServerFrame::Entry(entry)).into()
}
