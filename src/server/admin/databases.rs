//! Copies of databases, also of such that a server is writing.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{self, Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::AdminError;
use crate::server::store::{OpenError, sqlite};

/// The log first: whoever has said something in its copy is then in the copy of the people too.
pub const FILES: [&str; 2] = ["parlor.sqlite", "people.sqlite"];
/// A server that is just starting or stopping has its database for itself for a moment.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// What a copy holds.
#[derive(Debug, Default)]
pub struct Copied {
    pub rooms: u64,
    pub entries: u64,
    pub people: u64,
    pub bytes: u64,
}

impl Copied {
    pub fn and(&self, other: &Self) -> Self {
        Self {
            rooms: self.rooms + other.rooms,
            entries: self.entries + other.entries,
            people: self.people + other.people,
            bytes: self.bytes + other.bytes,
        }
    }
}

/// Copies a database as it is at one moment into a new file, and makes sure of the copy. Whoever writes goes on
/// meanwhile. The copy has nothing in it of what was deleted.
pub fn copy(from: &Path, to: &Path) -> Result<Copied, AdminError> {
    // Passwords, even as hashes, are for nobody else on the machine.
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).map_err(file_error(to))?;
    let failed = |cause| AdminError::Copy { path: from.into(), cause };
    let into = name(to)?;
    connect(from).and_then(|source| source.execute("VACUUM INTO ?", [into])).map_err(failed)?;
    check(from, to)?;
    let mut copied = connect(to).and_then(|copy| prepare(&copy)).map_err(failed)?;
    let file = File::open(to).and_then(|file| file.sync_all().and_then(|()| file.metadata()));
    copied.bytes = file.map_err(file_error(to))?.len();
    Ok(copied)
}

/// As SQLite takes it: a text, and no address.
fn name(path: &Path) -> Result<String, AdminError> {
    let whole = path::absolute(path).map_err(file_error(path))?;
    whole.into_os_string().into_string().map_err(|_| {
        let cause = io::Error::new(io::ErrorKind::InvalidFilename, "its name is not UTF-8");
        AdminError::File { path: path.into(), cause }
    })
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    Ok(db)
}

fn check(from: &Path, copy: &Path) -> Result<(), AdminError> {
    let (path, failed) = (from.to_path_buf(), |cause| AdminError::Copy { path: from.into(), cause });
    let db = connect(copy).map_err(failed)?;
    let found: String = db.pragma_query_value(None, "integrity_check", |row| row.get(0)).map_err(failed)?;
    if found != "ok" {
        return Err(AdminError::Unsound { path, found });
    }
    if is_log(&db).map_err(failed)? {
        let (found, known) = sqlite::versions(&db).map_err(failed)?;
        if found > known {
            return Err(OpenError::NewerSchema { path, found, known }.into());
        }
    }
    Ok(())
}

/// Counts what it holds, and makes another log of a log.
fn prepare(db: &Connection) -> rusqlite::Result<Copied> {
    let count = |sql| db.query_row(sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs);
    if is_log(db)? {
        sqlite::make_another(db)?;
        let (rooms, entries) = (count("SELECT count(*) FROM rooms")?, count("SELECT count(*) FROM entries")?);
        return Ok(Copied { rooms, entries, ..Copied::default() });
    }
    Ok(Copied { people: count("SELECT count(*) FROM people WHERE deleted = 0")?, ..Copied::default() })
}

fn is_log(db: &Connection) -> rusqlite::Result<bool> {
    db.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'entries')", [], |row| row.get(0))
}

pub fn sync_folder(path: &Path) -> Result<(), AdminError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(file_error(path))
}

pub fn rename(from: &Path, to: &Path) -> Result<(), AdminError> {
    fs::rename(from, to).map_err(file_error(from))
}

pub fn file_error(path: &Path) -> impl FnOnce(io::Error) -> AdminError {
    let path = PathBuf::from(path);
    |cause| AdminError::File { path, cause }
}
