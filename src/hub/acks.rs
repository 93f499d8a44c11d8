//! Whether entries arrive: the client acks its cursors, and what is not acked in time is sent again from the last ack.
//!
//! TCP delivers what a socket has taken, or breaks. Acks notice the rest: a client, a proxy or a bug that lost an entry
//! on the way, and a client that lives but does not listen.

use std::collections::BTreeMap;

use super::{ConnId, Hub, Now, Timer};
use crate::protocol::limits::{ACK_WITHIN_MS, RESENDS_MAX};
use crate::protocol::{CloseCode, RoomId, Seq};

/// What one connection was sent and has not acked, in all its rooms.
#[derive(Debug, Default)]
pub struct Acks {
    pub unacked: u64,
    /// By when there has to be progress. Moved on by every ack that brings some.
    due_at: Option<u64>,
    /// Resends since the last progress.
    resends: u32,
    /// There is one timer at most; it looks at `due_at` and sets itself anew.
    has_timer: bool,
}

impl Hub {
    pub(super) fn acked(&mut self, now: Now, conn: ConnId, cursors: &BTreeMap<RoomId, Seq>) {
        let Some(state) = self.conns.get_mut(&conn) else { return };
        let mut progress = 0;
        for (room, seq) in cursors {
            if let Some(cursor) = state.cursors.get_mut(room) {
                // Nobody has what was not sent; and an old ack takes back no newer one.
                let acked = (*seq).clamp(cursor.acked, cursor.sent.max(cursor.acked));
                progress += acked - cursor.acked;
                cursor.acked = acked;
            }
        }
        if progress > 0 {
            state.acks.unacked -= progress;
            state.acks.resends = 0;
            state.acks.due_at = (state.acks.unacked > 0).then_some(now.mono_ms + ACK_WITHIN_MS);
        }
    }

    /// An entry was sent: its ack is due in time, if none is due already.
    pub(super) fn await_ack(&mut self, now: Now, conn: ConnId) {
        let Some(state) = self.conns.get_mut(&conn) else { return };
        let due_at = *state.acks.due_at.get_or_insert(now.mono_ms + ACK_WITHIN_MS);
        if !std::mem::replace(&mut state.acks.has_timer, true) {
            self.timers.insert((due_at, Timer::Ack(conn)));
        }
    }

    pub(super) fn check_acks(&mut self, now: Now, conn: ConnId) {
        let Some(state) = self.conns.get_mut(&conn) else { return };
        state.acks.has_timer = false;
        let Some(due_at) = state.acks.due_at else { return };
        if due_at > now.mono_ms {
            return self.set_ack_timer(conn, due_at);
        }
        if !state.has_taken_everything() {
            // It is slow, and what it cannot take it cannot ack. Sending more would make it slower.
            state.acks.due_at = Some(now.mono_ms + ACK_WITHIN_MS);
            return self.set_ack_timer(conn, now.mono_ms + ACK_WITHIN_MS);
        }
        if state.acks.resends >= RESENDS_MAX {
            return self.close(now, conn, CloseCode::Unacked);
        }
        state.acks.resends += 1;
        state.acks.due_at = None;
        state.acks.unacked = 0;
        let mut lost = Vec::new();
        for (room, cursor) in &mut state.cursors {
            if cursor.sent > cursor.acked {
                cursor.sent = cursor.acked;
                lost.push(room.clone());
            }
        }
        for room in lost {
            state.drop_replay(&room);
            state.fall_behind(&room);
        }
        self.pump(now, conn);
    }

    fn set_ack_timer(&mut self, conn: ConnId, at: u64) {
        if let Some(state) = self.conns.get_mut(&conn) {
            state.acks.has_timer = true;
            self.timers.insert((at, Timer::Ack(conn)));
        }
    }
}
