use crate::protocol::{
    Entry, ErrorCode, HistoryPage, MessageId, Presence, Refusal, RoomId, RoomList, RoomSummary, Seq, Token, Typing,
    User,
};

/// What the person wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Start, under this name; later, take another name.
    Enter {
        name: String,
    },
    Create {
        name: String,
    },
    Join {
        room: RoomId,
    },
    Leave {
        room: RoomId,
    },
    /// Say something, now or when there is a link again. The id is new, made by [`MessageId::v7`].
    Send {
        id: MessageId,
        room: RoomId,
        body: String,
    },
    /// Try a refused message again as it is.
    Resend {
        id: MessageId,
    },
    /// Forget a refused message.
    Discard {
        id: MessageId,
    },
    /// A key was pressed in the message box; sent on as often as the protocol wants it.
    Type {
        room: RoomId,
    },
    /// Get entries before the oldest one at hand.
    LoadOlder {
        room: RoomId,
    },
    /// Do not wait for the next attempt.
    ReconnectNow,
}

/// What the shell has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Open a socket, dropping any that is still there.
    Connect,
    /// Write this text frame.
    Transmit(String),
    /// Close the socket with this code. Nothing that it still says counts.
    Disconnect(u16),
    /// Show this to the person.
    Notify(Event),
}

/// How the link to the server stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Link {
    /// Nobody has entered yet.
    #[default]
    Idle,
    Connecting,
    Online,
    /// The next attempt comes in this many seconds. Told anew every second.
    Waiting {
        retry_in_s: u64,
    },
    /// The machine has no network; the next attempt comes when it has.
    NoNetwork,
    /// The server asked not to come back: this page is too old or the server refuses it.
    Ended {
        code: u16,
    },
}

/// What has happened, for the person to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Link(Link),
    /// The server knows the person. The token is to be kept for the next visit.
    Welcomed {
        user: User,
        token: Token,
        member_of: Vec<RoomId>,
    },
    Rooms(RoomList),
    /// The person is in this room; its entries follow from `after + 1`. With `reset`, entries shown so far do not
    /// connect to those and are to be dropped: what lies before is there by [`Command::LoadOlder`].
    Joined {
        room: RoomSummary,
        after: Seq,
        reset: bool,
    },
    Left {
        room: RoomId,
    },
    /// The next entry of a room, exactly once and in order.
    Entry(Entry),
    /// Entries before the oldest one so far.
    Older(HistoryPage),
    Presence(Presence),
    Typing(Typing),
    /// A message waits to be sent, for the first time or again.
    Queued {
        id: MessageId,
        room: RoomId,
        body: String,
    },
    /// A message is in the log; its entry follows or has come.
    Accepted {
        id: MessageId,
        room: RoomId,
        seq: Seq,
        at: u64,
    },
    /// A message was refused for good and stays to be corrected, sent again or discarded.
    Refused {
        id: MessageId,
        room: RoomId,
        code: ErrorCode,
    },
    Discarded {
        id: MessageId,
        room: RoomId,
    },
    /// Messages go out slower than they were written: the server takes the next one in this many seconds.
    SlowDown {
        retry_in_s: u64,
    },
    /// Something other than a message was refused: a name, a new room, a join.
    Problem(Refusal),
}
