//! What the hub asks of the log, and what it is told. The log itself, its order and its disk are the shell's.

use super::ConnId;
use crate::protocol::{Entry, EntryKind, RoomId, Seq, User};

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
    /// The log could not commit; it may later.
    Unavailable,
}

/// The log could not be read; it may later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unavailable;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageRange {
    /// The first entries with a seq above this one.
    After(Seq),
    /// The last entries with a seq below this one.
    Before(Seq),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    pub conn: ConnId,
    pub room: RoomId,
    pub range: PageRange,
    /// At most this many entries, and at most `limits::PAGE_BYTES_MAX` of their JSON unless one alone is larger.
    pub limit: usize,
}

/// Entries in order of seq, without holes: what the page leaves out lies beyond its far end, never inside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    pub entries: Vec<Entry>,
}

/// A room as the log has it when the server starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedRoom {
    pub room: RoomId,
    pub name: String,
    pub head: Seq,
    pub members: Vec<User>,
}
