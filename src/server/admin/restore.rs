use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use super::AdminError;
use super::databases::{Copied, FILES, copy, file_error, rename, sync_folder};
use crate::server::store::sqlite;

/// What SQLite puts beside a database belongs to it.
const BESIDE: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Puts a backup into the data folder. What was there before stays as it was until the copies are whole.
pub fn restore(data: &Path, folder: &Path, replace: bool) -> Result<(), AdminError> {
    let began = Instant::now();
    if !folder.join(FILES[0]).is_file() {
        return Err(AdminError::NoBackup { path: folder.into() });
    }
    let lock = sqlite::lock(data)?;
    hand_over(data, &data.join("parlor.lock"));
    let old = existing(data);
    if !old.is_empty() && !replace {
        return Err(AdminError::DataExists { path: data.into() });
    }
    let files: Vec<_> = FILES.into_iter().filter(|file| folder.join(file).is_file()).collect();
    let copied = copy_all(folder, data, &files).inspect_err(|_| {
        for file in &files {
            let _ = fs::remove_file(restoring(data, file));
        }
    })?;
    if !old.is_empty() {
        move_aside(data, &old)?;
    }
    for file in files {
        rename(&restoring(data, file), &data.join(file))?;
    }
    // The database is another one than the stamp beside it is of.
    lock.set_len(0).map_err(file_error(data))?;
    sync_folder(data)?;
    let (Copied { rooms, entries, people, bytes }, ms) = (copied, began.elapsed().as_millis());
    writeln!(
        io::stdout(),
        "restored {rooms} rooms, {entries} entries and {people} people to {}: {bytes} bytes in {ms} ms",
        data.display()
    )?;
    Ok(())
}

fn existing(data: &Path) -> Vec<String> {
    let names = FILES.iter().flat_map(|file| BESIDE.iter().map(move |end| format!("{file}{end}")));
    names.filter(|name| data.join(name).symlink_metadata().is_ok()).collect()
}

fn copy_all(folder: &Path, data: &Path, files: &[&str]) -> Result<Copied, AdminError> {
    let mut all = Copied::default();
    for file in files {
        let to = restoring(data, file);
        // Of a try that was broken off.
        let _ = fs::remove_file(&to);
        all = all.and(&copy(&folder.join(file), &to)?);
        hand_over(data, &to);
    }
    Ok(all)
}

/// Whoever restores may be root, and the server whoever has the folder.
fn hand_over(data: &Path, path: &Path) {
    let _ = fs::metadata(data).and_then(|folder| chown(path, Some(folder.uid()), Some(folder.gid())));
}

fn restoring(data: &Path, file: &str) -> PathBuf {
    data.join(format!("{file}.restoring"))
}

fn move_aside(data: &Path, names: &[String]) -> Result<(), AdminError> {
    let seconds = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
    let aside = (seconds..).map(|seconds| data.join(format!("replaced-{seconds}"))).find(|path| !path.exists());
    let aside = aside.unwrap_or_else(|| data.join("replaced"));
    fs::create_dir(&aside).map_err(file_error(&aside))?;
    for name in names {
        rename(&data.join(name), &aside.join(name))?;
    }
    sync_folder(&aside)?;
    writeln!(io::stdout(), "moved what was there to {}", aside.display())?;
    Ok(())
}
