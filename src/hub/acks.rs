//! Whether entries arrive: the client acks its cursors, and what is not acked in time is sent again from the last ack.
//!
//! TCP delivers what a socket has taken, or breaks. Acks notice the rest: a client, a proxy or a bug that lost an entry
//! on the way, and a client that lives but does not listen. Each room is watched by itself, so that a busy one does not
//! hide that the last entry of a quiet one is missing.

use std::collections::BTreeMap;

use super::conn::Conn;
use super::cursors::Cursor;
use super::{ConnId, Hub, Now, Timer, Timers};
use crate::protocol::limits::{ACK_WITHIN_MS, RESENDS_MAX};
use crate::protocol::{CloseCode, RoomId, Seq};

/// What one connection was sent and has not acked, in all its rooms.
#[derive(Debug, Default)]
pub struct Acks {
    pub unacked: u64,
    /// There is one timer at most; it looks at all cursors and sets itself anew.
    has_timer: bool,
}

impl Cursor {
    fn unacked(&self) -> u64 {
        self.sent - self.acked
    }

    /// Whether this acks anything that was not acked before.
    fn ack(&mut self, seq: Seq, now_ms: u64) -> bool {
        // Nobody has what was never sent; and an old ack takes back no newer one.
        let acked = seq.min(self.furthest);
        let is_progress = acked > self.acked;
        if is_progress {
            self.acked = acked;
            // What is to be sent again need not be, if it has arrived after all.
            self.sent = self.sent.max(acked);
            self.resends = 0;
            self.ack_due_at = (self.unacked() > 0).then_some(now_ms + ACK_WITHIN_MS);
        }
        is_progress
    }

    fn is_overdue(&self, now_ms: u64) -> bool {
        self.ack_due_at.is_some_and(|due_at| due_at <= now_ms)
    }
}

impl Hub {
    pub(super) fn acked(&mut self, now: Now, conn: ConnId, cursors: &BTreeMap<RoomId, Seq>) {
        let Some(state) = self.conns.get_mut(&conn) else { return };
        let mut is_progress = false;
        for (room, seq) in cursors {
            let Some(cursor) = state.cursors.get_mut(room) else { continue };
            let before = *cursor;
            is_progress |= cursor.ack(*seq, now.mono_ms);
            state.acks.unacked = state.acks.unacked + cursor.unacked() - before.unacked();
            if cursor.sent > before.sent {
                // A page that is being read begins too early now.
                state.drop_replay(room);
            }
        }
        if is_progress {
            // The more comes, the more there is to ack. That is no flood, for there is no more of it than was sent.
            state.limiter.give_back();
        }
    }

    /// An entry was sent: its ack is due in time, if none is due already.
    pub(super) fn await_ack(&mut self, now: Now, conn: ConnId, room: &RoomId) {
        let Some(state) = self.conns.get_mut(&conn) else { return };
        state.await_ack(now, room);
        state.set_ack_timer(conn, &mut self.timers);
    }

    pub(super) fn check_acks(&mut self, now: Now, conn: ConnId) {
        let Some(state) = self.conns.get_mut(&conn) else { return };
        state.acks.has_timer = false;
        let is_slow = !state.has_taken_everything();
        let (mut lost, mut is_dead) = (Vec::new(), false);
        for (room, cursor) in state.cursors.iter_mut().filter(|(_, cursor)| cursor.is_overdue(now.mono_ms)) {
            if is_slow {
                // What it cannot take it cannot ack. Sending more would make it slower.
                cursor.ack_due_at = Some(now.mono_ms + ACK_WITHIN_MS);
            } else if cursor.resends >= RESENDS_MAX {
                is_dead = true;
            } else {
                state.acks.unacked -= cursor.unacked();
                *cursor = Cursor { sent: cursor.acked, ack_due_at: None, resends: cursor.resends + 1, ..*cursor };
                lost.push(room.clone());
            }
        }
        if is_dead {
            return self.close(now, conn, CloseCode::Unacked);
        }
        for room in lost {
            state.drop_replay(&room);
            state.fall_behind(&room);
        }
        self.pump(now, conn);
        if let Some(state) = self.conns.get_mut(&conn) {
            state.set_ack_timer(conn, &mut self.timers);
        }
    }
}

impl Conn {
    /// An entry of this room is to be acked in time, if none is already.
    pub(super) fn await_ack(&mut self, now: Now, room: &RoomId) {
        if let Some(cursor) = self.cursors.get_mut(room) {
            cursor.ack_due_at.get_or_insert(now.mono_ms + ACK_WITHIN_MS);
        }
    }

    pub(super) fn set_ack_timer(&mut self, conn: ConnId, timers: &mut Timers) {
        if self.acks.has_timer {
            return;
        }
        if let Some(due_at) = self.cursors.ack_due_at() {
            self.acks.has_timer = true;
            timers.insert((due_at, Timer::Ack(conn)));
        }
    }
}
