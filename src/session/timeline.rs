use std::collections::BTreeMap;

use super::event::{Key, SavedRoom};
use super::islands::Islands;
use crate::planted::{self, Bug};
use crate::protocol::limits::{PAGE_ENTRIES_MAX, UNACKED_ENTRIES_MAX};
use crate::protocol::{Entry, HistoryPage, Seq};

/// Entries asked for when the person scrolls back.
const OLDER_ENTRIES: u64 = 50;
/// Entries held that came too early. The server never has more on their way.
const EARLY_MAX: usize = UNACKED_ENTRIES_MAX as usize;

/// A page of history that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    pub before: Seq,
    pub limit: u32,
}

/// What an entry that has come leads to.
#[derive(Debug, PartialEq, Eq)]
pub enum Arrival {
    /// These are to be shown: the entry, and those that were held because they came too early.
    Next(Vec<Entry>),
    /// Seen before; dropped.
    Duplicate,
    /// Held, since entries before it are missing.
    Early,
    /// Not of this link.
    Stray,
}

/// The part of a room's log at hand: everything up to the cursor back to the first gap, and what was there before.
#[derive(Debug, Default)]
pub struct Timeline {
    /// The last seq at hand without a hole before it; `None` before the room was joined for the first time.
    cursor: Option<Seq>,
    islands: Islands,
    /// Entries beyond a hole, by the first place and the last that they stand for.
    early: BTreeMap<(Seq, Seq), Entry>,
    /// Joined on the present link.
    pub joined: bool,
    /// The person has asked to be in, and the server has not answered.
    pub wanted: bool,
    /// The page shows the room.
    pub shown: bool,
    /// What they have to open the door with.
    pub key: Option<Key>,
    /// How far the person has read, and how far of that the server knows.
    pub read: Seq,
    pub read_told: Seq,
    /// The person scrolls back from this entry.
    older_wanted: Option<Seq>,
}

impl Timeline {
    pub fn restore(saved: &SavedRoom) -> Self {
        let islands = Islands::of(saved.entries.iter().map(|entry| (entry.first(), entry.seq)), saved.cursor);
        Self { cursor: Some(saved.cursor), islands, read: saved.read, shown: true, ..Self::default() }
    }

    pub fn cursor(&self) -> Option<Seq> {
        self.cursor
    }

    /// Entries will follow from `after + 1`; those at hand already come again. Returns whether what was shown so far does
    /// not count: nothing is at hand here, or it is of another log, as a cursor beyond the end of this one proves.
    pub fn join(&mut self, after: Seq, head: Seq) -> bool {
        let reset = self.cursor.is_none_or(|cursor| cursor > head);
        if reset {
            *self = Self::default();
        }
        self.link_lost();
        self.joined = true;
        self.shown = true;
        self.wanted = false;
        self.key = None;
        if self.cursor.is_none_or(|cursor| cursor < after) {
            self.cursor = Some(after);
            self.islands.begin_after(after);
        }
        reset
    }

    /// What was on its way may not have arrived.
    pub fn link_lost(&mut self) {
        self.joined = false;
        self.older_wanted = None;
        self.early.clear();
    }

    /// The log has begun anew; nothing at hand belongs to it.
    pub fn forget(&mut self) {
        *self = Self { wanted: self.wanted, shown: self.shown, key: self.key.take(), ..Self::default() };
    }

    pub fn arrive(&mut self, mut entry: Entry) -> Arrival {
        let Some(cursor) = self.cursor.filter(|_| self.joined) else { return Arrival::Stray };
        if entry.seq <= cursor {
            return Arrival::Duplicate;
        }
        if entry.first() > cursor + 1 && !planted::has(Bug::GapIgnored) {
            // What finds no place here is not acked, and so comes again.
            if self.early.len() < EARLY_MAX {
                self.early.insert((entry.first(), entry.seq), entry);
            }
            return Arrival::Early;
        }
        self.append(cursor, &mut entry);
        let mut next = vec![entry];
        next.extend(self.release_early());
        Arrival::Next(next)
    }

    /// Entries that a hole was asked for. Returns those to be shown; none if the hole is still there.
    pub fn fill(&mut self, page: HistoryPage) -> Vec<Entry> {
        let Some(cursor) = self.cursor.filter(|_| self.joined) else { return vec![] };
        let missing = page.entries.into_iter().filter(|entry| entry.seq > cursor);
        self.early.extend(missing.map(|entry| ((entry.first(), entry.seq), entry)));
        self.release_early()
    }

    /// An entry follows the cursor. What it says of places that are at hand already is passed over.
    fn append(&mut self, cursor: Seq, entry: &mut Entry) {
        entry.narrow(cursor + 1, entry.seq);
        self.cursor = Some(entry.seq);
        self.islands.grow(entry.seq);
    }

    fn release_early(&mut self) -> Vec<Entry> {
        let mut released = Vec::new();
        while let (Some(cursor), Some(first)) = (self.cursor, self.early.first_entry()) {
            if first.key().0 > cursor + 1 {
                break;
            }
            let mut entry = first.remove();
            if entry.seq > cursor {
                self.append(cursor, &mut entry);
                released.push(entry);
            }
        }
        released
    }

    /// The exact range that is missing before what came too early, or as much of its end as fits a page.
    pub fn hole(&self) -> Option<Wanted> {
        let (before, _) = *self.early.first_key_value()?.0;
        let missing = before - 1 - self.cursor?;
        Some(Wanted { before, limit: missing.min(PAGE_ENTRIES_MAX as u64) as u32 })
    }

    /// The hole cannot be filled by history; it is to be replayed.
    pub fn drop_early(&mut self) {
        self.early.clear();
    }

    /// The person wants to see what lies before this entry. False if that is nothing, or cannot be had now.
    pub fn want_older(&mut self, before: Seq) -> bool {
        let missing = before > 1 && self.islands.missing_before(before) > 0;
        if missing && self.joined {
            self.older_wanted = Some(before);
        }
        missing && self.joined
    }

    pub fn older(&self) -> Option<Wanted> {
        let before = self.older_wanted?;
        Some(Wanted { before, limit: self.islands.missing_before(before).min(OLDER_ENTRIES) as u32 })
    }

    /// History could not be had; it may be asked for again.
    pub fn older_failed(&mut self) {
        self.older_wanted = None;
    }

    /// The page that was asked for, as far as it is missing here; `None` if it does not end where it should.
    pub fn older_arrived(&mut self, mut page: HistoryPage) -> Option<HistoryPage> {
        self.older_wanted.take_if(|before| *before == page.before)?;
        let first = page.entries.first().map_or(page.before, |entry| entry.seq);
        // Each entry of the log by itself, and nothing that stands for many.
        let dense = page.entries.iter().zip(first..).all(|(entry, seq)| entry.seq == seq && entry.first() == seq);
        let connects = first.checked_add(page.entries.len() as u64) == Some(page.before);
        if !dense || !connects {
            return None;
        }
        let missing_from = page.before - self.islands.missing_before(page.before);
        page.entries.retain(|entry| entry.seq >= missing_from);
        page.more = page.more || first < missing_from;
        self.islands.fill(first.max(missing_from), page.before);
        Some(page)
    }
}
