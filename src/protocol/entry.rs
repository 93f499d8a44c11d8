use serde::{Deserialize, Serialize};

use super::access::{Access, Role};
use super::ids::{InviteId, MessageId, RoomId, Seq, UserId};

/// A person as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    pub name: String,
}

/// One line of a room's log. It is committed before anyone sees it, and never changes but by being erased.
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
    /// Also of a message that was deleted.
    pub fn message_id(&self) -> Option<&MessageId> {
        match &self.kind {
            EntryKind::Message { id, .. } | EntryKind::Erased { id } => Some(id),
            _ => None,
        }
    }

    /// Takes out what a deleted message said.
    pub fn erase(&mut self) {
        if let EntryKind::Message { id, .. } = &self.kind {
            self.kind = EntryKind::Erased { id: id.clone() };
        }
    }
}

/// What happened. A client that meets a kind it does not know shows nothing, and moves its cursor on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EntryKind {
    /// The first entry of every room. Who made it owns it, once they join.
    Created {
        name: String,
        #[serde(default, skip_serializing_if = "Access::is_open")]
        access: Access,
    },
    Joined {
        /// The link that opened the room.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invite: Option<InviteId>,
    },
    Left,
    Message {
        id: MessageId,
        body: String,
        /// Members whose names it has after an `@`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<UserId>,
    },
    Renamed {
        name: String,
    },
    Topic {
        topic: String,
    },
    Access {
        access: Access,
    },
    SlowMode {
        seconds: u32,
    },
    Role {
        user: User,
        role: Role,
    },
    Removed {
        user: User,
    },
    /// Also takes out whoever is in the room.
    Banned {
        user: User,
    },
    Unbanned {
        user: User,
    },
    /// Until then, in ms since the Unix epoch; 0 ends it.
    Muted {
        user: User,
        until: u64,
    },
    Invited {
        invite: InviteId,
        /// In ms since the Unix epoch.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uses_max: Option<u32>,
    },
    InviteRevoked {
        invite: InviteId,
    },
    /// The message at this place is deleted; it is `erased` from now on.
    Deleted {
        seq: Seq,
    },
    /// There was a message here, and it has been deleted.
    Erased {
        id: MessageId,
    },
    /// The room is deleted. Nothing comes after this.
    Closed,
    /// There was an entry here, and the disk has damaged it: what it said cannot be told.
    Damaged,
    #[serde(other)]
    Unknown,
}
