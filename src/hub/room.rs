use std::collections::{BTreeSet, VecDeque};

use bytes::Bytes;

use super::ConnId;
use super::crowd::{Crowd, News};
use super::pace::Pace;
use super::tail::Tail;
use crate::log::{RoomState, Secret, Ticket};
use crate::protocol::limits::PAGE_ENTRIES_MAX;
use crate::protocol::{
    ClientFrame, Entry, EntryKind, Role, RoomId, RoomSummary, Seq, ServerFrame, decode_server, encode,
};

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
    /// Up to here its entries were offered to everyone in it. Who comes and goes after that is told in a moment.
    offered: Seq,
    /// Its last owner has gone.
    is_unled: bool,
    /// Messages deleted a moment ago, of which a page that was read before may still have the text.
    erased: VecDeque<Seq>,
    /// The last entries up to `head`.
    tail: Tail,
}

impl Room {
    pub fn new(id: RoomId, head: Seq, state: RoomState) -> Self {
        let tail = Tail::new(id.clone());
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
            offered: head,
            is_unled: false,
            erased: VecDeque::new(),
            tail,
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
        self.tail.push(entry);
    }

    /// Takes the text of a deleted message out of the memory.
    fn erase(&mut self, seq: Seq) {
        self.erased.push_back(seq);
        if self.erased.len() > ERASED_MAX {
            self.erased.pop_front();
        }
        self.tail.erase(seq);
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

    /// What follows after this entry, and up to where, if it is still in memory.
    pub fn next(&mut self, after: Seq) -> Option<(Seq, Bytes)> {
        self.tail.next(after)
    }

    /// When there is something to tell of who is here, who types, and who came and went.
    pub fn next_news_at(&self, now_ms: u64) -> Option<u64> {
        self.crowd.next_news_at(now_ms, self.offered < self.head)
    }

    pub fn take_news(&mut self, now_ms: u64) -> News {
        self.crowd.take_news(&self.id, now_ms, self.offered < self.head)
    }

    /// What everyone in the room is to be offered now: all that follows after the first, in frames with the end of each.
    pub fn take_due(&mut self) -> (Seq, Vec<(Seq, Bytes)>) {
        let from = std::mem::replace(&mut self.offered, self.head);
        let mut due = Vec::with_capacity(1);
        let mut at = from;
        while at < self.head {
            let Some((last, frame)) = self.tail.next(at) else { return (from, vec![]) };
            due.push((last, frame));
            at = last;
        }
        (from, due)
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
