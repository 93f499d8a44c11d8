mod damage;
mod deleting;
mod failures;
mod migration;
mod restoring;

use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;

use super::SqliteEngine;
use crate::log::conformance::{Fixture, suite};
use crate::protocol::{RoomId, Seq};

/// A log in a folder of its own.
struct OnDisk(TempDir);

impl OnDisk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("parlor.sqlite")
    }

    /// The database as another program has it open.
    fn database(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }

    fn files(&self) -> Vec<String> {
        let files = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Fixture for OnDisk {
    type Engine = SqliteEngine;

    fn open(&mut self) -> SqliteEngine {
        SqliteEngine::open(self.0.path()).unwrap()
    }

    /// Flips one bit in the file, in the middle of what an entry says.
    fn damage(&mut self, room: &RoomId, seq: Seq) {
        let sql = "SELECT kind FROM entries JOIN rooms ON number = room WHERE id = ? AND seq = ?";
        let kind: String = self.database().query_row(sql, (room.as_str(), seq as i64), |row| row.get(0)).unwrap();
        let mut bytes = fs::read(self.path()).unwrap();
        let places: Vec<_> = (0..bytes.len()).filter(|place| bytes[*place..].starts_with(kind.as_bytes())).collect();
        assert_eq!(places.len(), 1, "the entry is once in the file: {kind}");
        bytes[places[0] + kind.len() / 2] ^= 1;
        fs::write(self.path(), bytes).unwrap();
    }

    fn set_space(&mut self, appends: Option<usize>) {
        let db = self.database();
        db.execute_batch("DROP TRIGGER IF EXISTS full").unwrap();
        if let Some(appends) = appends {
            let entries: i64 = db.query_row("SELECT count(*) FROM entries", [], |row| row.get(0)).unwrap();
            db.execute_batch(&format!(
                "CREATE TRIGGER full BEFORE INSERT ON entries WHEN (SELECT count(*) FROM entries) >= {}
                 BEGIN SELECT RAISE(ABORT, 'full'); END",
                entries + appends as i64
            ))
            .unwrap();
        }
    }
}

suite!(OnDisk::new());
