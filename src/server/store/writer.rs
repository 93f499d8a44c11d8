use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::fs::File;
use std::time::SystemTime;

use rusqlite::types::Type;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::rows::{self, Place};
use crate::log::{Append, AppendError, Appended, Ticket};
use crate::protocol::{Entry, EntryKind, RoomId, RoomName, Seq, User, UserId};

/// Appends in one commit. More would make those at its end wait longer than the disk needs.
pub const BATCH_MAX: usize = 512;

const FIRST_ROOMS: [&str; 3] = ["General", "Random", "Help"];

type Places = HashMap<RoomId, Place>;

/// Appends to the log. There is one, so that it knows the next seq of every room without asking.
pub struct Writer {
    db: Connection,
    /// Not known at first and after a failure: then it is read from the database.
    places: Option<Places>,
    /// Held for as long as anything can be written.
    _lock: File,
}

impl Writer {
    pub fn new(db: Connection, lock: File) -> Self {
        Self { db, places: None, _lock: lock }
    }

    /// Commits all or, on a failure of the database, none. An append that breaks a rule of the log harms no other.
    pub fn commit(&mut self, batch: Vec<Append>) -> rusqlite::Result<Vec<Result<Appended, AppendError>>> {
        let mut places = match self.places.take() {
            Some(places) => places,
            None => rows::places(&self.db)?,
        };
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut results = Vec::with_capacity(batch.len());
        for append in batch {
            results.push(append_one(&transaction, &mut places, append)?);
        }
        transaction.commit()?;
        self.places = Some(places);
        Ok(results)
    }

    /// Fills an empty log, so that the first visitor finds somewhere to go.
    pub fn make_first_rooms(&mut self) -> rusqlite::Result<()> {
        if !rows::places(&self.db)?.is_empty() {
            return Ok(());
        }
        let at = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_millis() as u64);
        self.commit(FIRST_ROOMS.iter().filter_map(|name| first_room(name, at)).collect()).map(drop)
    }
}

fn first_room(name: &str, at: u64) -> Option<Append> {
    let name = RoomName::parse(name).ok()?;
    let by = User { id: UserId::parse("parlor").ok()?, name: "Parlor".into() };
    let kind = EntryKind::Created { name: name.as_str().into() };
    Some(Append { ticket: Ticket(0), room: name.id().clone(), at, by, kind, repeat_only: false })
}

fn append_one(
    transaction: &Transaction,
    places: &mut Places,
    append: Append,
) -> rusqlite::Result<Result<Appended, AppendError>> {
    let place = match (places.entry(append.room.clone()), &append.kind) {
        (Slot::Occupied(_), EntryKind::Created { .. }) => return Ok(Err(AppendError::RoomExists)),
        (Slot::Occupied(place), _) => place.into_mut(),
        (Slot::Vacant(slot), EntryKind::Created { name }) => {
            transaction
                .prepare_cached("INSERT INTO rooms (id, name) VALUES (?, ?)")?
                .execute(params![append.room.as_str(), name])?;
            slot.insert(Place { number: transaction.last_insert_rowid(), head: 0 })
        }
        (Slot::Vacant(_), _) => return Ok(Err(AppendError::NoSuchRoom)),
    };
    let entry = entry_at(place.head + 1, append);
    if insert(transaction, place.number, &entry)? {
        place.head = entry.seq;
        keep_members(transaction, place.number, &entry)?;
        Ok(Ok(Appended { entry, new: true }))
    } else {
        first_one(transaction, place.number, &entry).map(|entry| Ok(Appended { entry, new: false }))
    }
}

fn entry_at(seq: Seq, append: Append) -> Entry {
    let Append { room, at, by, kind, .. } = append;
    Entry { room, seq, at, by, kind }
}

/// False for a message that is in the log already.
fn insert(transaction: &Transaction, room: i64, entry: &Entry) -> rusqlite::Result<bool> {
    let kind = serde_json::to_string(&entry.kind)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(6, Type::Text, Box::new(error)))?;
    let mut statement = transaction.prepare_cached(
        "INSERT INTO entries (room, seq, at, by_id, by_name, message, kind) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (room, by_id, message) WHERE message IS NOT NULL DO NOTHING",
    )?;
    let (seq, at) = (rows::signed(entry.seq), rows::signed(entry.at));
    statement
        .execute(params![room, seq, at, entry.by.id.as_str(), entry.by.name, message_id(entry), kind])
        .map(|inserted| inserted == 1)
}

fn first_one(transaction: &Transaction, room: i64, again: &Entry) -> rusqlite::Result<Entry> {
    let sql = format!("SELECT {} FROM entries WHERE room = ? AND by_id = ? AND message = ?", rows::ENTRY);
    let parameters = params![room, again.by.id.as_str(), message_id(again)];
    transaction.prepare_cached(&sql)?.query_row(parameters, |row| rows::entry(&again.room, row))
}

fn keep_members(transaction: &Transaction, room: i64, entry: &Entry) -> rusqlite::Result<()> {
    let user = entry.by.id.as_str();
    match entry.kind {
        EntryKind::Joined => transaction
            .prepare_cached("INSERT OR REPLACE INTO members (room, user, name) VALUES (?, ?, ?)")?
            .execute(params![room, user, entry.by.name])?,
        EntryKind::Left => transaction
            .prepare_cached("DELETE FROM members WHERE room = ? AND user = ?")?
            .execute(params![room, user])?,
        EntryKind::Created { .. } | EntryKind::Message { .. } | EntryKind::Damaged | EntryKind::Unknown => 0,
    };
    Ok(())
}

fn message_id(entry: &Entry) -> Option<&str> {
    if let EntryKind::Message { id, .. } = &entry.kind { Some(id.as_str()) } else { None }
}
