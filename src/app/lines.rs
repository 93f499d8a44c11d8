use std::ops::Range;
use std::sync::Arc;

use super::model::{Talk, Waiting, is_news};
use crate::protocol::{Entry, EntryKind, MessageId, Seq, UserId};

/// Messages of one person that are not further apart than this belong together.
const GROUP_MS: u64 = 5 * 60_000;

/// One line of a conversation as the screen shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub key: LineKey,
    pub content: LineContent,
}

/// Stays the same for as long as the line looks the same. A message that goes from waiting to stored keeps its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineKey {
    Day(u64),
    Gap { before: Seq, missing: u64 },
    Mark,
    Entry { seq: Seq, opens: bool },
    Own { id: MessageId, opens: bool },
    Erased { seq: Seq, opens: bool },
}

#[derive(Debug, Clone, PartialEq)]
pub enum LineContent {
    /// A new day begins, at this moment.
    Day(u64),
    /// Entries are not at hand: so many before this one.
    Gap { before: Seq, missing: u64 },
    /// From here on the person has not read yet when they came.
    Mark,
    /// Somebody made the room, came or went; or an entry is damaged.
    Note(Arc<Entry>),
    /// `opens` is the first of a group. Only one's own messages wait.
    Message { opens: bool, own: bool, source: Source },
    /// There was a message, and it has been deleted.
    Erased { opens: bool, own: bool, entry: Arc<Entry> },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    Stored(Arc<Entry>),
    Waiting(Arc<Waiting>),
}

/// Lays out entries, with the gaps between them, and then waiting messages. `day_of` gives the day around a moment,
/// which only the browser knows.
pub fn lines(talk: &Talk, me: Option<&UserId>, day_of: impl Fn(u64) -> Range<u64>) -> Vec<Line> {
    let lines = Vec::with_capacity(talk.entries.len() + talk.waiting.len());
    let mut layout = Layout { lines, day: 0..0, last: None, mark: talk.mark, day_of };
    let mut next = talk.entries.first().map_or(talk.after + 1, |entry| entry.first());
    for entry in talk.entries.iter() {
        layout.gap(next, entry.first());
        next = entry.seq + 1;
        if is_news(entry, me) {
            layout.mark_before(entry.seq);
        }
        match &entry.kind {
            EntryKind::Unknown => {}
            EntryKind::Message { id, .. } => {
                let own = me == Some(&entry.by.id);
                layout.message(entry.at, Source::Stored(Arc::clone(entry)), own.then_some(id), &entry.by.id);
            }
            EntryKind::Erased { .. } => layout.erased(entry, me),
            _ => layout.note(entry),
        }
    }
    layout.gap(next, talk.after + 1);
    for message in talk.waiting.iter() {
        layout.waiting(message, me);
    }
    layout.lines
}

struct Layout<'a, F> {
    lines: Vec<Line>,
    day: Range<u64>,
    /// Who said the line before, and when.
    last: Option<(Option<&'a UserId>, u64)>,
    /// What comes after this is new to the person, which is still to be said.
    mark: Option<Seq>,
    day_of: F,
}

impl<'a, F: Fn(u64) -> Range<u64>> Layout<'a, F> {
    /// The entries from `next` up to the one before `before` are missing, if there are any.
    fn gap(&mut self, next: Seq, before: Seq) {
        let missing = before.saturating_sub(next);
        if missing > 0 {
            self.mark_before(before - 1);
            self.last = None;
            let key = LineKey::Gap { before, missing };
            self.lines.push(Line { key, content: LineContent::Gap { before, missing } });
        }
    }

    fn mark_before(&mut self, seq: Seq) {
        if self.mark.take_if(|mark| *mark < seq).is_some() {
            self.last = None;
            self.lines.push(Line { key: LineKey::Mark, content: LineContent::Mark });
        }
    }

    fn message(&mut self, at: u64, source: Source, own: Option<&MessageId>, by: &'a UserId) {
        let Source::Stored(entry) = &source else { return };
        let seq = entry.seq;
        let opens = self.opens(Some(by), at);
        let key = match own {
            Some(id) => LineKey::Own { id: id.clone(), opens },
            None => LineKey::Entry { seq, opens },
        };
        self.lines.push(Line { key, content: LineContent::Message { opens, own: own.is_some(), source } });
    }

    /// A deleted message keeps its place in its group.
    fn erased(&mut self, entry: &'a Arc<Entry>, me: Option<&UserId>) {
        let opens = self.opens(Some(&entry.by.id), entry.at);
        let own = me == Some(&entry.by.id);
        let key = LineKey::Erased { seq: entry.seq, opens };
        self.lines.push(Line { key, content: LineContent::Erased { opens, own, entry: Arc::clone(entry) } });
    }

    fn waiting(&mut self, message: &Arc<Waiting>, me: Option<&'a UserId>) {
        let opens = self.opens(me, message.at);
        let source = Source::Waiting(Arc::clone(message));
        let key = LineKey::Own { id: message.id.clone(), opens };
        self.lines.push(Line { key, content: LineContent::Message { opens, own: true, source } });
    }

