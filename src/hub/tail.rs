use std::collections::VecDeque;

use bytes::Bytes;

use super::room::{encode_entry, erase_in};
use crate::log::parlor;
use crate::protocol::limits::{PAGE_ENTRIES_MAX, QUIET_RUN_MIN};
use crate::protocol::{Entry, EntryKind, RoomId, Seq};

/// What is kept in memory of a room, each an entry or a run of them. Whoever is further behind reads from the log.
const PIECES_MAX: usize = 2 * PAGE_ENTRIES_MAX;
/// Entries of one run. A longer one is another run beside it.
const RUN_MAX: u64 = 16_384;
/// The last ones of those who come and go in a row are kept by themselves, for whoever is behind by no more than these.
const APART: usize = QUIET_RUN_MIN - 1;

/// The last entries of a room, encoded. People who come and go in a row are kept by their number, and told by it: so a
/// room that ten thousand join needs no ten thousand frames for each of them.
#[derive(Debug)]
pub struct Tail {
    room: RoomId,
    pieces: VecDeque<Piece>,
    /// Of the pieces at the end, so many are entries of people who come and go.
    quiet_at_end: usize,
    /// The last frame that was made for many, and from where to where. Most connections are at the same place.
    folded: Option<(Seq, Seq, Bytes)>,
}

#[derive(Debug)]
enum Piece {
    Entry {
        seq: Seq,
        frame: Bytes,
        quiet: Option<Quiet>,
    },
    /// Always followed by as many quiet entries as are kept apart.
    Run(Run),
}

#[derive(Debug, Clone, Copy)]
struct Quiet {
    at: u64,
    leaves: bool,
}

/// Who came and went in a row: one bit each, set for those who went.
#[derive(Debug)]
struct Run {
    first: Seq,
    count: u64,
    left: Vec<u64>,
}

impl Tail {
    pub fn new(room: RoomId) -> Self {
        Self { room, pieces: VecDeque::new(), quiet_at_end: 0, folded: None }
    }

    /// The entry that follows the last one.
    pub fn push(&mut self, entry: Entry) {
        let quiet = entry.is_quiet().then(|| Quiet { at: entry.at, leaves: entry.kind == EntryKind::Left });
        if quiet.is_none() {
            self.quiet_at_end = 0;
        } else if self.quiet_at_end == APART {
            self.fold_oldest();
        } else {
            self.quiet_at_end += 1;
        }
        self.pieces.push_back(Piece::Entry { seq: entry.seq, frame: encode_entry(entry), quiet });
        if self.pieces.len() > PIECES_MAX {
            self.pieces.pop_front();
        }
    }

    pub fn clear(&mut self) {
        self.pieces = VecDeque::new();
        (self.quiet_at_end, self.folded) = (0, None);
    }

    /// The oldest of the quiet entries at the end becomes part of the run before them.
    fn fold_oldest(&mut self) {
        let at = self.pieces.len() - APART;
        let Some(Piece::Entry { seq, quiet: Some(quiet), .. }) = self.pieces.remove(at) else { return };
        let before = at.checked_sub(1).and_then(|before| self.pieces.get_mut(before));
        if let Some(Piece::Run(run)) = before.filter(|piece| matches!(piece, Piece::Run(run) if run.count < RUN_MAX)) {
            run.push(quiet.leaves);
        } else {
            let mut run = Run { first: seq, count: 0, left: vec![] };
            run.push(quiet.leaves);
            self.pieces.insert(at, Piece::Run(run));
        }
    }

    /// What follows after this entry, and up to where: one entry, or many who came and went. `None` if it is not in memory
    /// any more, or not there yet.
    pub fn next(&mut self, after: Seq) -> Option<(Seq, Bytes)> {
        let seq = after + 1;
        let is_last = self.pieces.back().is_some_and(|piece| piece.first() == seq);
        let at = if is_last { self.pieces.len() - 1 } else { self.pieces.partition_point(|piece| piece.last() < seq) };
        match self.pieces.get(at).filter(|piece| piece.first() <= seq)? {
            Piece::Entry { frame, .. } => Some((seq, frame.clone())),
            Piece::Run(_) => self.fold(at, seq),
        }
    }

