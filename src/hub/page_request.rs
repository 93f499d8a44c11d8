//! What the hub asks the log to read. How the log keeps it is the engine's.

use super::ConnId;
use crate::log::PageRange;
use crate::protocol::RoomId;

/// Entries of a room for a connection, to replay or as history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    pub conn: ConnId,
    pub room: RoomId,
    pub range: PageRange,
    pub limit: usize,
}
