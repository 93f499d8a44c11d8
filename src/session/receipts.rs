//! What the server is to know of what has arrived and what was read. Both are cumulative, so the newest says it all.

use std::collections::{BTreeMap, BTreeSet};

use crate::protocol::limits::{ACK_AFTER_MS, ACK_EVERY_ENTRIES, READ_EVERY_MS};
use crate::protocol::{ClientFrame, RoomId};

use super::timeline::Timeline;

#[derive(Debug, Default)]
pub struct Receipts {
    /// Rooms of which something came since the last ack.
    unacked: BTreeSet<RoomId>,
    entries: u32,
    ack_at: Option<u64>,
    /// Rooms of which the person has read more than the server knows.
    unread: BTreeSet<RoomId>,
    read_told_at: Option<u64>,
}

impl Receipts {
    /// An entry has come, for the first time or again: if it came again, the last ack may not have arrived.
    pub fn arrived(&mut self, now_ms: u64, room: &RoomId) {
        if !self.unacked.contains(room) {
            self.unacked.insert(room.clone());
        }
        self.entries += 1;
        let wait_ms = if self.entries >= ACK_EVERY_ENTRIES { 0 } else { ACK_AFTER_MS };
        self.ack_at = Some(self.ack_at.map_or(now_ms + wait_ms, |at| at.min(now_ms + wait_ms)));
    }

    pub fn read(&mut self, room: &RoomId) {
        self.unread.insert(room.clone());
    }

    /// What was read is told without waiting for its second.
    pub fn hurry(&mut self) {
        self.read_told_at = None;
    }

    pub fn link_lost(&mut self) {
        *self = Self { read_told_at: self.read_told_at, ..Self::default() };
    }

    pub fn next_timeout(&self) -> Option<u64> {
        [self.ack_at, self.read_at()].into_iter().flatten().min()
    }

    /// The frames that are due now.
    pub fn take_due(&mut self, now_ms: u64, rooms: &mut BTreeMap<RoomId, Timeline>) -> Vec<ClientFrame> {
        let mut frames = Vec::new();
        if self.ack_at.is_some_and(|at| at <= now_ms) {
            self.ack_at = None;
            self.entries = 0;
            let cursor = |room: RoomId| {
                let cursor = rooms.get(&room).filter(|timeline| timeline.joined)?.cursor()?;
                Some((room, cursor))
            };
            let mut cursors = BTreeMap::new();
            cursors.extend(std::mem::take(&mut self.unacked).into_iter().filter_map(cursor));
            if !cursors.is_empty() {
                frames.push(ClientFrame::Ack { cursors });
            }
        }
        if self.read_at().is_some_and(|at| at <= now_ms) {
            for room in std::mem::take(&mut self.unread) {
                if let Some(timeline) = rooms.get_mut(&room).filter(|timeline| timeline.joined)
                    && timeline.read > timeline.read_told
                {
                    timeline.read_told = timeline.read;
                    self.read_told_at = Some(now_ms);
                    frames.push(ClientFrame::Read { room, seq: timeline.read });
                }
            }
        }
        frames
    }

    fn read_at(&self) -> Option<u64> {
        let earliest = self.read_told_at.map_or(0, |at| at + READ_EVERY_MS);
        (!self.unread.is_empty()).then_some(earliest)
    }
}
