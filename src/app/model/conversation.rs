use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Members;
use crate::app::shared::Shared;
use crate::protocol::limits::{MENTIONS_COUNTED_MAX, SLOW_MODE_SECONDS_MAX};
use crate::protocol::{
    Entry, EntryKind, ErrorCode, LeftReason, MessageId, Refusal, Role, RoomSettings, Seq, User, UserId,
};

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
    pub terms: Terms,
    pub people: Shared<BTreeMap<UserId, User>>,
    pub members: Members,
    /// What moderators see besides, once they have asked.
    pub settings: Settings,
    pub typing: Shared<Vec<User>>,
    /// The last entry of the log, as far as is known.
    pub head: Seq,
    /// The person has read this far, here or elsewhere.
    pub read: Seq,
    /// Up to here the person had read when they last came to look and found something new.
    pub mark: Option<Seq>,
    /// The person has come, or come back, and not yet looked.
    pub arriving: bool,
    /// Unread messages that mention the person.
    pub mentions: Shared<Vec<Seq>>,
    /// The person has asked to be let in.
    pub joining: bool,
    /// They have not asked at the door, but come by a link that says what they want.
    pub opening: bool,
    /// Why they were not.
    pub refused: Option<Refusal>,
    /// How it came that the person is not in the room any more.
    pub gone: Option<Gone>,
}

/// On what terms the person is in a room.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// What the room was like at this entry. Only later ones change that.
    pub at: Seq,
    pub topic: String,
    pub role: Role,
    pub slow_mode_s: u32,
    /// In ms since the Unix epoch; 0 if the person may write.
    pub muted_until: u64,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    pub known: Option<Shared<RoomSettings>>,
    /// They have changed since.
    pub stale: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gone {
    /// By the person's own will, here or elsewhere.
    Left,
    /// While this browser had no link to the server.
    Away,
    Ousted {
        reason: LeftReason,
        by: Option<User>,
    },
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
        let first = self.entries.first().map_or(self.after + 1, |entry| entry.first());
        (first > 1).then_some(first)
    }

    /// Puts entries in their places, whatever of them is there already.
    pub fn insert(&mut self, entries: impl IntoIterator<Item = Entry>) {
        for entry in entries {
            let at = self.place(entry.seq);
            match self.entries.get(at).filter(|other| other.seq == entry.seq) {
                None => self.entries.change().insert(at, Arc::new(entry)),
                // It has been deleted meanwhile.
                Some(other) if matches!(entry.kind, EntryKind::Erased { .. }) && **other != entry => {
                    self.entries.change()[at] = Arc::new(entry);
                }
                Some(_) => {}
            }
        }
    }

    fn place(&self, seq: Seq) -> usize {
        self.entries.partition_point(|entry| entry.seq < seq)
    }

    /// A message has been deleted. What it said goes.
    pub fn erase(&mut self, seq: Seq) {
        let at = self.place(seq);
        if self.entries.get(at).is_some_and(|entry| entry.seq == seq && matches!(entry.kind, EntryKind::Message { .. }))
        {
            Arc::make_mut(&mut self.entries.change()[at]).erase();
        }
        self.forget_mentions(|mention| mention == seq);
    }

    /// Entries from further back may have been read before some of them were deleted.
    pub fn erase_deleted(&mut self) {
        let deleted: Vec<_> = self.entries.iter().filter_map(|entry| deleted(entry)).collect();
        deleted.into_iter().for_each(|seq| self.erase(seq));
    }

    pub fn has_message(&self, id: &MessageId, by: &UserId) -> bool {
        self.entries.iter().rev().any(|entry| entry.message_id() == Some(id) && entry.by.id == *by)
    }

    pub fn move_read_mark(&mut self, seq: Seq) {
        self.read = self.read.max(seq);
        let read = self.read;
        self.forget_mentions(|mention| mention <= read);
    }

    /// Counts a new message that mentions the person.
    pub fn mention(&mut self, entry: &Entry, me: Option<&UserId>) {
        if entry.seq > self.read && mentions(entry, me) && self.mentions.len() < MENTIONS_COUNTED_MAX {
            self.mentions.change().push(entry.seq);
        }
    }

    fn forget_mentions(&mut self, forget: impl Fn(Seq) -> bool) {
        if self.mentions.iter().any(|mention| forget(*mention)) {
            self.mentions.change().retain(|mention| !forget(*mention));
        }
    }

    /// When slow mode lets the person write again, in ms since the Unix epoch; 0 if it does not hold them up.
    pub fn slow_until(&self, me: Option<&UserId>) -> u64 {
        let pause_ms = u64::from(self.terms.slow_mode_s) * 1_000;
        if pause_ms == 0 || self.terms.role > Role::Member {
            return 0;
        }
        let newest = self.entries.last().map_or(0, |entry| entry.at);
        let counts = |entry: &&Arc<Entry>| newest.saturating_sub(entry.at) <= u64::from(SLOW_MODE_SECONDS_MAX) * 1_000;
        let own = |entry: &Arc<Entry>| entry.message_id().is_some() && me == Some(&entry.by.id);
        let last = self.entries.iter().rev().take_while(counts).find(|entry| own(entry));
        last.map_or(0, |entry| entry.at + pause_ms)
    }

    /// Forgets what only members know.
    pub fn go_outside(&mut self) {
        self.live = false;
        self.loading = None;
        (self.joining, self.opening) = (false, false);
        self.terms = Terms::default();
        self.members = Members::default();
        self.settings = Settings::default();
        self.people = Shared::default();
        self.typing = Shared::default();
        self.mentions = Shared::default();
    }

    /// Forgets what was said.
    pub fn forget_entries(&mut self) {
        (self.after, self.head, self.read) = (0, 0, 0);
        self.mark = None;
        self.entries = Shared::default();
        self.mentions = Shared::default();
    }

    /// Messages that the person has not read. What is not at hand is taken for news until it is seen to be none.
    pub fn unread(&self, me: Option<&UserId>) -> u64 {
        if self.standing != Standing::Member {
            return 0;
        }
        let no_news = self.entries.iter().rev().take_while(|entry| entry.seq > self.read).filter(|e| !is_news(e, me));
        let no_news = no_news.map(|entry| entry.seq + 1 - entry.first().max(self.read + 1));
        self.head.saturating_sub(self.read).saturating_sub(no_news.sum())
    }

    /// The person sees the newest entry. Returns how far they have read, if that is further than before.
    pub fn look(&mut self, me: Option<&UserId>) -> Option<Seq> {
        if std::mem::take(&mut self.arriving) {
            self.mark = (self.unread(me) > 0).then_some(self.read);
        }
        let newest = self.newest();
        let further = newest > self.read;
        self.move_read_mark(newest);
        further.then_some(newest)
    }
}

/// What others say is news; neither one's own messages nor who comes and goes.
pub fn is_news(entry: &Entry, me: Option<&UserId>) -> bool {
    matches!(entry.kind, EntryKind::Message { .. }) && me != Some(&entry.by.id)
}

/// Whether somebody else says something to this person.
pub fn mentions(entry: &Entry, me: Option<&UserId>) -> bool {
    matches!((&entry.kind, me), (EntryKind::Message { mentions, .. }, Some(me)) if mentions.contains(me))
        && is_news(entry, me)
}

/// The message that an entry deletes.
pub fn deleted(entry: &Entry) -> Option<Seq> {
    if let EntryKind::Deleted { seq } = entry.kind { Some(seq) } else { None }
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
