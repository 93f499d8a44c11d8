//! States: only the newest matters, so they are sent in full once, then as changes, and skipped freely in between.

use serde::{Deserialize, Serialize};

use super::access::Access;
use super::entry::User;
use super::ids::{RoomId, UserId};

/// A room as the room list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSummary {
    pub id: RoomId,
    pub name: String,
    /// Members online; two tabs of one person are one.
    pub online: u32,
    /// All members.
    #[serde(default)]
    pub members: u32,
    #[serde(default, skip_serializing_if = "Access::is_open")]
    pub access: Access,
}

/// Rooms that are new or changed; with `all`, everything known before is to be forgotten first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomList {
    #[serde(default)]
    pub all: bool,
    pub rooms: Vec<RoomSummary>,
    /// Rooms that are deleted, or that the list does not show this person any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<RoomId>,
}

/// Who is online in a room: who came and who went; with `all`, everyone known before, and who of them
/// was typing, is to be forgotten first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    pub room: RoomId,
    #[serde(default)]
    pub all: bool,
    /// Everyone online, also those beyond the first [`PEOPLE_NAMED_MAX`](super::limits::PEOPLE_NAMED_MAX).
    pub online: u32,
    #[serde(default)]
    pub here: Vec<User>,
    #[serde(default)]
    pub gone: Vec<UserId>,
}

/// Who is typing in a room now; always the whole list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typing {
    pub room: RoomId,
    pub users: Vec<User>,
}
