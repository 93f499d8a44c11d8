//! What is left in the file of messages that were deleted.
//!
//! `secure_delete` overwrites a row where it is, with the next checkpoint. But SQLite moves rows from page to page as a
//! table grows, and of some that it moved it leaves a copy behind in the unused part of a page, which is not overwritten
//! with the row. So when the log is closed after something was deleted, all that is left is written anew.

use rusqlite::Connection;

/// Something has been deleted in this transaction.
pub fn note(db: &Connection) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR IGNORE INTO meta VALUES ('remains', '')")?.execute([]).map(drop)
}

/// Writes the database anew if there may be remains in it. Readers go on meanwhile.
pub fn clear(db: &Connection) -> rusqlite::Result<()> {
    let has_remains: bool =
        db.query_row("SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'remains')", [], |row| row.get(0))?;
    if has_remains {
        db.execute_batch("VACUUM; DELETE FROM meta WHERE key = 'remains'")?;
    }
    Ok(())
}
