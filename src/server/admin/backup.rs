use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::AdminError;
use super::databases::{Copied, FILES, copy, file_error, rename, sync_folder};
use crate::server::store::OpenError;

/// Copies all databases into a new folder. It gets its name once it is whole.
pub fn back_up(data: &Path, folder: &Path) -> Result<(), AdminError> {
    let began = Instant::now();
    let log = data.join(FILES[0]);
    if !log.is_file() {
        return Err(OpenError::Absent { path: log }.into());
    }
    if folder.symlink_metadata().is_ok() {
        return Err(AdminError::FolderExists { path: folder.into() });
    }
    let unfinished = unfinished(folder);
    make_folder(&unfinished)?;
    let copied = fill(data, &unfinished).and_then(|copied| {
        rename(&unfinished, folder)?;
        sync_folder(&above(folder))?;
        Ok(copied)
    });
    let Copied { rooms, entries, people, bytes } = copied.inspect_err(|_| {
        // What is left of it would be in the way of the next one.
        let _ = fs::remove_dir_all(&unfinished);
    })?;
    let (shown, ms) = (folder.display(), began.elapsed().as_millis());
    writeln!(
        io::stdout(),
        "backed up {rooms} rooms, {entries} entries and {people} people to {shown}: {bytes} bytes in {ms} ms"
    )?;
    Ok(())
}

fn fill(data: &Path, folder: &Path) -> Result<Copied, AdminError> {
    let mut all = Copied::default();
    for file in FILES {
        let from = data.join(file);
        if from.is_file() {
            all = all.and(&copy(&from, &folder.join(file))?);
        }
    }
    sync_folder(folder)?;
    Ok(all)
}

fn make_folder(path: &Path) -> Result<(), AdminError> {
    fs::create_dir_all(above(path)).map_err(file_error(&above(path)))?;
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(AdminError::FolderExists { path: path.into() })
        }
        made => made.map_err(file_error(path)),
    }
}

fn unfinished(folder: &Path) -> PathBuf {
    let mut name = folder.file_name().map_or_else(|| OsString::from("backup"), Into::into);
    name.push(".unfinished");
    above(folder).join(name)
}

fn above(path: &Path) -> PathBuf {
    path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new(".")).into()
}
