//! How rows are read back as what they were.

use std::collections::{BTreeMap, HashMap};

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row};

use super::checksum::{Stored, checksum};
use crate::log::{LoadedRoom, Member, RoomState, damaged};
use crate::protocol::{Entry, Epoch, InvalidId, Role, RoomId, Seq, User, UserId};

/// The columns that [`entry`] reads, in this order.
pub const ENTRY: &str = "seq, at, by_id, by_name, kind, checksum";

/// A room as the writer needs it.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The room's number in other tables.
    pub number: i64,
    pub head: Seq,
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
        kind: serde_json::from_slice(stored.kind).ok()?,
    })
}

pub fn epoch(db: &Connection) -> rusqlite::Result<Epoch> {
    db.query_row("SELECT value FROM meta WHERE key = 'epoch'", [], |row| id(row, 0))
}

/// Looks at the last entry of every room and not at the others, which are many.
pub fn places(db: &Connection) -> rusqlite::Result<HashMap<RoomId, Place>> {
    let mut statement =
        db.prepare("SELECT id, number, (SELECT coalesce(max(seq), 0) FROM entries WHERE room = number) FROM rooms")?;
    let place = |row: &Row| Ok((id(row, 0)?, Place { number: row.get(1)?, head: unsigned(row, 2)? }));
    statement.query_map([], place)?.collect()
}

pub fn place(db: &Connection, room: &RoomId) -> rusqlite::Result<Option<Place>> {
    let mut statement = db.prepare_cached(
        "SELECT number, (SELECT coalesce(max(seq), 0) FROM entries WHERE room = number) FROM rooms WHERE id = ?",
    )?;
    statement.query_row([room.as_str()], |row| Ok(Place { number: row.get(0)?, head: unsigned(row, 1)? })).optional()
}

pub fn rooms(db: &Connection) -> rusqlite::Result<Vec<LoadedRoom>> {
    let mut statement = db.prepare("SELECT name FROM rooms WHERE number = ?")?;
    let load = |(room, place): (RoomId, Place)| {
        let name = statement.query_row([place.number], |row| row.get(0))?;
        let state = RoomState { name, members: members(db, place.number)?, ..RoomState::default() };
        Ok(LoadedRoom { room, head: place.head, state })
    };
    places(db)?.into_iter().map(load).collect()
}

fn members(db: &Connection, room: i64) -> rusqlite::Result<BTreeMap<UserId, Member>> {
    let mut statement = db.prepare_cached("SELECT user, name, read FROM members WHERE room = ?")?;
    let member = |row: &Row| {
        let (role, joined, mentions) = (Role::Member, 0, vec![]);
        Ok((id(row, 0)?, Member { name: row.get(1)?, role, joined, read: unsigned(row, 2)?, mentions }))
    };
    statement.query_map([room], member)?.collect()
}

pub fn id<T: TryFrom<String, Error = InvalidId>>(row: &Row, column: usize) -> rusqlite::Result<T> {
    T::try_from(row.get(column)?).map_err(|error| broken(column, error))
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
