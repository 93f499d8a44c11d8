use crate::protocol::{Entry, Seq};

/// Which entries of a log are at hand: runs without holes, in order, with gaps between them. The last run is the one
/// that grows, and may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Islands(Vec<Island>);

/// From `first` up to `last`; empty if `first` comes after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Island {
    first: Seq,
    last: Seq,
}

impl Islands {
    /// Those of entries that were kept, each from its first place to its last, as far as they lie up to the cursor.
    pub fn of(kept: impl Iterator<Item = (Seq, Seq)>, cursor: Seq) -> Self {
        let mut islands = Self::default();
        for (first, last) in kept.filter(|(first, last)| *first >= 1 && *last <= cursor) {
            match islands.0.last_mut() {
                Some(island) if first <= island.last + 1 => island.last = island.last.max(last),
                _ => islands.0.push(Island { first, last }),
            }
        }
        islands.begin_after(cursor);
        islands
    }

    /// The run that grows begins after this seq, unless the one before reaches up to it.
    pub fn begin_after(&mut self, after: Seq) {
        self.0.retain(|island| island.first <= island.last);
        if self.0.last().is_none_or(|island| island.last != after) {
            self.0.push(Island { first: after + 1, last: after });
        }
    }

    /// The run that grows has grown up to here.
    pub fn grow(&mut self, seq: Seq) {
        if let Some(island) = self.0.last_mut() {
            island.last = seq;
        }
    }

    /// How many entries are missing just before this one, down to the next one at hand.
    pub fn missing_before(&self, before: Seq) -> u64 {
        let below = self.0.iter().rev().find(|island| island.first < before && island.first <= island.last);
        (before - 1).saturating_sub(below.map_or(0, |island| island.last))
    }

    /// Entries from `first` up to `before` have come, and lie in one gap.
    pub fn fill(&mut self, first: Seq, before: Seq) {
        if first >= before {
            return;
        }
        let at = self.0.iter().position(|island| island.first >= before).unwrap_or(self.0.len());
        let joins_next = self.0.get(at).is_some_and(|island| island.first == before);
        let joins_last = at.checked_sub(1).is_some_and(|below| self.0[below].last + 1 == first);
        match (joins_last, joins_next) {
            (true, true) => {
                self.0[at - 1].last = self.0[at].last;
                self.0.remove(at);
            }
            (true, false) => self.0[at - 1].last = before - 1,
            (false, true) => self.0[at].first = first,
            (false, false) => self.0.insert(at, Island { first, last: before - 1 }),
        }
    }
}

/// Kept entries without those that others stand for: another tab may have kept one by one what this one has of many.
pub fn side_by_side(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by_key(|entry| entry.seq);
    let mut begins = Seq::MAX;
    let mut kept = Vec::with_capacity(entries.len());
    for mut entry in entries.into_iter().rev().filter(|entry| entry.seq > 0) {
        if entry.first() < begins {
            entry.narrow(1, begins - 1);
            begins = entry.first();
            kept.push(entry);
        }
    }
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{EntryKind, RoomId, User, UserId};

    fn entry(first: Seq, seq: Seq) -> Entry {
        let by = User { id: UserId::parse("ada").unwrap(), name: "Ada".into() };
        let joined = u32::try_from(seq - first + 1).unwrap();
        let many = EntryKind::CameAndWent { first, joined, left: 0 };
        let kind = if first == seq { EntryKind::Joined { invite: None } } else { many };
        Entry { room: RoomId::parse("tea").unwrap(), seq, at: 0, by, kind }
    }

    #[test]
    fn no_place_is_kept_twice() {
        let kept = |entries: &[(Seq, Seq)]| -> Vec<_> {
            let entries = entries.iter().map(|(first, last)| entry(*first, *last)).collect();
            side_by_side(entries).iter().map(|entry| (entry.first(), entry.seq)).collect()
        };
        assert_eq!(kept(&[(1, 1), (2, 2), (9, 9)]), [(1, 1), (2, 2), (9, 9)]);
        assert_eq!(kept(&[(4, 4), (5, 5), (20, 20), (5, 30), (31, 31)]), [(4, 4), (5, 30), (31, 31)]);
        assert_eq!(kept(&[(5, 30), (20, 35)]), [(5, 19), (20, 35)]);
        assert_eq!(kept(&[(5, 30), (5, 5), (30, 30), (3, 30)]), [(3, 30)]);
    }

    fn runs(islands: &Islands) -> Vec<(Seq, Seq)> {
        islands.0.iter().map(|island| (island.first, island.last)).collect()
    }

    fn kept(seqs: impl IntoIterator<Item = Seq>, cursor: Seq) -> Islands {
        Islands::of(seqs.into_iter().map(|seq| (seq, seq)), cursor)
    }

    #[test]
    fn kept_entries_are_runs_up_to_the_cursor() {
        assert_eq!(runs(&kept([2, 3, 7, 8, 9], 8)), [(2, 3), (7, 8)]);
        assert_eq!(runs(&kept([2, 3], 5)), [(2, 3), (6, 5)]);
        assert_eq!(runs(&Islands::of([(2, 3), (4, 90), (92, 92)].into_iter(), 92)), [(2, 90), (92, 92)]);
        assert_eq!(runs(&Islands::of([].into_iter(), 0)), [(1, 0)]);
    }

    #[test]
    fn a_gap_is_filled_from_its_end_until_it_is_gone() {
        let mut islands = kept(1..=3, 3);
        islands.begin_after(20);
        islands.grow(21);
        assert_eq!(islands.missing_before(21), 17);
        islands.fill(11, 21);
        assert_eq!(runs(&islands), [(1, 3), (11, 21)]);
        assert_eq!(islands.missing_before(11), 7);
        islands.fill(4, 11);
        assert_eq!(runs(&islands), [(1, 21)]);
        assert_eq!(islands.missing_before(1), 0);
    }

    #[test]
    fn a_second_absence_before_anything_came_leaves_no_empty_run() {
        let mut islands = kept(1..=3, 3);
        islands.begin_after(20);
        islands.begin_after(40);
        islands.grow(41);
        assert_eq!(runs(&islands), [(1, 3), (41, 41)]);
    }

    #[test]
    fn what_grows_from_nothing_counts_what_lies_before_it() {
        let mut islands = Islands::default();
        islands.begin_after(100);
        assert_eq!(islands.missing_before(101), 100);
        islands.fill(51, 101);
        assert_eq!(runs(&islands), [(51, 100)]);
    }
}
