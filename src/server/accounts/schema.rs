//! The tables of the database of people, and how older databases get them.

use rusqlite::{Connection, TransactionBehavior};

/// Each brings a database from the version of its place in this list to the next. Those released never change.
const MIGRATIONS: [&str; 1] = [include_str!("schema/1.sql")];

/// The version that this program writes.
pub const VERSION: usize = MIGRATIONS.len();

/// The version that the database is of; 0 if it is new.
pub fn version(db: &Connection) -> rusqlite::Result<usize> {
    db.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0)).map(|version| version as usize)
}

/// Wholly or not at all, also when two programs open a new database at once.
pub fn migrate(db: &mut Connection) -> rusqlite::Result<()> {
    if version(db)? >= VERSION {
        return Ok(());
    }
    let step = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for migration in MIGRATIONS.iter().skip(version(&step)?) {
        step.execute_batch(migration)?;
    }
    step.pragma_update(None, "user_version", VERSION as u32)?;
    step.commit()
}
