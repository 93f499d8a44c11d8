//! The tables, and the way from each version of them to the next.

use rusqlite::{Connection, Transaction};

use super::database::OpenError;
use crate::server::identity::hex;

/// Each step leads from the version of its place in this list to the next.
const MIGRATIONS: [&str; 1] = ["
    CREATE TABLE meta (
        epoch TEXT NOT NULL
    ) STRICT;

    CREATE TABLE rooms (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        head INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE entries (
        room INTEGER NOT NULL REFERENCES rooms (key),
        seq INTEGER NOT NULL,
        at INTEGER NOT NULL,
        author TEXT NOT NULL,
        author_name TEXT NOT NULL,
        message_id TEXT,
        kind TEXT NOT NULL,
        PRIMARY KEY (room, seq)
    ) STRICT, WITHOUT ROWID;

    -- Sending is idempotent for ever: a message id is looked up here before it is given a place.
    CREATE UNIQUE INDEX entries_by_message ON entries (room, author, message_id) WHERE message_id IS NOT NULL;

    CREATE TABLE members (
        room INTEGER NOT NULL REFERENCES rooms (key),
        user TEXT NOT NULL,
        name TEXT NOT NULL,
        PRIMARY KEY (room, user)
    ) STRICT, WITHOUT ROWID;
"];

/// Brings the database to the newest version. True if it is new.
pub fn migrate(connection: &mut Connection) -> Result<bool, OpenError> {
    let transaction = connection.transaction()?;
    let version: usize = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version > MIGRATIONS.len() {
        return Err(OpenError::NewerVersion);
    }
    for migration in &MIGRATIONS[version..] {
        transaction.execute_batch(migration)?;
    }
    if version == 0 {
        start_epoch(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", MIGRATIONS.len())?;
    transaction.commit()?;
    Ok(version == 0)
}

fn start_epoch(transaction: &Transaction<'_>) -> Result<(), OpenError> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)?;
    transaction.execute("INSERT INTO meta (epoch) VALUES (?1)", [hex(&bytes)])?;
    Ok(())
}
