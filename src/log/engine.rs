use std::error::Error;
use std::fmt;

use super::{AppendError, Appended, Batch, Loaded, Page, PageRange};
use crate::protocol::RoomId;

/// Where the log is kept. One thing writes, and readers beside it never wait for a commit.
///
/// The rules, which `log/conformance.rs` tests:
///
/// - `commit` returns once the whole batch is durable. On an error nothing of it is in the log, and the engine can be
///   used again: it recovers by itself when the cause has gone. An empty batch tells whether it has.
/// - Each room has dense seqs from 1, in the order of the appends.
/// - A message with the room, person and id of an earlier one, also in the same batch, is answered with the first one.
/// - An append that breaks a rule is answered with its [`AppendError`] and harms no other.
/// - What a room has come to be by its entries is what [`RoomState::apply`] makes of them, also after a restart. Read
///   marks move forward only, never beyond the head, and are kept for members alone.
/// - `Deleted` erases the message at its place for good: whatever is read after that has [`Erased`] there, and a repeat
///   of the message is answered with its place. Where there is no message, nothing is appended.
/// - After `Closed` there is nothing to read of its room, itself included, and nothing can be appended to it. Its id and
///   its head stay.
/// - An entry that was damaged is never given out as if it were fine: a page has [`Damaged`] in its place, and a
///   repeat of it is [`AppendError::Damaged`].
///
/// [`Damaged`]: crate::protocol::EntryKind::Damaged
/// [`Erased`]: crate::protocol::EntryKind::Erased
/// [`RoomState::apply`]: super::RoomState::apply
pub trait Engine: Send {
    type Reader: Reader;

    /// Everything that a server needs to know to go on.
    fn load(&mut self) -> Result<Loaded, EngineError>;

    /// Commits all or nothing. The answers are those to `batch.appends`, in order.
    fn commit(&mut self, batch: Batch) -> Result<Vec<Result<Appended, AppendError>>, EngineError>;

    /// Reads beside the writer, on whatever thread.
    fn reader(&self) -> Result<Self::Reader, EngineError>;
}

pub trait Reader: Send {
    /// At most `limit` entries, and at most `limits::PAGE_BYTES_MAX` of their JSON unless one alone is larger.
    fn page(&mut self, room: &RoomId, range: PageRange, limit: usize) -> Result<Page, EngineError>;
}

/// Why an engine could not do it, in words for the server's log.
#[derive(Debug)]
pub struct EngineError(Box<dyn Error + Send + Sync>);

impl EngineError {
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for EngineError {}
