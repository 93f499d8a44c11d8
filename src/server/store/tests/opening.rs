use std::fs;
use std::path::Path;

use rusqlite::Connection;
use tokio::sync::mpsc::unbounded_channel;

use super::Log;
use crate::log::conformance::{message, room};
use crate::log::{Loaded, PageRange, Unavailable};
use crate::server::store::{OpenError, Store};

fn names_and_heads(loaded: &Loaded) -> Vec<(&str, u64)> {
    let mut rooms: Vec<_> = loaded.rooms.iter().map(|room| (room.state.name.as_str(), room.head)).collect();
    rooms.sort_unstable();
    rooms
}

#[test]
fn an_empty_folder_gets_three_rooms_and_an_epoch_for_life() {
    let dir = tempfile::tempdir().unwrap();
    let inner = dir.path().join("made/on/the/way");
    let (mut log, loaded) = Log::open(&inner);
    assert_eq!(names_and_heads(&loaded), [("General", 1), ("Help", 1), ("Random", 1)]);
    log.append(message("help", "ada", "m-1", "hi")).unwrap();
    log.store.close();
    let (log, again) = Log::open(&inner);
    assert_eq!(again.epoch, loaded.epoch);
    assert_eq!(names_and_heads(&again), [("General", 1), ("Help", 2), ("Random", 1)]);
    log.store.close();
    assert_ne!(Log::open(&dir.path().join("other")).1.epoch, loaded.epoch);
}

#[test]
fn two_servers_never_share_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = Log::open(dir.path());
    assert!(matches!(Store::open(dir.path(), unbounded_channel().0), Err(OpenError::InUse { .. })));
    log.store.close();
    Log::open(dir.path()).0.store.close();
}

#[test]
fn what_cannot_be_opened_says_what_to_do_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let refused = |dir: &Path| Store::open(dir, unbounded_channel().0).err().unwrap().to_string();
    fs::write(dir.path().join("file"), "").unwrap();
    assert!(refused(&dir.path().join("file")).contains("choose a writable one with --data"));

    let garbage = dir.path().join("garbage");
    fs::create_dir(&garbage).unwrap();
    fs::write(garbage.join("parlor.sqlite"), "no database ".repeat(1_000)).unwrap();
    assert!(refused(&garbage).contains("restore it from a backup"));

    Log::open(&dir.path().join("newer")).0.store.close();
    let db = Connection::open(dir.path().join("newer/parlor.sqlite")).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    let line = refused(&dir.path().join("newer"));
    assert!(line.contains("newer Parlor (schema 99, this one knows 3)") && !line.contains('\n'), "{line}");
}

#[test]
fn a_server_that_stops_leaves_one_file_also_when_it_was_reading() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = Log::open(dir.path());
    for n in 0..100 {
        log.append(message("general", "ada", &format!("m-{n}"), "hi")).unwrap();
        assert!(log.page(&room("general"), PageRange::After(n)).unwrap().len() == 2);
    }
    log.store.close();
    let mut files: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["parlor.lock", "parlor.sqlite"]);
}

#[test]
fn a_database_that_cannot_be_read_is_told_and_read_again_once_it_can() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = Log::open(dir.path());
    for n in 0..50 {
        log.append(message("general", "ada", &format!("m-{n}"), &"x".repeat(1_000))).unwrap();
    }
    log.store.close();
    let (mut log, _) = Log::open(dir.path());
    let path = dir.path().join("parlor.sqlite");
    let fine = fs::read(&path).unwrap();
    let mut ruined = fine.clone();
    ruined[4_096..].fill(0xff);
    fs::write(&path, ruined).unwrap();
    assert_eq!(log.page(&room("general"), PageRange::After(0)), Err(Unavailable));
    fs::write(&path, fine).unwrap();
    assert_eq!(log.page(&room("general"), PageRange::After(40)).unwrap().len(), 11);
    log.store.close();
}
