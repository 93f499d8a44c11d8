use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::access::Access;
use super::ids::{Epoch, InviteCode, MessageId, Password, RoomId, Seq, Token, UserId};
use super::room_change::RoomChange;

/// What a client says. Text that a person typed comes as it is; the server judges it and says what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// First on every connection; answered by `welcome`.
    Hello(Hello),
    /// Makes a room and joins it; answered by `joined`.
    Create {
        name: String,
        #[serde(default, skip_serializing_if = "Access::is_open")]
        access: Access,
        /// With access by password alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<Password>,
    },
    /// Joins a room, making it if there is none; answered by `joined`. `since` is the last seq the client has.
    Join {
        room: RoomId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Seq>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<Password>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invite: Option<InviteCode>,
    },
    /// Leaves a room for good; answered by `left`.
    Leave { room: RoomId },
    /// Says something; answered by `accepted`.
    Send { room: RoomId, id: MessageId, body: String },
    /// Has all entries up to these, for each room named. Never answered.
    Ack { cursors: BTreeMap<RoomId, Seq> },
    /// The person has read a room up to this seq, on whatever device. Answered by `read` where that is news.
    Read { room: RoomId, seq: Seq },
    /// The person is typing. Never answered.
    Typing { room: RoomId },
    /// Asks for up to `limit` entries just before a seq; answered by `history`.
    History { room: RoomId, before: Seq, limit: u32 },
    /// Changes something in a room; answered by `changed`.
    Change {
        room: RoomId,
        #[serde(flatten)]
        change: RoomChange,
    },
    /// Asks for members of a room in the order of their ids, from after one on; answered by `members`.
    Members {
        room: RoomId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<UserId>,
    },
    /// Asks for what moderators see of a room: invite links and who is banned; answered by `settings`.
    Settings { room: RoomId },
    /// Answered by `pong`.
    Ping,
}

/// Who it is follows from the token; without one, a name makes somebody new; without either, it follows from the cookie
/// of the request that opened the connection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// From an earlier `welcome`: makes this the same person again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
    /// Of the `welcome` under which the cursors were gained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// For each room with entries at hand, the last seq.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cursors: BTreeMap<RoomId, Seq>,
}

impl ClientFrame {
    /// The `type` on the wire, which an error names as what it is `about`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Hello(_) => "hello",
            Self::Create { .. } => "create",
            Self::Join { .. } => "join",
            Self::Leave { .. } => "leave",
            Self::Send { .. } => "send",
            Self::Ack { .. } => "ack",
            Self::Read { .. } => "read",
            Self::Typing { .. } => "typing",
            Self::History { .. } => "history",
            Self::Change { .. } => "change",
            Self::Members { .. } => "members",
            Self::Settings { .. } => "settings",
            Self::Ping => "ping",
        }
    }
}
