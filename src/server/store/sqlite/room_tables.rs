//! What a room has come to be by its entries, in tables: a start reads these and not the entries, which are many.

mod apply;
mod load;

use rusqlite::{OptionalExtension, Params, Transaction, params};

pub use load::load;

use super::checksum::checksum_of;
use super::{remains, rows};
use crate::protocol::{EntryKind, RoomId, Seq, UserId, encode};

/// The tables of one room, in a commit.
pub struct RoomTables<'t> {
    transaction: &'t Transaction<'t>,
    /// The room's number.
    room: i64,
}

impl<'t> RoomTables<'t> {
    pub fn new(transaction: &'t Transaction<'t>, room: i64) -> Self {
        Self { transaction, room }
    }

    /// Moves a member's read mark, forward only.
    pub fn mark_read(&self, user: &UserId, seq: Seq) -> rusqlite::Result<()> {
        let parameters = params![self.room, user.as_str(), rows::signed(seq)];
        let has_moved =
            self.run("UPDATE members SET read = ?3 WHERE room = ?1 AND user = ?2 AND read < ?3", parameters)? > 0;
        if has_moved {
            self.run("DELETE FROM mentions WHERE room = ? AND user = ? AND seq <= ?", parameters)?;
        }
        Ok(())
    }

    /// Takes out what a message said. False if there is none at this place.
    pub fn erase(&self, room: &RoomId, seq: Seq) -> rusqlite::Result<bool> {
        let place = params![self.room, rows::signed(seq)];
        let sql = format!("SELECT {} FROM entries WHERE room = ? AND seq = ?", rows::ENTRY);
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let Some(mut entry) = statement.query_row(place, |row| rows::entry(room, row)).optional()? else {
            return Ok(false);
        };
        let EntryKind::Message { mentions, .. } = &entry.kind else { return Ok(false) };
        for user in mentions {
            let mention = params![self.room, user.as_str(), rows::signed(seq)];
            self.run("DELETE FROM mentions WHERE room = ? AND user = ? AND seq = ?", mention)?;
        }
        entry.erase();
        let kind = encode(&entry.kind);
        let erased = params![self.room, rows::signed(seq), kind, checksum_of(&entry, &kind)];
        self.run("UPDATE entries SET kind = ?3, checksum = ?4 WHERE room = ?1 AND seq = ?2", erased)?;
        remains::note(self.transaction)?;
        Ok(true)
    }

    /// How many rows it changes.
    fn run(&self, sql: &str, parameters: impl Params) -> rusqlite::Result<usize> {
        self.transaction.prepare_cached(sql)?.execute(parameters)
    }
}
