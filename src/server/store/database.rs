use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, Transaction, params};

use super::{Loaded, schema};
use crate::hub::{Append, AppendError, Appended, LoadedRoom, Page, PageRange, PageRequest, Ticket};
use crate::protocol::limits::PAGE_BYTES_MAX;
use crate::protocol::{Entry, EntryKind, Epoch, MessageId, RoomId, RoomName, Seq, User, UserId, encode};

/// The rooms of a new server.
const FIRST_ROOMS: [&str; 3] = ["General", "Random", "Help"];

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("cannot write to the data folder {}: {source}. Choose another with --data", .folder.display())]
    Folder { folder: PathBuf, source: io::Error },
    #[error("the data folder {} is in use by another Parlor. Stop that one, or choose another with --data", .0.display())]
    InUse(PathBuf),
    #[error("the database was written by a newer Parlor. Use that version")]
    NewerVersion,
    #[error("the database cannot be opened: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("no random numbers are to be had: {0}")]
    Random(#[from] getrandom::Error),
}

/// The database, as its one writer has it.
pub struct Database {
    connection: Connection,
    file: PathBuf,
    /// Held as long as the database is open. The system releases it however the process ends.
    _lock: File,
}

/// Reads beside the writer, each page from one snapshot.
pub struct Reader {
    connection: Connection,
}

impl Database {
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let lock = lock(folder)?;
        let file = folder.join("parlor.sqlite");
        let mut connection = Connection::open(&file)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let is_new = schema::migrate(&mut connection)?;
        let mut database = Self { connection, file, _lock: lock };
        if is_new {
            database.make_first_rooms()?;
        }
        Ok(database)
    }

    pub fn reader(&self) -> Result<Reader, OpenError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(Reader { connection: Connection::open_with_flags(&self.file, flags)? })
    }

    pub fn load(&mut self) -> Result<Loaded, OpenError> {
        let transaction = self.connection.transaction()?;
        let epoch = transaction.query_row("SELECT epoch FROM meta", [], |row| parsed(row, 0, Epoch::parse))?;
        let mut members = transaction.prepare("SELECT user, name FROM members WHERE room = ?1")?;
        let mut rooms = transaction.prepare("SELECT id, name, head, key FROM rooms ORDER BY key")?;
        let rooms = rooms.query_map([], |row| {
            let members = members.query_map([row.get::<_, i64>(3)?], |row| user(row, 0))?;
            Ok(LoadedRoom {
                room: parsed(row, 0, RoomId::parse)?,
                name: row.get(1)?,
                head: row.get(2)?,
                members: members.collect::<Result<_, _>>()?,
            })
        })?;
        let rooms = rooms.collect::<Result<_, _>>()?;
        Ok(Loaded { epoch, rooms })
    }

    /// Commits all of these in their order, or on an error none of them. Each has its own result: one that makes no
    /// sense does not harm the others.
    pub fn commit(&mut self, batch: &[Append]) -> Result<Vec<Result<Appended, AppendError>>, rusqlite::Error> {
        let transaction = self.connection.transaction()?;
        let results = batch.iter().map(|one| append(&transaction, one)).collect::<Result<Vec<_>, _>>()?;
        transaction.commit()?;
        Ok(results)
    }

    fn make_first_rooms(&mut self) -> Result<(), rusqlite::Error> {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_millis() as u64);
        let by = User { id: UserId::parse("parlor").expect("a valid id"), name: "Parlor".into() };
        let appends = FIRST_ROOMS.map(|name| Append {
            ticket: Ticket(0),
            room: RoomName::parse(name).expect("a valid name").id().clone(),
            at,
            by: by.clone(),
            kind: EntryKind::Created { name: name.into() },
        });
        self.commit(&appends).map(|_| ())
    }
}

impl Reader {
    pub fn page(&self, request: &PageRequest) -> Result<Page, rusqlite::Error> {
        let (bound, order) = match request.range {
            PageRange::After(seq) => (seq, "seq > ?2 ORDER BY seq"),
            PageRange::Before(seq) => (seq, "seq < ?2 ORDER BY seq DESC"),
        };
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT seq, at, author, author_name, entries.kind FROM entries
             WHERE room = (SELECT key FROM rooms WHERE id = ?1) AND {order} LIMIT ?3"
        ))?;
        // SQLite's integers are signed; no seq is ever near their end.
        let bound = i64::try_from(bound).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![request.room.as_str(), bound, request.limit])?;
        let mut page = Page::default();
        let mut bytes = 0;
        while let Some(row) = rows.next()? {
            let entry = entry(row, &request.room)?;
            bytes += encode(&entry).len();
            if bytes > PAGE_BYTES_MAX && !page.entries.is_empty() {
                break;
            }
            page.entries.push(entry);
        }
        if let PageRange::Before(_) = request.range {
            page.entries.reverse();
        }
        Ok(page)
    }
}

