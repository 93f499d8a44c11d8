use std::collections::BTreeSet;

use super::ConnId;
use super::limiter::Limiter;
use crate::protocol::RoomId;
use crate::protocol::limits::{
    CREATES_BURST, CREATES_PER_MINUTE, MEMBERSHIPS_BURST, MEMBERSHIPS_PER_SECOND, MESSAGES_BURST, MESSAGES_PER_SECOND,
};

/// Somebody who is connected, was so a moment ago, or is a member of a room.
#[derive(Debug)]
pub struct Person {
    /// The name of the last `hello`, or the one in the log.
    pub name: String,
    pub rooms: BTreeSet<RoomId>,
    /// All tabs and devices.
    pub conns: BTreeSet<ConnId>,
    /// Connected, or gone for less than the grace time.
    pub is_online: bool,
    /// When the last connection went.
    pub gone_at: u64,
    pub messages: Limiter,
    pub creates: Limiter,
    /// Joins and leaves, also those that repeat.
    pub memberships: Limiter,
}

impl Person {
    pub fn new(name: String) -> Self {
        Self {
            name,
            rooms: BTreeSet::new(),
            conns: BTreeSet::new(),
            is_online: false,
            gone_at: 0,
            messages: Limiter::per_second(MESSAGES_PER_SECOND, MESSAGES_BURST),
            creates: Limiter::per_minute(CREATES_PER_MINUTE, CREATES_BURST),
            memberships: Limiter::per_second(MEMBERSHIPS_PER_SECOND, MEMBERSHIPS_BURST),
        }
    }
}
