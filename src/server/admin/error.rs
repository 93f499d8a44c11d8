use std::io;
use std::path::PathBuf;

use crate::log::EngineError;
use crate::protocol::RoomId;
use crate::server::accounts::AccountError;
use crate::server::store::OpenError;

/// Why something could not be done, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("cannot read the log: {0}; see that the disk works, or restore a backup")]
    Log(#[from] EngineError),
    #[error("cannot use {}: {cause}; see that the disk has space and that you may write there", path.display())]
    File { path: PathBuf, cause: io::Error },
    #[error("cannot copy {}: {cause}; see that there is space, and that it is a sound database", path.display())]
    Copy { path: PathBuf, cause: rusqlite::Error },
    #[error("the copy of {} is not sound ({found}), so it was not kept; restore an older backup", path.display())]
    Unsound { path: PathBuf, found: String },
    #[error("{} is there already; choose another folder", path.display())]
    FolderExists { path: PathBuf },
    #[error("there is no backup in {}: it has no parlor.sqlite; choose a folder that `backup` has made", path.display())]
    NoBackup { path: PathBuf },
    #[error("there is data in {} already; --replace moves it aside", path.display())]
    DataExists { path: PathBuf },
    #[error("there is no room {room:?}; `parlor admin rooms` lists those that there are")]
    NoSuchRoom { room: RoomId },
    #[error("the room {room:?} was deleted, and all that was said in it; a backup from before may have it")]
    RoomClosed { room: RoomId },
    #[error("{0}")]
    People(#[from] AccountError),
    #[error("there is nobody called {name:?}; `parlor admin people` lists who there is")]
    NoSuchPerson { name: String },
    #[error("a password has {min} to {max} characters; nothing has changed")]
    BadPassword { min: usize, max: usize },
    #[error("these are two passwords; nothing has changed")]
    PasswordsDiffer,
    #[error("cannot read the password: {0}; pipe it in as one line, or let --generate make one up")]
    Input(io::Error),
    #[error("cannot write to the standard output: {0}")]
    Output(#[from] io::Error),
}
