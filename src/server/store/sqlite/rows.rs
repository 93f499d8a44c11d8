//! How rows are read back as what they were.

use std::collections::HashMap;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::checksum::{Stored, checksum};
use crate::log::damaged;
use crate::protocol::{Entry, EntryKind, Epoch, InvalidId, RoomId, Seq, User, encode};

/// The columns that [`entry`] reads, in this order.
pub const ENTRY: &str = "seq, at, by_id, by_name, kind, checksum";

/// The columns of `rooms` that [`place`] reads, in this order. A deleted room has no entries to count.
pub const PLACE: &str =
    "number, coalesce(closed, (SELECT max(seq) FROM entries WHERE room = number), 0), closed IS NOT NULL";

/// A room as the writer needs it.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The room's number in other tables.
    pub number: i64,
    pub head: Seq,
    pub is_closed: bool,
}

/// The entry of a row, or what stands in its place if the row is not as it was written. Fails only where the seq
/// cannot be told, or the database cannot be read.
pub fn entry(room: &RoomId, row: &Row) -> rusqlite::Result<Entry> {
    let seq = unsigned(row, 0)?;
    Ok(intact(room, seq, row).unwrap_or_else(|| damaged(room, seq)))
}

fn intact(room: &RoomId, seq: Seq, row: &Row) -> Option<Entry> {
    let text = |column| row.get_ref(column).ok()?.as_bytes().ok();
    let stored = Stored { seq, at: unsigned(row, 1).ok()?, by_id: text(2)?, by_name: text(3)?, kind: text(4)? };
    if row.get::<_, u32>(5).ok()? != checksum(room, &stored) {
        return None;
    }
    Some(Entry {
        room: room.clone(),
        seq,
        at: stored.at,
        by: User { id: id(row, 2).ok()?, name: row.get(3).ok()? },
        kind: EntryKind::read(str::from_utf8(stored.kind).ok()?).ok()?,
    })
}

pub fn epoch(db: &Connection) -> rusqlite::Result<Epoch> {
    db.query_row("SELECT value FROM meta WHERE key = 'epoch'", [], |row| id(row, 0))
}

/// Looks at the last entry of every room and not at the others, which are many.
pub fn places(db: &Connection) -> rusqlite::Result<HashMap<RoomId, Place>> {
    let mut statement = db.prepare(&format!("SELECT {PLACE}, id FROM rooms"))?;
    statement.query_map([], |row| Ok((id(row, 3)?, place(row)?)))?.collect()
}

pub fn place_of(db: &Connection, room: &RoomId) -> rusqlite::Result<Option<Place>> {
    let mut statement = db.prepare_cached(&format!("SELECT {PLACE} FROM rooms WHERE id = ?"))?;
    statement.query_row([room.as_str()], place).optional()
}

/// Of a row that begins with the columns of [`PLACE`].
pub fn place(row: &Row) -> rusqlite::Result<Place> {
    Ok(Place { number: row.get(0)?, head: unsigned(row, 1)?, is_closed: row.get(2)? })
}

pub fn id<T: TryFrom<String, Error = InvalidId>>(row: &Row, column: usize) -> rusqlite::Result<T> {
    T::try_from(row.get(column)?).map_err(|error| broken(column, error))
}

pub fn optional_unsigned(row: &Row, column: usize) -> rusqlite::Result<Option<u64>> {
    let number: Option<i64> = row.get(column)?;
    number.map(u64::try_from).transpose().map_err(|error| broken(column, error))
}

/// What the wire calls it is what it is called in a table.
pub fn word(value: &impl Serialize) -> String {
    encode(value).trim_matches('"').into()
}

pub fn from_word<T: DeserializeOwned>(row: &Row, column: usize) -> rusqlite::Result<T> {
    let word: String = row.get(column)?;
    serde_json::from_value(word.into()).map_err(|error| broken(column, error))
}

/// SQLite has signed numbers only; ours are never negative.
pub fn unsigned(row: &Row, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|error| broken(column, error))
}

/// And none of ours reaches beyond them, unless a client makes it up.
pub fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn broken(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}
