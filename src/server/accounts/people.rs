//! Everything that is done with the database of people. The running server does it on a thread of its own, and the
//! command line as well, beside a running server or without one.

mod entering;
mod lists;
mod logins;
mod news;
mod standing;

#[cfg(test)]
mod tests;

use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};

pub use entering::Newcomer;
pub use news::{News, NewsMark};

use super::denied::AccountError;
use super::login::SecretHash;
use super::schema;
use crate::log::Secret;
use crate::protocol::api::SignUp;
use crate::protocol::{Profile, User, UserId};
use crate::server::store::OpenError;

/// The file in the data folder.
const FILE: &str = "people.sqlite";
/// The command line and the server write beside each other, each for a moment.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// The database of people.
pub struct People {
    db: Connection,
}

/// A person, as the database knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub profile: Profile,
    /// The hash of the password, for whoever has one.
    pub password: Option<Secret>,
    pub banned: bool,
}

const PERSON: &str = "user, name, password, admin, banned";

impl People {
    /// Opens the database in this folder, making both if there are none.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        fs::create_dir_all(dir).map_err(|cause| OpenError::Folder { path: dir.into(), cause })?;
        let path = dir.join(FILE);
        make_private(&path)?;
        let failed = |cause| OpenError::Database { path: path.clone(), cause };
        let mut db = connect(&path).map_err(failed)?;
        if !is_durable(&db).map_err(failed)? {
            return Err(OpenError::NotDurable { path });
        }
        let (found, known) = (schema::version(&db).map_err(failed)?, schema::VERSION);
        if found > known {
            return Err(OpenError::NewerSchema { path, found, known });
        }
        schema::migrate(&mut db).map_err(failed)?;
        Ok(Self { db })
    }

    /// Where the database is in this data folder.
    pub fn path(dir: &Path) -> PathBuf {
        dir.join(FILE)
    }

    /// Does all of it or, if it fails, nothing.
    pub fn atomically<T>(&self, change: impl FnOnce(&Self) -> Result<T, AccountError>) -> Result<T, AccountError> {
        let (begin, end, undo) = if self.db.is_autocommit() {
            ("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK")
        } else {
            ("SAVEPOINT change", "RELEASE change", "ROLLBACK TO change; RELEASE change")
        };
        self.db.execute_batch(begin)?;
        let result = change(self).and_then(|done| Ok(self.db.execute_batch(end).map(|()| done)?));
        // Some errors of the disk have undone it already.
        if result.is_err() && !self.db.is_autocommit() {
            self.db.execute_batch(undo)?;
        }
        result
    }

    pub fn person(&self, user: &UserId) -> Result<Option<Person>, AccountError> {
        let sql = format!("SELECT {PERSON} FROM people WHERE user = ? AND deleted = 0");
        Ok(self.db.prepare_cached(&sql)?.query_row([user.as_str()], person).optional()?)
    }

    pub fn sign_up(&self) -> Result<SignUp, AccountError> {
        let value: Option<String> = self.setting("sign_up")?;
        Ok(match value.as_deref() {
            None | Some("open") => SignUp::Open,
            Some("password") => SignUp::Password,
            // What a newer version may have set is better taken as too strict.
            Some(_) => SignUp::Invite,
        })
    }

    pub fn set_sign_up(&self, sign_up: SignUp) -> Result<(), AccountError> {
        let value = match sign_up {
            SignUp::Open => "open",
            SignUp::Invite => "invite",
            SignUp::Password => "password",
        };
        self.set_setting("sign_up", value)
    }

    /// Writes something, to see whether that can be done.
    pub fn probe_writing(&self, now: u64) -> Result<(), AccountError> {
        self.set_setting("probed_at", &now.to_string())
    }

    /// Reads what is read most, to see whether that can be done.
    pub fn probe_reading(&self, now: u64) -> Result<(), AccountError> {
        self.count()?;
        self.login(SecretHash([0; 32]), now).map(|_| ())
    }

    /// Puts everything into one file. In vain while somebody else reads it.
    pub fn empty_wal(&self) -> Result<(), AccountError> {
        Ok(self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }

    fn setting(&self, name: &str) -> rusqlite::Result<Option<String>> {
        self.db
            .prepare_cached("SELECT value FROM settings WHERE name = ?")?
            .query_row([name], |row| row.get(0))
            .optional()
    }

    fn set_setting(&self, name: &str, value: &str) -> Result<(), AccountError> {
        self.db
            .prepare_cached("INSERT INTO settings VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2")?
            .execute(params![name, value])?;
        Ok(())
    }

    pub(super) fn db(&self) -> &Connection {
        &self.db
    }
}

/// Reads the columns of [`PERSON`].
fn person(row: &Row) -> rusqlite::Result<Person> {
    let password: Option<String> = row.get(2)?;
    let user = User { id: id(row, 0)?, name: row.get(1)? };
    Ok(Person {
        profile: Profile { user, secured: password.is_some(), admin: row.get(3)? },
        password: password.map(Secret::new),
        banned: row.get(4)?,
    })
}

fn id<T: TryFrom<String, Error: std::error::Error + Send + Sync + 'static>>(
    row: &Row,
    column: usize,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    T::try_from(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}

/// Times fit as long as there are people.
fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

fn unsigned(row: &Row, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(|number| u64::try_from(number).unwrap_or_default())
}

/// Nobody else on the machine is to read the hashes. The files that SQLite puts beside it get the same mode.
fn make_private(path: &Path) -> Result<(), OpenError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(cause) => Err(OpenError::Folder { path: path.into(), cause }),
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    // On macOS a plain fsync leaves data in the cache of the disk.
    db.pragma_update(None, "fullfsync", true)?;
    db.pragma_update(None, "checkpoint_fullfsync", true)?;
    db.pragma_update(None, "cell_size_check", true)?;
    // What is deleted is to be gone from the file as well.
    db.pragma_update(None, "secure_delete", true)?;
    Ok(db)
}

/// SQLite goes on without what it cannot have, such as a write-ahead log on a disk of another machine.
fn is_durable(db: &Connection) -> rusqlite::Result<bool> {
    const FULL: u8 = 2;
    let journal: String = db.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    let synchronous: u8 = db.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    Ok(journal == "wal" && synchronous == FULL)
}
