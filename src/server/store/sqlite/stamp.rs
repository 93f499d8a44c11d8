//! Tells a database that was put back from a backup. It is another log then: seqs that were given out after the backup
//! mean other entries from now on, so it gets another epoch and nobody trusts an old cursor.
//!
//! The database and a file beside it hold the same stamp, a new one at every start and stop. A database that does not
//! have the stamp of its folder was put there by somebody.

use std::fs::File;
use std::io::{self, Read, Seek, Write};

use rusqlite::{Connection, OptionalExtension};

use super::rows;

/// Whether the database is the one that was last used here. One that never had a stamp is.
pub fn is_of(db: &Connection, beside: &File) -> rusqlite::Result<bool> {
    let sql = "SELECT value FROM meta WHERE key = 'stamp'";
    let stamp: Option<String> = db.query_row(sql, [], |row| row.get(0)).optional()?;
    Ok(stamp.is_none_or(|stamp| read(beside).is_ok_and(|last| last == stamp)))
}

pub fn change_epoch(db: &Connection) -> rusqlite::Result<()> {
    db.execute("UPDATE meta SET value = lower(hex(randomblob(8))) WHERE key = 'epoch'", [])?;
    tracing::warn!(epoch = %rows::epoch(db)?, "the database was put here from elsewhere, so clients load it anew");
    Ok(())
}

pub fn renew(db: &Connection, beside: &File) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO meta VALUES ('stamp', lower(hex(randomblob(8)))) RETURNING value";
    let stamp: String = db.query_row(sql, [], |row| row.get(0))?;
    if let Err(error) = write(beside, &stamp) {
        // The next start takes the database for another one, which costs its clients a reload.
        tracing::warn!(%error, "cannot write beside the database");
    }
    Ok(())
}

/// Gives a copy a stamp that no folder has.
pub fn lose(db: &Connection) -> rusqlite::Result<()> {
    db.execute("INSERT OR REPLACE INTO meta VALUES ('stamp', lower(hex(randomblob(8))))", []).map(drop)
}

fn read(mut file: &File) -> io::Result<String> {
    let mut text = String::new();
    file.rewind()?;
    file.read_to_string(&mut text)?;
    Ok(text)
}

/// Stamps are of one length, so that this needs no space on a full disk.
fn write(mut file: &File, text: &str) -> io::Result<()> {
    file.rewind()?;
    file.write_all(text.as_bytes())?;
    file.set_len(text.len() as u64)?;
    file.sync_all()
}
