use std::fs;

use super::super::make_another;
use super::OnDisk;
use crate::log::Engine;
use crate::log::conformance::{Fixture, commit_one, created, message};
use crate::protocol::Epoch;

fn epoch(on_disk: &mut OnDisk) -> Epoch {
    on_disk.open().load().unwrap().epoch
}

/// A closed log with a room.
fn with_room() -> OnDisk {
    let mut on_disk = OnDisk::new();
    commit_one(&mut on_disk.open(), created("general")).unwrap();
    on_disk
}

#[test]
fn a_backup_that_is_put_back_is_another_log_from_then_on() {
    let mut on_disk = with_room();
    let first = epoch(&mut on_disk);
    let backup = fs::read(on_disk.path()).unwrap();
    commit_one(&mut on_disk.open(), message("general", "ada", "m-1", "lost by going back")).unwrap();
    fs::write(on_disk.path(), &backup).unwrap();
    let second = epoch(&mut on_disk);
    assert_ne!(second, first);
    assert_eq!(epoch(&mut on_disk), second);

    let mut elsewhere = OnDisk::new();
    fs::write(elsewhere.path(), &backup).unwrap();
    let third = epoch(&mut elsewhere);
    assert!(third != first && third != second);
    assert_eq!(epoch(&mut elsewhere), third);
}

#[test]
fn a_backup_made_while_the_log_was_open_is_another_log_too() {
    let mut on_disk = with_room();
    let mut engine = on_disk.open();
    let first = engine.load().unwrap().epoch;
    let backup = OnDisk::new();
    on_disk.database().execute("VACUUM INTO ?", [backup.path().to_str().unwrap()]).unwrap();
    commit_one(&mut engine, message("general", "ada", "m-1", "lost by going back")).unwrap();
    drop(engine);
    fs::copy(backup.path(), on_disk.path()).unwrap();
    assert_ne!(epoch(&mut on_disk), first);
}

#[test]
fn a_backup_of_a_server_that_was_killed_after_it_is_another_log_where_it_came_from() {
    let mut on_disk = with_room();
    let mut engine = on_disk.open();
    let first = engine.load().unwrap().epoch;
    let backup = OnDisk::new();
    on_disk.database().execute("VACUUM INTO ?", [backup.path().to_str().unwrap()]).unwrap();
    // Until then the backup has the stamp that is beside the database.
    make_another(&backup.database()).unwrap();
    let mut killed = OnDisk::new();
    fs::copy(on_disk.0.path().join("parlor.lock"), killed.0.path().join("parlor.lock")).unwrap();
    fs::copy(backup.path(), killed.path()).unwrap();
    drop(engine);
    assert_ne!(epoch(&mut killed), first);
}

#[test]
fn a_folder_that_has_moved_is_the_same_log() {
    let mut on_disk = with_room();
    let first = epoch(&mut on_disk);
    let mut moved = OnDisk::new();
    for file in on_disk.files() {
        fs::rename(on_disk.0.path().join(&file), moved.0.path().join(&file)).unwrap();
    }
    assert_eq!(epoch(&mut moved), first);
}

#[test]
fn a_log_that_was_not_closed_is_the_same_log() {
    let mut on_disk = with_room();
    let mut engine = on_disk.open();
    let first = engine.load().unwrap().epoch;
    commit_one(&mut engine, message("general", "ada", "m-1", "hi")).unwrap();
    let mut left = OnDisk::new();
    for file in on_disk.files() {
        fs::copy(on_disk.0.path().join(&file), left.0.path().join(&file)).unwrap();
    }
    assert_eq!(epoch(&mut left), first);
}
