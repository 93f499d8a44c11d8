use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::app::shared::Shared;
use crate::protocol::{Entry, EntryKind, ErrorCode, MessageId, Seq, User, UserId};

pub type Deliveries = Shared<HashMap<MessageId, Delivery>>;

/// What is known of one room.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    pub standing: Standing,
    /// Entries at hand, in order of seq. There may be holes, where nobody has scrolled back that far.
    pub entries: Shared<Vec<Arc<Entry>>>,
    /// New entries follow after this one, be it at hand or not.
    pub after: Seq,
    /// Joined on the present link, so that questions are answered.
    pub live: bool,
    /// The entries before this one are asked for.
    pub loading: Option<Seq>,
    /// The person's own messages that are not among the entries yet, in the order in which they were written.
    pub waiting: Shared<Vec<Arc<Waiting>>>,
    /// How it stands with the messages that were sent from this browser.
    pub deliveries: Deliveries,
    pub people: Shared<BTreeMap<UserId, User>>,
    pub typing: Shared<Vec<User>>,
    /// The last entry of the log, as far as is known.
    pub head: Seq,
    /// The person has read this far, here or elsewhere.
    pub read: Seq,
    /// Up to here the person had read when they last came to look and found something new.
    pub mark: Option<Seq>,
    /// The person has come, or come back, and not yet looked.
    pub arriving: bool,
}

/// What of a conversation stands on the screen as lines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Talk {
    pub entries: Shared<Vec<Arc<Entry>>>,
    pub after: Seq,
    pub waiting: Shared<Vec<Arc<Waiting>>>,
    pub mark: Option<Seq>,
}

/// How the person stands to a room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Standing {
    #[default]
    Outside,
    Member,
    Left,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub id: MessageId,
    pub body: String,
    /// When it was written, in ms since the Unix epoch.
    pub at: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    Sending,
    Stored { at: u64 },
    Refused(ErrorCode),
}

impl Conversation {
    pub fn talk(&self) -> Talk {
        let (entries, waiting) = (self.entries.clone(), self.waiting.clone());
        Talk { entries, after: self.after, waiting, mark: self.mark }
    }

    /// The last entry at hand.
    pub fn newest(&self) -> Seq {
        self.entries.last().map_or(0, |entry| entry.seq)
    }

    /// Before this entry there are earlier ones, which come before all those at hand.
    pub fn earlier(&self) -> Option<Seq> {
        let first = self.entries.first().map_or(self.after + 1, |entry| entry.seq);
        (first > 1).then_some(first)
    }

    /// Puts entries in their places, whatever of them is there already.
    pub fn insert(&mut self, entries: impl IntoIterator<Item = Entry>) {
        for entry in entries {
            let at = self.entries.partition_point(|other| other.seq < entry.seq);
            if self.entries.get(at).is_none_or(|other| other.seq != entry.seq) {
                self.entries.change().insert(at, Arc::new(entry));
            }
        }
    }

    pub fn has_message(&self, id: &MessageId, by: &UserId) -> bool {
        let is_it = |entry: &Arc<Entry>| matches!(&entry.kind, EntryKind::Message { id: other, .. } if other == id);
        self.entries.iter().rev().any(|entry| is_it(entry) && entry.by.id == *by)
    }

    /// Messages that the person has not read. What is not at hand is taken for news until it is seen to be none.
    pub fn unread(&self, me: Option<&UserId>) -> u64 {
        if self.standing != Standing::Member {
            return 0;
        }
        let no_news = self.entries.iter().rev().take_while(|entry| entry.seq > self.read).filter(|e| !is_news(e, me));
        self.head.saturating_sub(self.read).saturating_sub(no_news.count() as u64)
    }

    /// The person sees the newest entry. Returns how far they have read, if that is further than before.
    pub fn look(&mut self, me: Option<&UserId>) -> Option<Seq> {
        if std::mem::take(&mut self.arriving) {
            self.mark = (self.unread(me) > 0).then_some(self.read);
        }
        let newest = self.newest();
        let further = newest > self.read;
        self.read = self.read.max(newest);
        further.then_some(newest)
    }
}

/// What others say is news; neither one's own messages nor who comes and goes.
pub fn is_news(entry: &Entry, me: Option<&UserId>) -> bool {
    matches!(entry.kind, EntryKind::Message { .. }) && me != Some(&entry.by.id)
}

impl Waiting {
    pub fn new(id: MessageId, body: String) -> Self {
        let at = written_at(&id);
        Self { id, body, at }
    }
}

/// A UUID of version 7 begins with 48 bits of Unix time in ms.
fn written_at(id: &MessageId) -> u64 {
    let hex: String = id.as_str().chars().filter(|c| *c != '-').take(12).collect();
    u64::from_str_radix(&hex, 16).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_knows_when_it_was_written() {
        let waiting = Waiting::new(MessageId::v7(1_767_225_600_000, 7), "hi".into());
        assert_eq!(waiting.at, 1_767_225_600_000);
    }
}
