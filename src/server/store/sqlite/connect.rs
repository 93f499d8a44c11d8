//! How the database is opened, so that a commit is on disk when it returns.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

/// Nobody else writes, unless somebody looks at the database with a tool; people who send wait for that no longer.
const BUSY_TIMEOUT: Duration = Duration::from_secs(1);
/// Pages in the write-ahead log, 64 MiB of them, from which on they are copied into the database.
const WAL_PAGES: u32 = 16_384;
/// In KiB. The pages that appends touch are those at the ends of rooms, and of each person's message ids.
const CACHE_KIB: i32 = 32 * 1_024;
/// More than the program has, so that none is prepared twice.
const STATEMENTS_KEPT: usize = 64;

/// Makes the database if there is none.
pub fn to_make(path: &Path) -> rusqlite::Result<Connection> {
    prepare(Connection::open(path)?)
}

/// Never makes one: a database that has gone would come back empty.
pub fn to_write(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    prepare(Connection::open_with_flags(path, flags)?)
}

pub fn to_read(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    db.pragma_update(None, "cell_size_check", true)?;
    Ok(db)
}

/// For a look beside a server or without one. It may write, since whoever closes the database last has to put in order
/// the files beside it.
pub fn to_look_into(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    db.pragma_update(None, "query_only", true)?;
    Ok(db)
}

fn prepare(db: Connection) -> rusqlite::Result<Connection> {
    db.busy_timeout(BUSY_TIMEOUT)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    // A commit is on disk when it returns, whatever happens to the machine's power after that.
    db.pragma_update(None, "synchronous", "FULL")?;
    // On macOS a plain fsync leaves data in the cache of the disk.
    db.pragma_update(None, "fullfsync", true)?;
    db.pragma_update(None, "checkpoint_fullfsync", true)?;
    db.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
    db.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // Damage to a page is noticed when it is read, and not when it has been built upon.
    db.pragma_update(None, "cell_size_check", true)?;
    // What is deleted is overwritten and not only forgotten: in the database at the next checkpoint, which also brings
    // the write-ahead log to be written over from its beginning, and at the latest when the log is closed.
    db.pragma_update(None, "secure_delete", true)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    // Rooms are looked up before anything is written, so that every insert need not do it again.
    db.pragma_update(None, "foreign_keys", false)?;
    Ok(db)
}

/// SQLite goes on without what it cannot have, such as a write-ahead log on a disk of another machine.
pub fn is_durable(db: &Connection) -> rusqlite::Result<bool> {
    let journal: String = db.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    let synchronous: u8 = db.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    const FULL: u8 = 2;
    Ok(journal == "wal" && synchronous == FULL)
}

/// Puts everything into the database itself, so that the files beside it can go.
pub fn empty_wal(db: &Connection) -> Result<(), String> {
    match db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0)) {
        Ok(false) => Ok(()),
        Ok(true) => Err("somebody else reads the database".into()),
        Err(error) => Err(error.to_string()),
    }
}
