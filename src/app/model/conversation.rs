use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::app::shared::Shared;
use crate::protocol::{Entry, ErrorCode, MessageId, User, UserId};

pub type Deliveries = Shared<HashMap<MessageId, Delivery>>;

/// What is known of one room.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    pub standing: Standing,
    /// Entries at hand, in order.
    pub entries: Shared<Vec<Arc<Entry>>>,
    pub earlier: Earlier,
    /// The person's own messages that are not among the entries yet, in the order in which they were written.
    pub waiting: Shared<Vec<Arc<Waiting>>>,
    /// How it stands with the messages that were sent from this page.
    pub deliveries: Deliveries,
    pub people: Shared<BTreeMap<UserId, User>>,
    pub typing: Shared<Vec<User>>,
    /// New messages that nobody looked at.
    pub unread: u32,
}

/// How the person stands to a room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Standing {
    #[default]
    Outside,
    Member,
    Left,
}

/// Entries before the oldest one at hand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Earlier {
    #[default]
    Nothing,
    There,
    Loading,
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
