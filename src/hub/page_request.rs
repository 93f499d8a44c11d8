//! What the hub asks the log to read. How the log keeps it is the engine's.

use super::ConnId;
use crate::log::{PageRange, Ticket};
use crate::protocol::{RoomId, UserId};

/// Entries of a room for a connection, to replay or as history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    pub conn: ConnId,
    pub room: RoomId,
    pub range: PageRange,
    pub limit: usize,
    pub purpose: PagePurpose,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PagePurpose {
    Replay,
    History,
    /// To find out whose message it is that this person wants to delete.
    Delete {
        ticket: Ticket,
        user: UserId,
    },
}
