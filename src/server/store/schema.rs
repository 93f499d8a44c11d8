//! The tables, and how older databases get them.

use rusqlite::{Connection, TransactionBehavior};

/// Each brings a database from the version of its place in this list to the next. Those released never change.
const MIGRATIONS: [&str; 1] = ["
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO meta VALUES ('epoch', lower(hex(randomblob(8))));

    CREATE TABLE rooms (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL
    ) STRICT;

    -- Without rowid the entries of a room lie side by side, and a page is one read.
    CREATE TABLE entries (
        room INTEGER NOT NULL REFERENCES rooms (number),
        seq INTEGER NOT NULL,
        at INTEGER NOT NULL,
        by_id TEXT NOT NULL,
        by_name TEXT NOT NULL,
        message TEXT, -- the id of a message, null for other kinds
        kind TEXT NOT NULL, -- the entry's kind with its fields, as JSON
        PRIMARY KEY (room, seq)
    ) STRICT, WITHOUT ROWID;

    -- What makes sending idempotent.
    CREATE UNIQUE INDEX messages ON entries (room, by_id, message) WHERE message IS NOT NULL;

    CREATE TABLE members (
        room INTEGER NOT NULL REFERENCES rooms (number),
        user TEXT NOT NULL,
        name TEXT NOT NULL,
        PRIMARY KEY (room, user)
    ) STRICT, WITHOUT ROWID;
"];

/// The version that this program writes.
pub const VERSION: usize = MIGRATIONS.len();

/// The version that the database is of; 0 if it is new.
pub fn version(db: &Connection) -> rusqlite::Result<usize> {
    db.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0)).map(|version| version as usize)
}

pub fn migrate(db: &mut Connection, found: usize) -> rusqlite::Result<()> {
    for (version, sql) in MIGRATIONS.iter().enumerate().skip(found) {
        let step = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        step.execute_batch(sql)?;
        step.pragma_update(None, "user_version", (version + 1) as u32)?;
        step.commit()?;
    }
    Ok(())
}
