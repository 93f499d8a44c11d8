use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{OpenError, SqliteReader, connect, engine_error, room_tables, schema};
use crate::log::{EngineError, LoadedRoom};

/// Looks into a log that a server may be using, and changes nothing.
pub struct Inspector {
    path: PathBuf,
    db: Connection,
}

impl Inspector {
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        let path = super::path(dir);
        if !path.is_file() {
            return Err(OpenError::Absent { path });
        }
        let unusable = |cause| OpenError::Database { path: path.clone(), cause };
        let db = connect::to_look_into(&path).map_err(unusable)?;
        let (found, known) = (schema::version(&db).map_err(unusable)?, schema::VERSION);
        match found {
            newer if newer > known => Err(OpenError::NewerSchema { path, found, known }),
            older if older < known => Err(OpenError::OlderSchema { path, found, known }),
            _ => Ok(Self { path, db }),
        }
    }

    /// All of them as of one moment.
    pub fn rooms(&self) -> Result<Vec<LoadedRoom>, EngineError> {
        let load = |db: &Connection| room_tables::load(&*db.unchecked_transaction()?);
        load(&self.db).map_err(engine_error)
    }

    pub fn reader(&self) -> Result<SqliteReader, EngineError> {
        SqliteReader::open(&self.path).map_err(engine_error)
    }
}
