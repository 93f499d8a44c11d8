//! The log on SQLite: one connection writes, others read beside it.

mod appender;
mod checksum;
mod connect;
mod inspector;
mod reader;
mod remains;
mod room_tables;
mod rows;
mod schema;
mod stamp;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

pub use inspector::Inspector;
pub use reader::SqliteReader;

use super::OpenError;
use crate::log::{AppendError, Appended, Batch, Engine, EngineError, Loaded};
use crate::protocol::RoomId;
use appender::Appender;
use rows::Place;

type Places = HashMap<RoomId, Place>;

/// Keeps the log in a folder. There is one that writes, so it knows the next seq of every room without asking.
pub struct SqliteEngine {
    path: PathBuf,
    /// Not there after a failure that it may not outlive: then it is opened anew.
    db: Option<Connection>,
    /// Not known at first and after a failure: then it is read from the database.
    places: Option<Places>,
    /// Held for as long as anything can be written.
    lock: File,
}

impl SqliteEngine {
    /// Opens the log in this folder, making both if there are none.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        let lock = lock(dir)?;
        let path = path(dir);
        let unusable = |cause| OpenError::Database { path: path.clone(), cause };
        let mut db = connect::to_make(&path).map_err(unusable)?;
        let (found, known) = (schema::version(&db).map_err(unusable)?, schema::VERSION);
        if found > known {
            return Err(OpenError::NewerSchema { path, found, known });
        }
        if !connect::is_durable(&db).map_err(unusable)? {
            return Err(OpenError::NotDurable { path });
        }
        schema::migrate(&mut db, found).map_err(unusable)?;
        if !stamp::is_of(&db, &lock).map_err(unusable)? {
            stamp::change_epoch(&db).map_err(unusable)?;
        }
        stamp::renew(&db, &lock).map_err(unusable)?;
        Ok(Self { path, db: Some(db), places: None, lock })
    }

    fn commit_all(&mut self, batch: Batch) -> rusqlite::Result<Vec<Result<Appended, AppendError>>> {
        let db = match &mut self.db {
            Some(db) => db,
            closed => closed.insert(connect::to_write(&self.path)?),
        };
        let mut places = match self.places.take() {
            Some(places) => places,
            None => rows::places(db)?,
        };
        let is_probe = batch == Batch::default();
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if is_probe {
            take_space(&transaction)?;
        }
        let answers = Appender::new(&transaction)?.take_all(batch, &mut places)?;
        transaction.commit()?;
        self.places = Some(places);
        if is_probe {
            db.execute("DELETE FROM meta WHERE key = 'probe'", [])?;
        }
        Ok(answers)
    }

    /// After an error nothing is sure that was known before it.
    fn doubt(&mut self, error: &rusqlite::Error) {
        self.places = None;
        // These say nothing against the connection. After any other it may be the file that it has open which is bad.
        let is_sound = [ErrorCode::DiskFull, ErrorCode::DatabaseBusy, ErrorCode::DatabaseLocked];
        if !error.sqlite_error_code().is_some_and(|code| is_sound.contains(&code)) {
            self.db = None;
        }
    }
}

impl Engine for SqliteEngine {
    type Reader = SqliteReader;

    fn load(&mut self) -> Result<Loaded, EngineError> {
        let load = |db| Ok(Loaded { epoch: rows::epoch(&db)?, rooms: room_tables::load(&db)? });
        connect::to_read(&self.path).and_then(load).map_err(engine_error)
    }

    fn commit(&mut self, batch: Batch) -> Result<Vec<Result<Appended, AppendError>>, EngineError> {
        self.commit_all(batch).map_err(|error| {
            self.doubt(&error);
            engine_error(error)
        })
    }

    fn reader(&self) -> Result<SqliteReader, EngineError> {
        SqliteReader::open(&self.path).map_err(engine_error)
    }
}

/// The last to close leaves one file that is the whole log.
impl Drop for SqliteEngine {
    fn drop(&mut self) {
        let db = self.db.take().map_or_else(|| connect::to_write(&self.path), Ok);
        let renewed = db.and_then(|db| stamp::renew(&db, &self.lock).map(|()| db));
        if let Err(error) = renewed.as_ref().map_or(Ok(()), remains::clear) {
            tracing::warn!(%error, "words of deleted messages may stay in the database until the next stop");
        }
        if let Err(error) = renewed.map_err(|error| error.to_string()).and_then(|db| connect::empty_wal(&db)) {
            tracing::warn!(%error, "the newest entries stay in the files beside the database; keep them together");
        }
    }
}

/// Finds out whether there is space for what people may write next.
fn take_space(transaction: &Transaction) -> rusqlite::Result<()> {
    transaction.execute("INSERT OR REPLACE INTO meta VALUES ('probe', hex(zeroblob(65536)))", []).map(drop)
}

/// SQLite's words, with its number for what happened, which is more exact.
fn engine_error(error: rusqlite::Error) -> EngineError {
    match error.sqlite_error() {
        Some(code) => EngineError::new(format!("{error} (SQLite error {})", code.extended_code)),
        None => EngineError::new(error),
    }
}

/// Where the database is in this data folder.
pub fn path(dir: &Path) -> PathBuf {
    dir.join("parlor.sqlite")
}

/// A database that is put into a folder is another log than the one that was there, even if it is a copy of it and the
/// folder was left by a server that was killed.
pub fn make_another(db: &Connection) -> rusqlite::Result<()> {
    stamp::lose(db)
}

/// The version of the tables, and the one that this program writes.
pub fn versions(db: &Connection) -> rusqlite::Result<(usize, usize)> {
    Ok((schema::version(db)?, schema::VERSION))
}

/// Two servers on one log would give the same seq twice.
pub fn lock(dir: &Path) -> Result<File, OpenError> {
    let unusable = |cause| OpenError::Folder { path: dir.into(), cause };
    make_folder(dir).map_err(unusable)?;
    let path = dir.join("parlor.lock");
    let file = File::options().read(true).write(true).create(true).truncate(false).open(path).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: dir.into() }),
        Err(TryLockError::Error(cause)) => Err(unusable(cause)),
    }
}

/// A folder that nobody has told the disk about could be gone after a power cut, with all that is in it.
fn make_folder(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(dir)?;
    for above in dir.canonicalize()?.ancestors().skip(1) {
        // Not everyone may open every folder, and some systems flush folders by themselves.
        let _ = File::open(above).and_then(|folder| folder.sync_all());
    }
    Ok(())
}