/// Two servers on one log would each believe to be the only writer.
fn lock(folder: &Path) -> Result<File, OpenError> {
    let error = |source| OpenError::Folder { folder: folder.into(), source };
    let options = OpenOptions::new().create(true).truncate(false).write(true).to_owned();
    let file = options.open(folder.join("parlor.lock")).map_err(error)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(folder.into())),
        Err(TryLockError::Error(source)) => Err(error(source)),
    }
}

fn append(transaction: &Transaction<'_>, one: &Append) -> rusqlite::Result<Result<Appended, AppendError>> {
    let Append { room, at, by, kind, .. } = one;
    let mut find_room = transaction.prepare_cached("SELECT key, head FROM rooms WHERE id = ?1")?;
    let found = find_room.query_row([room.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (key, head): (i64, Seq) = match (found, kind) {
        (Some(_), EntryKind::Created { .. }) => return Ok(Err(AppendError::RoomExists)),
        (None, EntryKind::Created { name }) => {
            let mut insert = transaction.prepare_cached("INSERT INTO rooms (id, name, head) VALUES (?1, ?2, 0)")?;
            (insert.insert(params![room.as_str(), name])?, 0)
        }
        (Some(found), _) => found,
        (None, _) => return Ok(Err(AppendError::NoSuchRoom)),
    };
    let message_id = if let EntryKind::Message { id, .. } = kind { Some(id) } else { None };
    if let Some(id) = message_id
        && let Some(entry) = find_message(transaction, key, room, &by.id, id)?
    {
        return Ok(Ok(Appended { entry, new: false }));
    }
    let seq = head + 1;
    transaction
        .prepare_cached(
            "INSERT INTO entries (room, seq, at, author, author_name, message_id, kind) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![key, seq, at, by.id.as_str(), by.name, message_id.map(MessageId::as_str), encode(kind)])?;
    transaction.prepare_cached("UPDATE rooms SET head = ?2 WHERE key = ?1")?.execute(params![key, seq])?;
    keep_members(transaction, key, by, kind)?;
    let entry = Entry { room: room.clone(), seq, at: *at, by: by.clone(), kind: kind.clone() };
    Ok(Ok(Appended { entry, new: true }))
}

fn keep_members(transaction: &Transaction<'_>, key: i64, by: &User, kind: &EntryKind) -> rusqlite::Result<()> {
    match kind {
        EntryKind::Joined => transaction
            .prepare_cached("INSERT OR REPLACE INTO members (room, user, name) VALUES (?1, ?2, ?3)")?
            .execute(params![key, by.id.as_str(), by.name])?,
        EntryKind::Left => transaction
            .prepare_cached("DELETE FROM members WHERE room = ?1 AND user = ?2")?
            .execute(params![key, by.id.as_str()])?,
        EntryKind::Created { .. } | EntryKind::Message { .. } | EntryKind::Unknown => 0,
    };
    Ok(())
}

fn find_message(
    transaction: &Transaction<'_>,
    key: i64,
    room: &RoomId,
    author: &UserId,
    id: &MessageId,
) -> rusqlite::Result<Option<Entry>> {
    let mut find = transaction.prepare_cached(
        "SELECT seq, at, author, author_name, kind FROM entries WHERE room = ?1 AND author = ?2 AND message_id = ?3",
    )?;
    find.query_row(params![key, author.as_str(), id.as_str()], |row| entry(row, room)).optional()
}

/// From the columns seq, at, author, author_name, kind.
fn entry(row: &Row<'_>, room: &RoomId) -> rusqlite::Result<Entry> {
    let Json(kind) = row.get(4)?;
    Ok(Entry { room: room.clone(), seq: row.get(0)?, at: row.get(1)?, by: user(row, 2)?, kind })
}

/// From two columns, id and name.
fn user(row: &Row<'_>, at: usize) -> rusqlite::Result<User> {
    Ok(User { id: parsed(row, at, UserId::parse)?, name: row.get(at + 1)? })
}

fn parsed<T, E>(row: &Row<'_>, at: usize, parse: impl Fn(&str) -> Result<T, E>) -> rusqlite::Result<T>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.get(at)?;
    parse(&text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, Box::new(error)))
}

/// A column that holds JSON.
struct Json(EntryKind);

impl FromSql for Json {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map(Self).map_err(|error| FromSqlError::Other(Box::new(error)))
    }
}
