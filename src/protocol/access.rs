use serde::{Deserialize, Serialize};

/// How people get into a room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Everyone sees it in the room list and may join.
    #[default]
    Open,
    /// Everyone who has its link may join; no list shows it.
    Hidden,
    /// Everyone sees it; whoever knows its password, or has an invite link, may join.
    Password,
    /// Only an invite link leads into it; no list shows it.
    Invite,
}

impl Access {
    pub const ALL: [Self; 4] = [Self::Open, Self::Hidden, Self::Password, Self::Invite];

    pub fn is_open(&self) -> bool {
        *self == Self::Open
    }

    /// Whether the room list shows the room to those who are not in it.
    pub fn is_listed(self) -> bool {
        matches!(self, Self::Open | Self::Password)
    }
}

/// What a member may do, from little to much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    #[default]
    Member,
    Moderator,
    Owner,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Member, Self::Moderator, Self::Owner];
}
