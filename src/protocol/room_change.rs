use serde::{Deserialize, Serialize};

use super::access::{Access, Role};
use super::ids::{InviteId, Password, Seq, UserId};

/// Something that is to change in a room. What comes of it is an entry of the room's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum RoomChange {
    Rename {
        name: String,
    },
    Topic {
        topic: String,
    },
    /// The password is needed with `password` alone, and makes a new one each time.
    Access {
        access: Access,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<Password>,
    },
    /// Members may send one message in this many seconds; 0 ends it.
    SlowMode {
        seconds: u32,
    },
    Role {
        user: UserId,
        role: Role,
    },
    Remove {
        user: UserId,
    },
    Ban {
        user: UserId,
    },
    Unban {
        user: UserId,
    },
    /// For this many seconds from now; 0 ends it.
    Mute {
        user: UserId,
        seconds: u32,
    },
    DeleteMessage {
        seq: Seq,
    },
    /// Makes an invite link; the answer has its code.
    Invite {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_in_s: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uses: Option<u32>,
    },
    RevokeInvite {
        invite: InviteId,
    },
    /// Deletes the room with all that was said in it.
    Close,
}

impl RoomChange {
    /// The `change` on the wire, which the answer names.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Rename { .. } => "rename",
            Self::Topic { .. } => "topic",
            Self::Access { .. } => "access",
            Self::SlowMode { .. } => "slow_mode",
            Self::Role { .. } => "role",
            Self::Remove { .. } => "remove",
            Self::Ban { .. } => "ban",
            Self::Unban { .. } => "unban",
            Self::Mute { .. } => "mute",
            Self::DeleteMessage { .. } => "delete_message",
            Self::Invite { .. } => "invite",
            Self::RevokeInvite { .. } => "revoke_invite",
            Self::Close => "close",
        }
    }
}
