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
        self.0.binary_search_by(|(known, _)| known.cmp(room))
    }
}
