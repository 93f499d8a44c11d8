use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::protocol::{
    Access, Changed, Entry, Epoch, ErrorCode, HistoryPage, InviteCode, Joined, Left, MemberPage, MessageId, Password,
    Presence, Profile, Refusal, RoomChange, RoomId, RoomList, RoomSettings, Seq, Typing, UserId, tagged,
};

/// What the person wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Start, as whoever the browser's cookie says, or as somebody new under this name; later, begin anew as whoever the
    /// cookie says now.
    Enter {
        name: Option<String>,
    },
    Create {
        name: String,
        access: Access,
        password: Option<Password>,
    },
    Join {
        room: RoomId,
        key: Option<Key>,
    },
    /// Change something in a room. It is asked once, and answered by [`Event::Changed`] or [`Event::Problem`].
    Change {
        room: RoomId,
        change: RoomChange,
    },
    /// Get members of a room, from after this one on.
    Members {
        room: RoomId,
        after: Option<UserId>,
    },
    /// Get what moderators see of a room.
    Settings {
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
    /// Get entries just before this one: the oldest at hand, or the first one after a gap.
    LoadOlder {
        room: RoomId,
        before: Seq,
    },
    /// The person has seen everything up to this entry.
    Read {
        room: RoomId,
        seq: Seq,
    },
    /// Do not wait for the next attempt.
    ReconnectNow,
}

/// What opens the door of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    Password(Password),
    Invite(InviteCode),
}

/// A message that is not in the log yet, as the browser keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    pub id: MessageId,
    pub room: RoomId,
    pub body: String,
    /// The server will not take it, and the person is to decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<ErrorCode>,
}

/// What this browser has kept of earlier visits, or of this one before a reload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Saved {
    pub user: Option<UserId>,
    pub epoch: Option<Epoch>,
    pub rooms: BTreeMap<RoomId, SavedRoom>,
    /// Rooms that the person has left, which the server does not know yet.
    pub leaving: BTreeSet<RoomId>,
    /// In the order in which they were written.
    pub outbox: Vec<Unsent>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedRoom {
    /// Everything up to here, back to the first hole, is among the entries.
    pub cursor: Seq,
    pub read: Seq,
    /// In order of seq. There may be holes, where nobody scrolled back that far.
    pub entries: Vec<Entry>,
}

/// Something to be kept over reloads. Each is written whole or not at all, and never before an earlier one; several in
/// a row may be written together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// From now on, rooms are kept for this person and epoch. What is there of another one is dropped in the same step.
    Owner { user: UserId, epoch: Epoch },
    /// Entries together with the cursor that they make true. To be dropped unless the epoch is the one kept. A message
    /// that is kept as erased stays so: a slower tab may have got it before it was deleted.
    Entries { epoch: Epoch, room: RoomId, cursor: Seq, entries: Vec<Entry> },
    /// To be dropped as well unless the epoch is the one kept, and never to move the mark back.
    Read { epoch: Epoch, room: RoomId, seq: Seq },
    /// The message at this place is deleted, and what it said is to go.
    Erase { epoch: Epoch, room: RoomId, seq: Seq },
    /// This person has gone, and all that was kept of them is to go. What is kept of another one, who may have come
    /// since in another tab, is to stay.
    Wipe { user: Option<UserId> },
    /// The person has left this room, and the server is to be told. What is kept of it is dropped in the same step, and
    /// it is left no more when entries of it are kept.
    Leaving { room: RoomId },
    /// The person is not in this room any more.
    ForgetRoom { room: RoomId },
    /// A message waits, or waits again: it goes to the end of the outbox.
    Unsent(Unsent),
    /// It stays where it is.
    Refused { id: MessageId, code: ErrorCode },
    /// It is in the log, or discarded.
    Settled { id: MessageId },
}

tagged! { "note"
    /// What one tab tells the others of the same browser. They share the outbox, and one of them sends.
    pub enum Note {
        /// A message waits, or waits again.
        Queued(Unsent),
        Accepted {
            id: MessageId,
            room: RoomId,
            seq: Seq,
            at: u64,
        },
        Refused {
            id: MessageId,
            code: ErrorCode,
        },
        Discarded {
            id: MessageId,
        },
    }
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
    /// Write this to the browser's storage.
    Keep(Keep),
    /// Read the outbox that the browser has kept, and answer by `handle_lead`: this is the tab that sends.
    ReadOutbox,
    /// Tell the browser's other tabs.
    Tell(Note),
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
    /// The server knows the person.
    Welcomed {
        profile: Profile,
        member_of: Vec<RoomId>,
    },
    /// The person's own name or standing has changed.
    Profile(Profile),
    /// The login has ended. Nothing of what was shown so far is to stay.
    SignedOut,
    Rooms(RoomList),
    /// What was shown so far is of another person or another log. Messages that wait are queued anew after this.
    Reset,
    /// What the browser had kept of a room; comes before anything else of it.
    Restored {
        room: RoomId,
        cursor: Seq,
        read: Seq,
        entries: Vec<Entry>,
    },
    /// The person is in this room; its entries follow from `after + 1`. What lies between those and the entries shown
    /// so far, if anything, is a gap that [`Command::LoadOlder`] fills. With `reset`, what was shown so far does not
    /// count any more and is to be dropped.
    Joined {
        joined: Joined,
        reset: bool,
    },
    Left(Left),
    Members(MemberPage),
    Settings(RoomSettings),
    Changed(Changed),
    /// The next entry of a room, exactly once and in order.
    Entry(Entry),
    /// Entries from further back, which belong before those shown after them.
    Older(HistoryPage),
    /// The person has read this far, here or on another device. It only ever moves forward.
    Read {
        room: RoomId,
        seq: Seq,
    },
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
    /// The server takes the next message in this many seconds: they go out slower than they were written
    /// (`rate_limited`), or it cannot store any just now (`unavailable`).
    SlowDown {
        code: ErrorCode,
        retry_in_s: u64,
    },
    /// Something other than a message was refused: a name, a new room, a join.
    Problem(Refusal),
}
