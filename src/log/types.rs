use super::{RoomState, Secret};
use crate::protocol::{Entry, EntryKind, Epoch, RoomId, Seq, User, UserId};

/// Who writes what no person wrote.
pub fn parlor() -> User {
    User { id: UserId::parse("parlor").expect("it keeps to the rule of ids"), name: "Parlor".into() }
}

/// What stands in the place of an entry that cannot be told any more.
pub fn damaged(room: &RoomId, seq: Seq) -> Entry {
    Entry { room: room.clone(), seq, at: 0, by: parlor(), kind: EntryKind::Damaged }
}

/// Tells the answers to appends apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// An entry to be committed. The log gives it its seq.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    pub ticket: Ticket,
    pub room: RoomId,
    /// In ms since the Unix epoch.
    pub at: u64,
    pub by: User,
    pub kind: EntryKind,
    /// Answer with the entry that is in the log under this message's id, and append nothing.
    pub repeat_only: bool,
    /// Kept with what the entry sets, and never given out as part of it: the hash of the password of `Created` and
    /// `Access`, the digest of the code of `Invited`.
    pub secret: Option<Secret>,
}

/// How far a person has read. Kept for members, and only ever moved forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadMark {
    pub user: UserId,
    pub room: RoomId,
    pub seq: Seq,
}

/// What is committed together: all of it, or nothing. Reads come after appends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    pub appends: Vec<Append>,
    pub reads: Vec<ReadMark>,
}

/// An entry that is in the log for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    pub entry: Entry,
    /// False for a message that was in the log already under the same room, person and id: this is then the first one.
    pub new: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppendError {
    /// `Created` for a room that exists, or anything else for one that does not.
    RoomExists,
    NoSuchRoom,
    /// The room was deleted.
    RoomClosed,
    /// Nothing to repeat or to delete: no message of this id, or at this place, is in the log.
    NoSuchMessage,
    /// The message is in the log, but its entry is damaged.
    Damaged,
    /// The log could not commit; it may later.
    Unavailable,
}

/// The log could not be read; it may later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unavailable;

/// What is in the log when the server starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    pub epoch: Epoch,
    pub rooms: Vec<LoadedRoom>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedRoom {
    pub room: RoomId,
    pub head: Seq,
    pub state: RoomState,
}
