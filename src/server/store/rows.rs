//! How rows are read back as what they were.

use std::collections::HashMap;

use rusqlite::types::Type;
use rusqlite::{Connection, Row};

use crate::log::{LoadedRoom, Member};
use crate::protocol::{Entry, Epoch, InvalidId, RoomId, Seq, User};

/// The columns that [`entry`] reads, in this order.
pub const ENTRY: &str = "seq, at, by_id, by_name, kind";

/// A room as the writer needs it.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The room's number in other tables.
    pub number: i64,
    pub head: Seq,
}

pub fn entry(room: &RoomId, row: &Row) -> rusqlite::Result<Entry> {
    let kind: String = row.get(4)?;
    Ok(Entry {
        room: room.clone(),
        seq: unsigned(row, 0)?,
        at: unsigned(row, 1)?,
        by: User { id: id(row, 2)?, name: row.get(3)? },
        kind: serde_json::from_str(&kind).map_err(|error| broken(4, error))?,
    })
}

pub fn epoch(db: &Connection) -> rusqlite::Result<Epoch> {
    db.query_row("SELECT value FROM meta WHERE key = 'epoch'", [], |row| id(row, 0))
}

pub fn places(db: &Connection) -> rusqlite::Result<HashMap<RoomId, Place>> {
    let mut statement =
        db.prepare("SELECT id, number, (SELECT coalesce(max(seq), 0) FROM entries WHERE room = number) FROM rooms")?;
    let place = |row: &Row| Ok((id(row, 0)?, Place { number: row.get(1)?, head: unsigned(row, 2)? }));
    statement.query_map([], place)?.collect()
}

pub fn rooms(db: &Connection) -> rusqlite::Result<Vec<LoadedRoom>> {
    let mut statement = db.prepare("SELECT name FROM rooms WHERE id = ?")?;
    let places = places(db)?;
    let load = |(room, place): (RoomId, Place)| {
        let name = statement.query_row([room.as_str()], |row| row.get(0))?;
        Ok(LoadedRoom { room, name, head: place.head, members: members(db, place)? })
    };
    places.into_iter().map(load).collect()
}

fn members(db: &Connection, place: Place) -> rusqlite::Result<Vec<Member>> {
    let mut statement = db.prepare_cached("SELECT user, name FROM members WHERE room = ?")?;
    let member = |row: &Row| Ok(Member { user: User { id: id(row, 0)?, name: row.get(1)? }, read: place.head });
    statement.query_map([place.number], member)?.collect()
}

fn id<T: TryFrom<String, Error = InvalidId>>(row: &Row, column: usize) -> rusqlite::Result<T> {
    T::try_from(row.get(column)?).map_err(|error| broken(column, error))
}

/// SQLite has signed numbers only; ours are never negative.
fn unsigned(row: &Row, column: usize) -> rusqlite::Result<u64> {
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
