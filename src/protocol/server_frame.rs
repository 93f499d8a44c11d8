use serde::{Deserialize, Serialize};

use super::access::Role;
use super::codes::ErrorCode;
use super::entry::{Entry, User};
use super::ids::{Epoch, InviteCode, InviteId, MessageId, RoomId, Seq, Token, UserId};
use super::limits;
use super::states::{Presence, RoomList, RoomSummary, Typing};
use super::tagged::tagged;

tagged! { "type"
    /// What the server says.
    pub enum ServerFrame {
        Welcome(Welcome),
        Rooms(RoomList),
        Joined(Joined),
        Left(Left),
        Entry(Entry),
        /// The message is in the log, at this place.
        Accepted {
            room: RoomId,
            id: MessageId,
            seq: Seq,
            at: u64,
        },
        /// The person has read the room up to this seq, here or on another device.
        Read {
            room: RoomId,
            seq: Seq,
        },
        /// The person's own name or standing has changed, here or on another device.
        Profile(Profile),
        Members(MemberPage),
        Settings(RoomSettings),
        Changed(Changed),
        Presence(Presence),
        Typing(Typing),
        History(HistoryPage),
        Error(Refusal),
        Pong,
        Bye(Bye),
        /// A frame that this client does not know; it is ignored.
        #[serde(other)]
        Unknown,
    }
}

/// Answers `hello`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    #[serde(flatten)]
    pub profile: Profile,
    /// To be kept secret and sent with the next `hello`. Not told to whom a cookie has identified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
    pub epoch: Epoch,
    /// Every room that this person is in. A `joined` follows for each.
    pub member_of: Vec<RoomId>,
    pub heartbeat: Heartbeat,
    pub limits: Limits,
}

/// A person as they see themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub user: User,
    /// Has a password, and so can sign in elsewhere.
    #[serde(default)]
    pub secured: bool,
    /// Administers the server.
    #[serde(default)]
    pub admin: bool,
}

/// How the client keeps the link alive, in ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heartbeat {
    pub ping_every_ms: u64,
    pub pong_within_ms: u64,
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self { ping_every_ms: limits::PING_EVERY_MS, pong_within_ms: limits::PONG_WITHIN_MS }
    }
}

/// The limits that a client should know before it runs into them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    pub frame_bytes: usize,
    pub message_chars: usize,
    pub messages_per_second: u32,
    pub messages_burst: u32,
    pub unacked_entries: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame_bytes: limits::FRAME_BYTES_MAX,
            message_chars: limits::MESSAGE_CHARS_MAX,
            messages_per_second: limits::MESSAGES_PER_SECOND,
            messages_burst: limits::MESSAGES_BURST,
            unacked_entries: limits::UNACKED_ENTRIES_MAX,
        }
    }
}

/// Answers `join` and `create`, and follows `welcome` for each room. The room's entries come after it, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    pub room: RoomSummary,
    /// The last seq of the log at this moment.
    pub head: Seq,
    /// Entries follow from `after + 1`. Beyond the client's own cursor, what lies between is there by `history`.
    pub after: Seq,
    /// How far the person has read, on any device. `head - read` entries are unread.
    pub read: Seq,
    /// What the room is like at `head`; entries beyond it change that.
    #[serde(default)]
    pub topic: String,
    #[serde(default)]
    pub slow_mode_s: u32,
    #[serde(default)]
    pub role: Role,
    /// The person may not write before, in ms since the Unix epoch; 0 if they may.
    #[serde(default)]
    pub muted_until: u64,
    /// Unread messages that mention the person: the newest [`MENTIONS_COUNTED_MAX`](limits::MENTIONS_COUNTED_MAX).
    #[serde(default)]
    pub mentions: Vec<Seq>,
}

/// The person is not in the room any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    pub room: RoomId,
    /// Why, if it was not by the person's own will.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<LeftReason>,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<User>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftReason {
    Removed,
    Banned,
    /// The room is deleted.
    Closed,
    #[serde(other)]
    Unknown,
}

/// Answers `members`: the room's members at `at`; entries beyond it change that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberPage {
    pub room: RoomId,
    pub at: Seq,
    /// The member that was asked for those after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<UserId>,
    pub members: Vec<RoomMember>,
    /// Whether there are members after these.
    pub more: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomMember {
    #[serde(flatten)]
    pub user: User,
    #[serde(default)]
    pub role: Role,
    /// In ms since the Unix epoch; 0 if they may write.
    #[serde(default)]
    pub muted_until: u64,
}

/// Answers `settings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSettings {
    pub room: RoomId,
    pub invites: Vec<InviteLink>,
    /// At most [`MEMBERS_PER_FRAME`](limits::MEMBERS_PER_FRAME) of them.
    pub bans: Vec<User>,
}

/// An invite link, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteLink {
    pub id: InviteId,
    pub by: User,
    pub at: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses_max: Option<u32>,
    pub uses: u32,
}

/// Answers `change`: it is in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub room: RoomId,
    /// The `change` asked for.
    pub change: String,
    pub seq: Seq,
    /// Of the invite link that was made. It is told this once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<InviteCode>,
}

/// Answers `history`: entries in order, all before the seq asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryPage {
    pub room: RoomId,
    pub before: Seq,
    pub entries: Vec<Entry>,
    /// Whether there are entries before these.
    pub more: bool,
}

/// Answers a request that failed. The text is for a programmer; a person gets words chosen by the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub code: ErrorCode,
    pub message: String,
    /// The `type` of the frame refused, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<MessageId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

/// Goes before the closing of the socket, with the same number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bye {
    pub code: u16,
    pub reason: String,
    /// Not to come back earlier. Drawn per connection, so that not all come at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconnect_after_ms: Option<u64>,
}
