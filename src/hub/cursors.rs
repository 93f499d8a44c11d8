use crate::protocol::{RoomId, Seq};

/// How far a connection has come in a room's log.
#[derive(Debug, Clone, Copy)]
pub struct Cursor {
    /// The last seq it was sent. An ack that fails to come moves it back.
    pub sent: Seq,
    /// The last seq that it was ever sent.
    pub furthest: Seq,
    /// The last seq that the client has said it has.
    pub acked: Seq,
    /// By when there has to be progress, while there is something to be acked.
    pub ack_due_at: Option<u64>,
    /// Resends since the last progress.
    pub resends: u32,
    /// Many entries that were sent as one, and count as one: the first and the last of them.
    pub run: (Seq, Seq),
}

impl Cursor {
    pub fn at(seq: Seq) -> Self {
        Self { sent: seq, furthest: seq, acked: seq, ack_due_at: None, resends: 0, run: (0, 0) }
    }

    /// How many it was sent and has not acked.
    pub fn unacked(&self) -> u64 {
        self.sent - self.acked - self.run_unacked().saturating_sub(1)
    }

    /// All up to here is on its way.
    pub fn send(&mut self, seq: Seq) {
        if self.run.1 > self.sent {
            // It is sent again, and perhaps one by one.
            self.run = (0, 0);
        }
        // While another run is on its way, this one counts by its entries.
        if seq > self.sent + 1 && self.run_unacked() == 0 {
            self.run = (self.sent + 1, seq);
        }
        self.sent = seq;
        self.furthest = self.furthest.max(seq);
    }

    fn run_unacked(&self) -> u64 {
        let (first, last) = self.run;
        last.min(self.sent).saturating_sub(self.acked.max(first.saturating_sub(1)))
    }
}

/// The cursors of one connection, sorted by room. Most connections are in few rooms and there are many of them, so this
/// is a list without a place to spare.
#[derive(Debug, Default)]
pub struct Cursors(Vec<(RoomId, Cursor)>);

impl Cursors {
    pub fn contains(&self, room: &RoomId) -> bool {
        self.find(room).is_ok()
    }

    pub fn get(&self, room: &RoomId) -> Option<&Cursor> {
        self.find(room).ok().map(|at| &self.0[at].1)
    }

    pub fn get_mut(&mut self, room: &RoomId) -> Option<&mut Cursor> {
        self.find(room).ok().map(|at| &mut self.0[at].1)
    }

    pub fn insert(&mut self, room: &RoomId, cursor: Cursor) {
        match self.find(room) {
            Ok(at) => self.0[at].1 = cursor,
            Err(at) => {
                self.0.reserve_exact(1);
                self.0.insert(at, (room.clone(), cursor));
            }
        }
    }

    pub fn remove(&mut self, room: &RoomId) -> Option<Cursor> {
        self.find(room).ok().map(|at| self.0.remove(at).1)
    }

    pub fn rooms(&self) -> impl Iterator<Item = &RoomId> {
        self.0.iter().map(|(room, _)| room)
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&RoomId, &mut Cursor)> {
        self.0.iter_mut().map(|(room, cursor)| (&*room, cursor))
    }

    /// By when the first of them has to move.
    pub fn ack_due_at(&self) -> Option<u64> {
        self.0.iter().filter_map(|(_, cursor)| cursor.ack_due_at).min()
    }

    fn find(&self, room: &RoomId) -> Result<usize, usize> {
        // The room's own id is in most cases the one that is asked for, and then nothing of its text need be read.
        if let [(first, _), ..] = &*self.0
            && first.is_same(room)
        {
            return Ok(0);
        }
        self.0.binary_search_by(|(known, _)| known.cmp(room))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_that_are_sent_as_one_count_as_one_and_by_themselves_when_they_are_sent_again_so() {
        let mut cursor = Cursor::at(100);
        cursor.send(120);
        assert_eq!(cursor.unacked(), 1);
        cursor.send(121);
        assert_eq!(cursor.unacked(), 2);
        cursor.send(150);
        assert_eq!(cursor.unacked(), 31, "only one run at a time is remembered");
        cursor.acked = 115;
        assert_eq!(cursor.unacked(), 31);
        cursor.sent = 115;
        (116..=120).for_each(|seq| cursor.send(seq));
        assert_eq!(cursor.unacked(), 5);
        cursor.acked = 120;
        cursor.send(140);
        assert_eq!((cursor.unacked(), cursor.run), (1, (121, 140)));
    }
}