    /// The frame for all who came and went in a row from this one on, which is in the run at this place.
    fn fold(&mut self, at: usize, first: Seq) -> Option<(Seq, Bytes)> {
        let is_quiet = |piece: &&Piece| matches!(piece, Piece::Run(_) | Piece::Entry { quiet: Some(_), .. });
        let row = || self.pieces.range(at..).take_while(is_quiet);
        let last = row().last()?.last();
        if let Some((_, _, frame)) = self.folded.as_ref().filter(|(from, to, _)| (*from, *to) == (first, last)) {
            return Some((last, frame.clone()));
        }
        let left: u64 = row().map(|piece| piece.left_from(first)).sum();
        let moment =
            row().last().and_then(|piece| if let Piece::Entry { quiet, .. } = piece { *quiet } else { None })?;
        let frame = encode_entry(came_and_went(self.room.clone(), first, last, moment.at, left));
        self.folded = Some((first, last, frame.clone()));
        Some((last, frame))
    }

    /// Takes the text of a deleted message out of the memory.
    pub fn erase(&mut self, deleted: Seq) {
        let at = self.pieces.partition_point(|piece| piece.last() < deleted);
        if let Some(Piece::Entry { seq, frame, .. }) = self.pieces.get_mut(at)
            && *seq == deleted
        {
            erase_in(frame, &self.room, deleted);
        }
    }
}

impl Piece {
    fn first(&self) -> Seq {
        match self {
            Self::Entry { seq, .. } => *seq,
            Self::Run(run) => run.first,
        }
    }

    fn last(&self) -> Seq {
        match self {
            Self::Entry { seq, .. } => *seq,
            Self::Run(run) => run.first + run.count - 1,
        }
    }

    /// How many of those went, from this place on.
    fn left_from(&self, from: Seq) -> u64 {
        match self {
            Self::Entry { quiet, .. } => u64::from(quiet.is_some_and(|quiet| quiet.leaves)),
            Self::Run(run) => run.left_from(from.saturating_sub(run.first)),
        }
    }
}

impl Run {
    fn push(&mut self, leaves: bool) {
        let bit = self.count % 64;
        if bit == 0 {
            self.left.push(0);
        }
        if let Some(word) = self.left.last_mut() {
            *word |= u64::from(leaves) << bit;
        }
        self.count += 1;
    }

    fn left_from(&self, from: u64) -> u64 {
        let at = usize::try_from(from / 64).unwrap_or(usize::MAX);
        let words = self.left.get(at..).unwrap_or_default();
        let before = words.first().map_or(0, |word| (word & ((1 << (from % 64)) - 1)).count_ones());
        let all: u32 = words.iter().map(|word| word.count_ones()).sum();
        u64::from(all - before)
    }
}

fn came_and_went(room: RoomId, first: Seq, last: Seq, at: u64, left: u64) -> Entry {
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let kind = EntryKind::CameAndWent { first, joined: count(last + 1 - first - left), left: count(left) };
    Entry { room, seq: last, at, by: parlor(), kind }
}

/// The frames of a page of the log, and up to where each goes.
pub fn fold_page(entries: Vec<Entry>) -> VecDeque<(Seq, Bytes)> {
    let mut frames = VecDeque::new();
    let mut rest = entries.into_iter();
    loop {
        let row = rest.as_slice().iter().take_while(|entry| entry.is_quiet()).count();
        if row >= QUIET_RUN_MIN {
            let left = rest.as_slice()[..row].iter().filter(|entry| entry.kind == EntryKind::Left).count() as u64;
            let first = rest.as_slice()[0].seq;
            let Some(last) = rest.nth(row - 1) else { return frames };
            let entry = came_and_went(last.room, first, last.seq, last.at, left);
            frames.push_back((entry.seq, encode_entry(entry)));
        } else {
            let Some(entry) = rest.next() else { return frames };
            frames.push_back((entry.seq, encode_entry(entry)));
        }
    }
}
