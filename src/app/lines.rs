use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

use super::model::Waiting;
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
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub enum LineKey {
    Day(u64),
    Entry { seq: Seq, opens: bool },
    Own { id: MessageId, opens: bool },
}

#[derive(Debug, Clone, PartialEq)]
pub enum LineContent {
    /// A new day begins, at this moment.
    Day(u64),
    /// Somebody made the room, came or went.
    Note(Arc<Entry>),
    /// `opens` is the first of a group. Only one's own messages wait.
    Message { opens: bool, own: bool, source: Source },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    Stored(Arc<Entry>),
    Waiting(Arc<Waiting>),
}

/// Lays out entries and then waiting messages. `day_of` gives the day around a moment, which only the browser knows.
pub fn lines(
    entries: &[Arc<Entry>],
    waiting: &[Arc<Waiting>],
    me: Option<&UserId>,
    day_of: impl Fn(u64) -> Range<u64>,
) -> Vec<Line> {
    let mut layout = Layout { lines: Vec::with_capacity(entries.len() + waiting.len()), day: 0..0, last: None, day_of };
    for entry in entries {
        match &entry.kind {
            EntryKind::Unknown | EntryKind::Damaged => {}
            EntryKind::Message { id, .. } => {
                let own = me == Some(&entry.by.id);
                layout.message(entry.at, Source::Stored(Arc::clone(entry)), own.then_some(id), &entry.by.id);
            }
            EntryKind::Created { .. } | EntryKind::Joined | EntryKind::Left => layout.note(entry),
        }
    }
    for message in waiting {
        layout.waiting(message, me);
    }
    layout.lines
}

struct Layout<'a, F> {
    lines: Vec<Line>,
    day: Range<u64>,
    /// Who said the line before, and when.
    last: Option<(Option<&'a UserId>, u64)>,
    day_of: F,
}

impl<'a, F: Fn(u64) -> Range<u64>> Layout<'a, F> {
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

    fn waiting(&mut self, message: &Arc<Waiting>, me: Option<&'a UserId>) {
        let opens = self.opens(me, message.at);
        let source = Source::Waiting(Arc::clone(message));
        let key = LineKey::Own { id: message.id.clone(), opens };
        self.lines.push(Line { key, content: LineContent::Message { opens, own: true, source } });
    }

    fn note(&mut self, entry: &Arc<Entry>) {
        self.turn_day(entry.at);
        self.last = None;
        let key = LineKey::Entry { seq: entry.seq, opens: false };
        self.lines.push(Line { key, content: LineContent::Note(Arc::clone(entry)) });
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

#[cfg(test)]
mod tests {
    use super::*;
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
        entry(seq, at, by, EntryKind::Message { id: MessageId::v7(seq, 1), body: "hi".into() })
    }

    fn waiting(at: u64, n: u64) -> Arc<Waiting> {
        Arc::new(Waiting { id: MessageId::v7(n, 1), body: "hi".into(), at })
    }

    fn layout(entries: &[Arc<Entry>], pending: &[Arc<Waiting>]) -> Vec<Line> {
        let day_of = |at| at / DAY_MS * DAY_MS..(at / DAY_MS + 1) * DAY_MS;
        lines(entries, pending, Some(&user("ada").id), day_of)
    }

    /// One letter a line: d for a day, n for a note, M for a message that opens a group, m for one that does not.
    fn shape(lines: &[Line]) -> String {
        let letter = |line: &Line| match line.content {
            LineContent::Day(_) => 'd',
            LineContent::Note(_) => 'n',
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
        let note = entry(2, MINUTE, "cy", EntryKind::Joined);
        let entries = [message(1, 0, "ben"), note, message(3, MINUTE, "ben")];
        assert_eq!(shape(&layout(&entries, &[])), "dMnM");
        let entries = [message(1, DAY_MS - 1, "ben"), message(2, DAY_MS, "ben")];
        assert_eq!(shape(&layout(&entries, &[])), "dMdM");
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
    fn a_message_keeps_its_line_when_it_is_stored() {
        let before = layout(&[message(1, 0, "ada")], &[waiting(MINUTE, 2)]);
        let after = layout(&[message(1, 0, "ada"), message(2, 2 * MINUTE, "ada")], &[]);
        assert_eq!(shape(&before), "dMm");
        assert!(before.iter().map(|line| &line.key).eq(after.iter().map(|line| &line.key)));
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
