use serde::{Deserialize, Serialize};

use super::ids::{MessageId, RoomId, Seq, UserId};

/// A person as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    pub name: String,
}

/// One line of a room's log. It is committed before anyone sees it, and never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub room: RoomId,
    pub seq: Seq,
    /// When the server took it, in ms since the Unix epoch.
    pub at: u64,
    /// Who did it, under the name they had then.
    pub by: User,
    #[serde(flatten)]
    pub kind: EntryKind,
}

impl Entry {
    pub fn message_id(&self) -> Option<&MessageId> {
        if let EntryKind::Message { id, .. } = &self.kind { Some(id) } else { None }
    }
}

/// What happened. A client that meets a kind it does not know shows nothing, and moves its cursor on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EntryKind {
    /// The first entry of every room.
    Created {
        name: String,
    },
    Joined,
    Left,
    Message {
        id: MessageId,
        body: String,
    },
    /// There was an entry here, and the disk has damaged it: what it said cannot be told.
    Damaged,
    #[serde(other)]
    Unknown,
}
