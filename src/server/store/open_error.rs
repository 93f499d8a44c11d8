use std::io;
use std::path::PathBuf;

use crate::log::EngineError;

/// Why the log cannot be opened, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("cannot use the data folder {}: {cause}; choose a writable one with --data", path.display())]
    Folder { path: PathBuf, cause: io::Error },
    #[error("another Parlor uses the data folder {}; stop it or choose another folder with --data", path.display())]
    InUse { path: PathBuf },
    #[error(
        "cannot open the database {}: {cause}; restore it from a backup, or move it away to start with an empty one",
        path.display()
    )]
    Database { path: PathBuf, cause: rusqlite::Error },
    #[error(
        "the database {} was written by a newer Parlor (schema {found}, this one knows {known}); start that one",
        path.display()
    )]
    NewerSchema { path: PathBuf, found: usize, known: usize },
    #[error(
        "the database {} is of an older Parlor (schema {found}, this one needs {known}); start this one once on it",
        path.display()
    )]
    OlderSchema { path: PathBuf, found: usize, known: usize },
    #[error("there is no database {}; say with --data which folder the server uses", path.display())]
    Absent { path: PathBuf },
    #[error("cannot be sure that what is written to {} stays; put the data folder on a local disk", path.display())]
    NotDurable { path: PathBuf },
    #[error("cannot read or write the log: {cause}; see that the disk has space and works")]
    Log { cause: EngineError },
    #[error("cannot start the threads of the log: {cause}; allow this process more threads")]
    Thread { cause: io::Error },
}
