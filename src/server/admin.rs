//! `parlor admin`: what is done from the terminal. Where nothing else is said, a server may be running on the same data.

mod backup;
mod databases;
mod error;
mod export;
mod passwords;
mod people;
mod restore;
mod rooms;

use std::path::{Path, PathBuf};

use clap::Subcommand;

pub use error::AdminError;

use crate::protocol::RoomId;

#[derive(Debug, Clone, Subcommand)]
pub enum Deed {
    /// Copy everything into a new folder
    Backup {
        /// The folder to make
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },

    /// Put a backup into the data folder, while no server uses it
    Restore {
        /// The folder that `backup` has made
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,

        /// Move what is in the data folder aside
        #[arg(long)]
        replace: bool,
    },

    /// Write all entries of a room, each as a line of JSON
    Export {
        /// The id of the room, as in its address
        #[arg(value_name = "ROOM", value_parser = RoomId::parse)]
        room: RoomId,
    },

    /// List the rooms, hidden ones too
    Rooms {
        /// As lines of JSON
        #[arg(long)]
        json: bool,
    },

    /// List the people
    People {
        /// Only those who have this in their name
        #[arg(long, value_name = "TEXT", default_value = "")]
        find: String,

        /// As lines of JSON
        #[arg(long)]
        json: bool,
    },

    /// Give somebody a new password and sign them out everywhere
    ///
    /// Asks for it twice at a terminal, else reads one line of the standard input.
    ResetPassword {
        /// Their name, or their id
        #[arg(value_name = "NAME")]
        name: String,

        /// Make one up and print it
        #[arg(long)]
        generate: bool,
    },

    /// Keep somebody out of the server
    Ban {
        /// Their name, or their id
        #[arg(value_name = "NAME")]
        name: String,
    },

    /// Let somebody in again
    Unban {
        /// Their name, or their id
        #[arg(value_name = "NAME")]
        name: String,
    },

    /// Let somebody administer the server
    MakeAdmin {
        /// Their name, or their id
        #[arg(value_name = "NAME")]
        name: String,
    },
}

impl Deed {
    /// Does it to this data folder.
    pub fn perform(&self, data: &Path) -> Result<(), AdminError> {
        match self {
            Self::Backup { folder } => backup::back_up(data, folder),
            Self::Restore { folder, replace } => restore::restore(data, folder, *replace),
            Self::Export { room } => export::export(data, room),
            Self::Rooms { json } => rooms::list(data, *json),
            Self::People { find, json } => people::list(data, find, *json),
            Self::ResetPassword { name, generate } => people::reset_password(data, name, *generate),
            Self::Ban { name } => people::set_banned(data, name, true),
            Self::Unban { name } => people::set_banned(data, name, false),
            Self::MakeAdmin { name } => people::make_admin(data, name),
        }
    }
}
