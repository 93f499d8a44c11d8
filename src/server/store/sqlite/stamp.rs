//! Tells a database that was put back from a backup. It is another log then: seqs that were given out after the backup
//! mean other entries from now on, so it gets another epoch and nobody trusts an old cursor.
//!
//! The database and a file beside it hold the same stamp, a new one at every start and stop. A database that does not
//! have the stamp of its folder was put there by somebody. While the stamp changes, the file names the one before and the one
//! after, since the program may be killed between any two steps.

use std::fs::File;
use std::io::{self, Read, Seek, Write};

use rusqlite::{Connection, OptionalExtension};

use super::rows;

/// Whether the database is the one that was last used here. One that never had a stamp is.
pub fn is_of(db: &Connection, beside: &File) -> rusqlite::Result<bool> {
    let stamp = stamp(db)?;
    Ok(stamp.is_none_or(|stamp| read(beside).is_ok_and(|known| known.split(' ').any(|known| known == stamp))))
}

fn stamp(db: &Connection) -> rusqlite::Result<Option<String>> {
    db.query_row("SELECT value FROM meta WHERE key = 'stamp'", [], |row| row.get(0)).optional()
}

pub fn change_epoch(db: &Connection) -> rusqlite::Result<()> {
    db.execute("UPDATE meta SET value = lower(hex(randomblob(8))) WHERE key = 'epoch'", [])?;
    tracing::warn!(epoch = %rows::epoch(db)?, "the database was put here from elsewhere, so clients load it anew");
    Ok(())
}

pub fn renew(db: &Connection, beside: &File) -> rusqlite::Result<()> {
    let before = stamp(db)?;
    let after: String = db.query_row("SELECT lower(hex(randomblob(8)))", [], |row| row.get(0))?;
    let both = before.map_or_else(|| after.clone(), |before| format!("{before} {after}"));
    let told = write(beside, &both);
    db.execute("INSERT OR REPLACE INTO meta VALUES ('stamp', ?)", [&after])?;
    if let Err(error) = told.and_then(|()| write(beside, &after)) {
        // The next start may take the database for another one, which costs its clients a reload.
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

/// So few bytes that this needs no space on a full disk.
fn write(mut file: &File, text: &str) -> io::Result<()> {
    file.rewind()?;
    file.write_all(text.as_bytes())?;
    file.set_len(text.len() as u64)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kill_between_any_two_steps_leaves_the_database_the_one_of_its_folder() {
        let (db, beside) = (Connection::open_in_memory().unwrap(), tempfile::tempfile().unwrap());
        db.execute_batch("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)").unwrap();
        renew(&db, &beside).unwrap();
        let before = stamp(&db).unwrap().unwrap();
        assert_eq!(read(&beside).unwrap(), before);

        write(&beside, &format!("{before} after")).unwrap();
        assert!(is_of(&db, &beside).unwrap(), "the file is written");
        db.execute("UPDATE meta SET value = 'after'", []).unwrap();
        assert!(is_of(&db, &beside).unwrap(), "and the database");
        renew(&db, &beside).unwrap();
        assert!(is_of(&db, &beside).unwrap(), "and all is as after a start in peace");

        db.execute("UPDATE meta SET value = ?", [&before]).unwrap();
        assert!(!is_of(&db, &beside).unwrap(), "a copy from before is another one");
    }
}
