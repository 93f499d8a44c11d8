use serde::{Deserialize, Serialize};

/// Answers one request; the connection lives on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The frame is not a JSON object.
    BadJson,
    /// A field is missing, or of the wrong type, or breaks the rule of its kind.
    BadFrame,
    /// The `type` is not one that this server knows.
    UnknownFrame,
    /// Nothing can be asked before `hello`.
    HelloRequired,
    /// A connection says `hello` once.
    AlreadyGreeted,
    BadName,
    BadRoomName,
    /// There is a room with this id already; it can be joined.
    RoomExists,
    /// The room is not one that the person is in.
    NotInRoom,
    /// No more rooms on this server, or for this person.
    TooManyRooms,
    MessageEmpty,
    MessageTooLong,
    /// Too much in too short a time; `retry_after_ms` says when to try again.
    RateLimited,
    /// The server cannot store or read just now; the same request may succeed later.
    Unavailable,
    /// What the log holds of this is damaged and cannot be relied on.
    Damaged,
    /// Nothing tells who it is, or the login has ended.
    SignInRequired,
    /// Somebody else has this name, or one that looks like it.
    NameTaken,
    /// Too short to be a password.
    BadPassword,
    /// `retry_after_ms` says when the next try is looked at.
    WrongPassword,
    /// The server takes in nobody new, or only with an invite link.
    SignUpClosed,
    /// The server takes in only people who choose a password.
    GuestsClosed,
    /// Kept out of the room, or of the server.
    Banned,
    /// The person's rank does not allow it.
    NotAllowed,
    /// The room wants a password.
    PasswordRequired,
    /// The room wants an invite link.
    InviteRequired,
    /// The link is revoked, expired or used up, or never was.
    BadInvite,
    /// The room was deleted; its id is not used again.
    RoomClosed,
    RoomFull,
    /// A moderator has muted the person; `retry_after_ms` says for how long.
    Muted,
    /// The room is in slow mode; `retry_after_ms` says when the person may write again.
    SlowMode,
    BadTopic,
    /// A number is out of the bounds of its kind.
    OutOfBounds,
    NoSuchPerson,
    NoSuchMessage,
    NoSuchInvite,
    /// A code that this client does not know.
    #[serde(other)]
    Unknown,
}

/// Ends a connection. The number says whether to come back: of the private range of RFC 6455 (section 7.4.2),
/// 4000 to 4499 invite the client back, 4500 to 4999 do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseCode {
    /// The client itself is done (RFC 6455).
    Normal,
    /// A binary frame; this protocol is JSON text (RFC 6455).
    Unsupported,
    /// A frame above the limit (RFC 6455).
    TooBig,
    /// The server stops or restarts.
    Restarting,
    /// The client was silent for too long.
    Silent,
    /// The client asked for more than it read.
    TooSlow,
    /// The client sent frames faster than any person or bot needs to.
    Flooding,
    /// No `hello` in time.
    HelloTimeout,
    /// Entries were sent again and again, and never acked.
    Unacked,
    /// The person, or their address, has as many connections as are allowed.
    TooManyConnections,
    /// More clients come at once than can be let in. Each is told its own time to come again.
    Busy,
    /// The login has ended: the person must sign in again.
    SignedOut,
}

impl CloseCode {
    pub const ALL: [Self; 12] = [
        Self::Normal,
        Self::Unsupported,
        Self::TooBig,
        Self::Restarting,
        Self::Silent,
        Self::TooSlow,
        Self::Flooding,
        Self::HelloTimeout,
        Self::Unacked,
        Self::TooManyConnections,
        Self::Busy,
        Self::SignedOut,
    ];

    pub fn number(self) -> u16 {
        match self {
            Self::Normal => 1000,
            Self::Unsupported => 1003,
            Self::TooBig => 1009,
            Self::Restarting => 4000,
            Self::Silent => 4001,
            Self::TooSlow => 4002,
            Self::Flooding => 4003,
            Self::HelloTimeout => 4004,
            Self::Unacked => 4005,
            Self::TooManyConnections => 4006,
            Self::Busy => 4007,
            Self::SignedOut => 4500,
        }
    }

    pub fn reason(self) -> &'static str {
        match self {
            Self::Normal => "done",
            Self::Unsupported => "frames are JSON text",
            Self::TooBig => "frame too big",
            Self::Restarting => "server restarting",
            Self::Silent => "silent for too long",
            Self::TooSlow => "reading too slowly",
            Self::Flooding => "too many frames",
            Self::HelloTimeout => "no hello in time",
            Self::Unacked => "entries not acked",
            Self::TooManyConnections => "too many connections",
            Self::Busy => "too many come at once",
            Self::SignedOut => "signed out",
        }
    }

    /// Whether a client should come back after a connection ended with this number, known to it or not.
    /// What the network and proxies say (1001, 1005, 1006, 1011 and the like) is never a reason to stay away.
    pub fn invites_back(number: u16) -> bool {
        !matches!(number, 1002 | 1003 | 1007 | 1008 | 1009 | 1010 | 4500..=4999)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_says_whether_to_come_back() {
        let stay_away = CloseCode::ALL.map(CloseCode::number).into_iter().filter(|n| !CloseCode::invites_back(*n));
        assert!(stay_away.eq([1003, 1009, 4500]));
        assert!(CloseCode::invites_back(1006));
        assert!(CloseCode::invites_back(4321));
        assert!(!CloseCode::invites_back(4567));
    }
}
