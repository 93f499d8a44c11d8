//! The tables, and how older databases get them.

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::checksum::{Stored, checksum};
use super::rows;

type Migration = fn(&Transaction) -> rusqlite::Result<()>;

/// Each brings a database from the version of its place in this list to the next. Those released never change.
const MIGRATIONS: [Migration; 3] = [to_1, to_2, to_3];

/// The version that this program writes.
pub const VERSION: usize = MIGRATIONS.len();

/// The version that the database is of; 0 if it is new.
pub fn version(db: &Connection) -> rusqlite::Result<usize> {
    db.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0)).map(|version| version as usize)
}

/// Each step is done wholly or not at all.
pub fn migrate(db: &mut Connection, found: usize) -> rusqlite::Result<()> {
    migrate_to(db, found, VERSION)
}

pub fn migrate_to(db: &mut Connection, found: usize, wanted: usize) -> rusqlite::Result<()> {
    for (version, migration) in MIGRATIONS.iter().enumerate().take(wanted).skip(found) {
        let step = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        migration(&step)?;
        step.pragma_update(None, "user_version", (version + 1) as u32)?;
        step.commit()?;
    }
    Ok(())
}

fn to_1(step: &Transaction) -> rusqlite::Result<()> {
    step.execute_batch(include_str!("schema/1.sql"))
}

fn to_2(step: &Transaction) -> rusqlite::Result<()> {
    step.execute_batch(include_str!("schema/2.sql"))?;
    copy_with_checksums(step)?;
    step.execute_batch("DROP TABLE entries_1")
}

fn to_3(step: &Transaction) -> rusqlite::Result<()> {
    step.execute_batch(include_str!("schema/3.sql"))
}

fn copy_with_checksums(step: &Transaction) -> rusqlite::Result<()> {
    let mut old = step.prepare(
        "SELECT room, id, seq, at, by_id, by_name, message, kind FROM rooms JOIN entries_1 ON room = number
         ORDER BY room, seq",
    )?;
    let mut new = step.prepare("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?;
    let mut found = old.query([])?;
    while let Some(row) = found.next()? {
        let (seq, at) = (rows::unsigned(row, 2)?, rows::unsigned(row, 3)?);
        let (by_id, by_name, kind): (String, String, String) = (row.get(4)?, row.get(5)?, row.get(7)?);
        let message: Option<String> = row.get(6)?;
        let stored = Stored { seq, at, by_id: by_id.as_bytes(), by_name: by_name.as_bytes(), kind: kind.as_bytes() };
        let sum = checksum(&rows::id(row, 1)?, &stored);
        let room: i64 = row.get(0)?;
        new.execute(params![room, rows::signed(seq), rows::signed(at), by_id, by_name, message, kind, sum])?;
    }
    Ok(())
}
