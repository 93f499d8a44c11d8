use crate::protocol::{Entry, HistoryPage, Seq};

/// What to make of an entry that has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    Next,
    /// Seen before; dropped.
    Duplicate,
    /// Entries before it are missing: the log has to be read again from the cursor.
    Gap,
}

/// The part of a room's log at hand: everything from `oldest` to `cursor`, without holes.
#[derive(Debug, Default)]
pub struct Timeline {
    /// The last seq at hand; `None` before the room was joined for the first time in this epoch.
    cursor: Option<Seq>,
    /// The first seq at hand, or the one that will be.
    oldest: Seq,
    /// Joined on the present link.
    pub joined: bool,
    /// `history` is asked for, from before this seq.
    asked_before: Option<Seq>,
}

impl Timeline {
    pub fn cursor(&self) -> Option<Seq> {
        self.cursor
    }

    /// Entries will follow from `after + 1`. Returns whether those at hand do not connect to them.
    pub fn join(&mut self, after: Seq) -> bool {
        self.joined = true;
        self.asked_before = None;
        let reset = self.cursor != Some(after);
        if reset {
            self.cursor = Some(after);
            self.oldest = after + 1;
        }
        reset
    }

    pub fn link_lost(&mut self) {
        self.joined = false;
        self.asked_before = None;
    }

    /// The log has begun anew; nothing at hand belongs to it.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    pub fn arrive(&mut self, entry: &Entry) -> Arrival {
        match self.cursor {
            Some(cursor) if self.joined && entry.seq == cursor + 1 => {
                self.cursor = Some(entry.seq);
                Arrival::Next
            }
            Some(cursor) if self.joined && entry.seq > cursor + 1 => Arrival::Gap,
            _ => Arrival::Duplicate,
        }
    }

    /// The seq before which to ask for history, if there is any and it is not asked for already.
    pub fn ask_older(&mut self) -> Option<Seq> {
        if !self.joined || self.oldest <= 1 || self.asked_before.is_some() {
            return None;
        }
        self.asked_before = Some(self.oldest);
        self.asked_before
    }

    /// History could not be had; it may be asked for again.
    pub fn older_failed(&mut self) {
        self.asked_before = None;
    }

    /// Whether the page is the one asked for and joins the entries at hand without a hole.
    pub fn older_arrived(&mut self, page: &HistoryPage) -> bool {
        if self.asked_before != Some(page.before) {
            return false;
        }
        self.asked_before = None;
        let first = page.entries.first().map_or(page.before, |entry| entry.seq);
        let dense = page.entries.iter().zip(first..).all(|(entry, seq)| entry.seq == seq);
        let connects = first + page.entries.len() as u64 == page.before;
        if dense && connects {
            self.oldest = first;
        }
        dense && connects
    }
}
