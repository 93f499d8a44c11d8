use std::collections::BTreeSet;

use super::ConnId;
use super::limiter::Limiter;
use crate::protocol::RoomId;
use crate::protocol::limits::{
    CHANGES_BURST, CHANGES_PER_SECOND, CREATES_BURST, CREATES_PER_MINUTE, MEMBERSHIPS_BURST, MEMBERSHIPS_PER_SECOND,
};

/// Somebody who is connected, was so a moment ago, or is a member of a room.
#[derive(Debug)]
pub struct Person {
    /// What they are called, or until they come, what they were called when they joined a room.
    pub name: String,
    pub is_admin: bool,
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
    pub changes: Limiter,
}

impl Person {
    pub fn new(name: String, messages: Limiter) -> Self {
        Self {
            name,
            is_admin: false,
            rooms: BTreeSet::new(),
            conns: BTreeSet::new(),
            is_online: false,
            gone_at: 0,
            messages,
            creates: Limiter::per_minute(CREATES_PER_MINUTE, CREATES_BURST),
            memberships: Limiter::per_second(MEMBERSHIPS_PER_SECOND, MEMBERSHIPS_BURST),
            changes: Limiter::per_second(CHANGES_PER_SECOND, CHANGES_BURST),
        }
    }
}
