use std::collections::hash_map::Entry as Slot;

use rusqlite::{CachedStatement, OptionalExtension, Transaction, params};

use super::Places;
use super::checksum::checksum_of;
use super::room_tables::RoomTables;
use super::rows::{self, Place};
use crate::log::{Append, AppendError, Appended, Batch, ReadMark};
use crate::protocol::{Entry, EntryKind, MessageId, RoomId, encode};

type Answer = Result<Appended, AppendError>;

/// Does what one commit is to do.
pub struct Appender<'t> {
    transaction: &'t Transaction<'t>,
    insert: CachedStatement<'t>,
    first: CachedStatement<'t>,
}

impl<'t> Appender<'t> {
    pub fn new(transaction: &'t Transaction<'t>) -> rusqlite::Result<Self> {
        let insert = transaction.prepare_cached(
            "INSERT INTO entries (room, seq, at, by_id, by_name, message, kind, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (message, room, by_id) WHERE message IS NOT NULL DO NOTHING",
        )?;
        let first = transaction.prepare_cached(&format!(
            "SELECT {} FROM entries WHERE room = ? AND by_id = ? AND message = ?",
            rows::ENTRY
        ))?;
        Ok(Self { transaction, insert, first })
    }

    /// Fails if the database does. An append that breaks a rule of the log harms no other.
    pub fn take_all(mut self, batch: Batch, places: &mut Places) -> rusqlite::Result<Vec<Answer>> {
        let answers: Vec<_> =
            batch.appends.into_iter().map(|append| self.append(places, append)).collect::<rusqlite::Result<_>>()?;
        for mark in batch.reads {
            self.mark_read(places, &mark)?;
        }
        Ok(answers)
    }

    fn append(&mut self, places: &mut Places, append: Append) -> rusqlite::Result<Answer> {
        if let EntryKind::Created { name, .. } = &append.kind {
            match places.entry(append.room.clone()) {
                Slot::Occupied(_) => return Ok(Err(AppendError::RoomExists)),
                Slot::Vacant(slot) => slot.insert(self.make_room(&append.room, name)?),
            };
        }
        let Some(place) = places.get_mut(&append.room) else { return Ok(Err(AppendError::NoSuchRoom)) };
        if place.is_closed {
            return Ok(Err(AppendError::RoomClosed));
        }
        let Append { room, at, by, kind, repeat_only, secret, .. } = append;
        let entry = Entry { room, seq: place.head + 1, at, by, kind };
        if repeat_only {
            return self.repeat(place.number, &entry, AppendError::NoSuchMessage);
        }
        let tables = RoomTables::new(self.transaction, place.number);
        if let EntryKind::Deleted { seq } = &entry.kind
            && !tables.erase(&entry.room, *seq)?
        {
            return Ok(Err(AppendError::NoSuchMessage));
        }
        if !self.insert(place.number, &entry)? {
            // Its id is known, so if it is not found its entry is lost.
            return self.repeat(place.number, &entry, AppendError::Damaged);
        }
        place.head = entry.seq;
        place.is_closed = entry.kind == EntryKind::Closed;
        tables.apply(&entry, secret.as_ref())?;
        Ok(Ok(Appended { entry, new: true }))
    }

    fn make_room(&self, room: &RoomId, name: &str) -> rusqlite::Result<Place> {
        self.transaction
            .prepare_cached("INSERT INTO rooms (id, name) VALUES (?, ?)")?
            .execute([room.as_str(), name])?;
        Ok(Place { number: self.transaction.last_insert_rowid(), head: 0, is_closed: false })
    }

    /// False for a message that is in the log already.
    fn insert(&mut self, room: i64, entry: &Entry) -> rusqlite::Result<bool> {
        let (by_id, by_name, kind) = (entry.by.id.as_str(), entry.by.name.as_str(), encode(&entry.kind));
        let sum = checksum_of(entry, &kind);
        let (seq, at, message) =
            (rows::signed(entry.seq), rows::signed(entry.at), entry.message_id().map(MessageId::as_str));
        self.insert.execute(params![room, seq, at, by_id, by_name, message, kind, sum]).map(|inserted| inserted == 1)
    }

    /// The entry that a message has in the log.
    fn repeat(&mut self, room: i64, again: &Entry, absent: AppendError) -> rusqlite::Result<Answer> {
        let parameters = params![room, again.by.id.as_str(), again.message_id().map(MessageId::as_str)];
        let first = self.first.query_row(parameters, |row| rows::entry(&again.room, row)).optional()?;
        Ok(match first {
            Some(entry) if entry.kind == EntryKind::Damaged => {
                tracing::error!(room = %again.room, seq = entry.seq, "a message sent again is damaged on disk");
                Err(AppendError::Damaged)
            }
            Some(entry) => Ok(Appended { entry, new: false }),
            None => Err(absent),
        })
    }

    fn mark_read(&self, places: &Places, mark: &ReadMark) -> rusqlite::Result<()> {
        let Some(place) = places.get(&mark.room) else { return Ok(()) };
        RoomTables::new(self.transaction, place.number).mark_read(&mark.user, mark.seq.min(place.head))
    }
}