    fn note(&mut self, entry: &Arc<Entry>) {
        self.turn_day(entry.at);
        self.last = None;
        let mut entry = Arc::clone(entry);
        // While many come, they are told in parts, and are one line all the same.
        if let Some(LineContent::Note(before)) = self.lines.last().map(|line| &line.content)
            && let Some(both) = together(before, &entry)
        {
            self.lines.pop();
            entry = Arc::new(both);
        }
        let key = LineKey::Entry { seq: entry.seq, opens: false };
        self.lines.push(Line { key, content: LineContent::Note(entry) });
    }

    /// Whether a message opens a group.
    fn opens(&mut self, by: Option<&'a UserId>, at: u64) -> bool {
        let new_day = self.turn_day(at);
        let last = self.last.replace((by, at));
        new_day || last.is_none_or(|(who, when)| who != by || at.abs_diff(when) > GROUP_MS)
    }

    /// Clocks are not perfect: a moment just before the day that has begun does not turn it back.
    fn turn_day(&mut self, at: u64) -> bool {
        let turns = at >= self.day.end;
        if turns {
            self.day = (self.day_of)(at);
            let start = self.day.start;
            self.lines.push(Line { key: LineKey::Day(start), content: LineContent::Day(start) });
        }
        turns
    }
}

/// Many who came and went, and many more right after them.
fn together(before: &Entry, after: &Entry) -> Option<Entry> {
    let EntryKind::CameAndWent { first, joined, left } = before.kind else { return None };
    let EntryKind::CameAndWent { joined: joined_after, left: left_after, .. } = after.kind else { return None };
    let (joined, left) = (joined.saturating_add(joined_after), left.saturating_add(left_after));
    Some(Entry { kind: EntryKind::CameAndWent { first, joined, left }, ..after.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::shared::Shared;
    use crate::protocol::{RoomId, User};

    const DAY_MS: u64 = 86_400_000;
    const MINUTE: u64 = 60_000;

    fn user(name: &str) -> User {
        User { id: UserId::parse(name).unwrap(), name: name.into() }
    }

    fn entry(seq: Seq, at: u64, by: &str, kind: EntryKind) -> Arc<Entry> {
        Arc::new(Entry { room: RoomId::parse("tea").unwrap(), seq, at, by: user(by), kind })
    }

    fn message(seq: Seq, at: u64, by: &str) -> Arc<Entry> {
        entry(seq, at, by, EntryKind::Message { id: MessageId::v7(seq, 1), body: "hi".into(), mentions: vec![] })
    }

    fn waiting(at: u64, n: u64) -> Arc<Waiting> {
        Arc::new(Waiting { id: MessageId::v7(n, 1), body: "hi".into(), at })
    }

    fn talk(entries: &[Arc<Entry>], pending: &[Arc<Waiting>]) -> Talk {
        let (entries, waiting) = (Shared::new(entries.to_vec()), Shared::new(pending.to_vec()));
        Talk { entries, waiting, ..Talk::default() }
    }

    fn lay_out(talk: &Talk) -> Vec<Line> {
        lines(talk, Some(&user("ada").id), |at| at / DAY_MS * DAY_MS..(at / DAY_MS + 1) * DAY_MS)
    }

    fn layout(entries: &[Arc<Entry>], pending: &[Arc<Waiting>]) -> Vec<Line> {
        lay_out(&talk(entries, pending))
    }

    /// One letter a line: d for a day, g for a gap, n for a note, N for what is new from there on, M for a message that
    /// opens a group, m for one that does not.
    fn shape(lines: &[Line]) -> String {
        let letter = |line: &Line| match line.content {
            LineContent::Day(_) => 'd',
            LineContent::Gap { .. } => 'g',
            LineContent::Mark => 'N',
            LineContent::Note(_) => 'n',
            LineContent::Erased { .. } => 'e',
            LineContent::Message { opens, .. } => {
                if opens {
                    'M'
                } else {
                    'm'
                }
            }
        };
        lines.iter().map(letter).collect()
    }

    #[test]
    fn messages_of_one_person_within_minutes_are_a_group() {
        let at = [0, 1, 7, 8].map(|minutes| minutes * MINUTE);
        let entries = [message(1, at[0], "ben"), message(2, at[1], "ben"), message(3, at[2], "ben")];
        assert_eq!(shape(&layout(&entries, &[])), "dMmM");
        let entries = [message(1, at[0], "ben"), message(2, at[0], "cy"), message(3, at[1], "ben")];
        assert_eq!(shape(&layout(&entries, &[])), "dMMM");
    }

    #[test]
    fn a_note_and_a_new_day_end_a_group() {
        let note = entry(2, MINUTE, "cy", EntryKind::Joined { invite: None });
        let entries = [message(1, 0, "ben"), note, message(3, MINUTE, "ben")];
        assert_eq!(shape(&layout(&entries, &[])), "dMnM");
        let entries = [message(1, DAY_MS - 1, "ben"), message(2, DAY_MS, "ben")];
        assert_eq!(shape(&layout(&entries, &[])), "dMdM");
    }

    fn crowd(first: Seq, seq: Seq, at: u64) -> Arc<Entry> {
        let joined = u32::try_from(seq - first + 1).unwrap();
        entry(seq, at, "parlor", EntryKind::CameAndWent { first, joined, left: 0 })
    }

    #[test]
    fn many_who_come_are_one_line_and_leave_no_gap_where_they_stand() {
        let entries = [message(1, 0, "ben"), crowd(2, 50, 1), crowd(51, 99, 2), message(100, 3, "ben")];
        let lines = layout(&entries, &[]);
        assert_eq!(shape(&lines), "dMnM");
        let LineContent::Note(note) = &lines[2].content else { panic!("{lines:?}") };
        assert_eq!((note.first(), note.seq), (2, 99));
        assert_eq!(note.kind, EntryKind::CameAndWent { first: 2, joined: 98, left: 0 });
        assert_eq!(shape(&layout(&[crowd(2, 50, 1), crowd(60, 99, 2)], &[])), "dngn");
        assert_eq!(shape(&layout(&[crowd(2, 50, 1), crowd(51, 99, DAY_MS)], &[])), "dndn");
    }

    #[test]
    fn a_clock_that_went_back_over_midnight_begins_no_third_day() {
        let entries = [message(1, DAY_MS - 1, "ben"), message(2, DAY_MS, "cy"), message(3, DAY_MS - 1, "ben")];
        assert_eq!(shape(&layout(&entries, &[])), "dMdMM");
    }

    #[test]
    fn kinds_of_a_later_version_show_nothing() {
        assert_eq!(shape(&layout(&[entry(1, 0, "ben", EntryKind::Unknown)], &[])), "");
    }

    #[test]
    fn a_gap_stands_where_entries_are_missing_and_says_how_many() {
        let gaps = |talk: &Talk| -> Vec<_> {
            let gap = |line: Line| match line.content {
                LineContent::Gap { before, missing } => Some((before, missing)),
                _ => None,
            };
            lay_out(talk).into_iter().filter_map(gap).collect()
        };
        let entries = [message(3, 0, "ben"), message(4, 0, "ben"), message(9, 0, "ben")];
        assert_eq!(shape(&layout(&entries, &[])), "dMmgM", "what comes before all of them is no gap between them");
        assert_eq!(gaps(&talk(&entries, &[])), [(9, 4)]);
        assert_eq!(gaps(&Talk { after: 20, ..talk(&entries, &[]) }), [(9, 4), (21, 11)]);
        assert_eq!(gaps(&Talk { after: 9, ..talk(&entries, &[]) }), [(9, 4)]);
        assert_eq!(gaps(&Talk { after: 20, ..talk(&[], &[]) }), []);
    }

    #[test]
    fn what_is_new_is_marked_once_and_before_the_first_of_it() {
        let marked = |mark, entries: &[Arc<Entry>]| shape(&lay_out(&Talk { mark: Some(mark), ..talk(entries, &[]) }));
        let entries = [message(1, 0, "ben"), message(2, 0, "ada"), message(3, 0, "ben"), message(4, 0, "ben")];
        assert_eq!(marked(0, &entries), "NdMMMm");
        assert_eq!(marked(1, &entries), "dMMNMm", "what one has said oneself is not new");
        assert_eq!(marked(3, &entries), "dMMMNM");
        assert_eq!(marked(4, &entries), "dMMMm");
        assert_eq!(marked(1, &[message(1, 0, "ben"), message(9, 0, "ben")]), "dMNgM");
    }

    #[test]
    fn a_message_keeps_its_line_when_it_is_stored() {
        let before = layout(&[message(1, 0, "ada")], &[waiting(MINUTE, 2)]);
        let after = layout(&[message(1, 0, "ada"), message(2, 2 * MINUTE, "ada")], &[]);
        assert_eq!(shape(&before), "dMm");
        assert!(before.iter().map(|line| &line.key).eq(after.iter().map(|line| &line.key)));
    }

    #[test]
    fn a_deleted_message_keeps_its_place_and_gets_another_line() {
        let erased = entry(2, MINUTE, "ben", EntryKind::Erased { id: MessageId::v7(2, 1) });
        let lines = layout(&[message(1, 0, "ben"), erased, message(3, MINUTE, "ben")], &[]);
        assert_eq!(shape(&lines), "dMem");
        let before = layout(&[message(1, 0, "ben"), message(2, MINUTE, "ben"), message(3, MINUTE, "ben")], &[]);
        assert!(before[2].key != lines[2].key && before[3].key == lines[3].key);
    }

    #[test]
    fn only_ones_own_messages_are_own() {
        let lines = layout(&[message(1, 0, "ada"), message(2, 0, "ben")], &[waiting(0, 3)]);
        let own: Vec<_> = lines
            .iter()
            .filter_map(|line| match line.content {
                LineContent::Message { own, .. } => Some(own),
                _ => None,
            })
            .collect();
        assert_eq!(own, [true, false, true]);
    }
}
