use std::fs;

use super::super::connect;
use super::{OnDisk, SqliteEngine};
use crate::log::conformance::{Fixture, commit, commit_one, created, message, room};
use crate::log::{Append, Batch, Engine, PageRange, Reader};
use crate::protocol::Seq;

fn open_with_room(on_disk: &mut OnDisk) -> SqliteEngine {
    let mut engine = on_disk.open();
    commit_one(&mut engine, created("general")).unwrap();
    engine
}

fn seqs(engine: &SqliteEngine) -> Vec<Seq> {
    let page = engine.reader().unwrap().page(&room("general"), PageRange::After(0), 100).unwrap();
    page.entries.iter().map(|entry| entry.seq).collect()
}

/// Messages that one page of the database cannot hold.
fn messages() -> Vec<Append> {
    ["m-1", "m-2", "m-3"].map(|id| message("general", "ada", id, &"x".repeat(4_000))).into()
}

fn fails(engine: &mut SqliteEngine, reason: &str) {
    for _ in 0..2 {
        let error = engine.commit(Batch { appends: messages(), reads: vec![] }).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
        assert_eq!(seqs(engine), [1]);
    }
}

/// Also under the same ids.
fn succeeds(engine: &mut SqliteEngine) {
    let answers = commit(engine, messages());
    let answered: Vec<_> = answers.into_iter().map(|answer| answer.map(|it| (it.entry.seq, it.new))).collect();
    assert_eq!(answered, [2, 3, 4].map(|seq| Ok((seq, true))));
    assert_eq!(seqs(engine), [1, 2, 3, 4]);
}

#[test]
fn a_full_disk_is_told_and_writing_goes_on_once_there_is_space() {
    let mut on_disk = OnDisk::new();
    let mut engine = open_with_room(&mut on_disk);
    let other = on_disk.database();
    other.execute_batch("CREATE TABLE other (a); INSERT INTO other VALUES (zeroblob(300000))").unwrap();
    let db = engine.db.as_ref().unwrap();
    let pages: u32 = db.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    db.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    fails(&mut engine, "database or disk is full");
    assert!(engine.commit(Batch::default()).is_err(), "the probe finds no space either");
    other.execute_batch("DROP TABLE other").unwrap();
    engine.commit(Batch::default()).unwrap();
    succeeds(&mut engine);
}

#[test]
fn a_database_that_somebody_else_has_locked_is_told_and_writing_goes_on_once_it_is_free() {
    let mut on_disk = OnDisk::new();
    let mut engine = open_with_room(&mut on_disk);
    let other = on_disk.database();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    fails(&mut engine, "database is locked");
    other.execute_batch("COMMIT").unwrap();
    succeeds(&mut engine);
}

#[test]
fn a_connection_that_cannot_write_is_opened_anew() {
    let mut on_disk = OnDisk::new();
    let mut engine = open_with_room(&mut on_disk);
    engine.db.as_ref().unwrap().pragma_update(None, "query_only", true).unwrap();
    let error = engine.commit(Batch { appends: messages(), reads: vec![] }).unwrap_err().to_string();
    assert!(error.contains("attempt to write a readonly database"), "{error}");
    succeeds(&mut engine);
}

#[test]
fn a_database_that_has_gone_is_not_replaced_by_an_empty_one() {
    let mut on_disk = OnDisk::new();
    let mut engine = open_with_room(&mut on_disk);
    engine.db = None;
    let away = on_disk.0.path().join("away");
    fs::rename(on_disk.path(), &away).unwrap();
    assert!(engine.commit(Batch { appends: messages(), reads: vec![] }).is_err());
    assert!(!on_disk.path().exists());
    fs::rename(&away, on_disk.path()).unwrap();
    succeeds(&mut engine);
}

#[test]
fn what_is_answered_is_in_the_files_before_the_log_is_closed() {
    let mut on_disk = OnDisk::new();
    let mut engine = open_with_room(&mut on_disk);
    commit(&mut engine, messages());
    let mut copy = OnDisk::new();
    for file in on_disk.files() {
        fs::copy(on_disk.0.path().join(&file), copy.0.path().join(&file)).unwrap();
    }
    assert_eq!(seqs(&copy.open()), [1, 2, 3, 4]);
}

#[test]
fn a_log_that_was_closed_is_one_file() {
    let mut on_disk = OnDisk::new();
    let mut engine = open_with_room(&mut on_disk);
    commit(&mut engine, messages());
    assert!(on_disk.files().contains(&"parlor.sqlite-wal".to_owned()), "{:?}", on_disk.files());
    drop(engine);
    assert_eq!(on_disk.files(), ["parlor.lock", "parlor.sqlite"]);
    let mut copy = OnDisk::new();
    fs::copy(on_disk.path(), copy.path()).unwrap();
    assert_eq!(seqs(&copy.open()), [1, 2, 3, 4]);
}

#[test]
fn what_keeps_a_log_from_being_one_file_is_told() {
    let mut on_disk = OnDisk::new();
    let mut engine = open_with_room(&mut on_disk);
    let other = on_disk.database();
    other.execute_batch("BEGIN; SELECT * FROM entries").unwrap();
    commit(&mut engine, messages());
    let db = engine.db.as_ref().unwrap();
    assert_eq!(connect::empty_wal(db), Err("somebody else reads the database".into()));
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(connect::empty_wal(db), Ok(()));
    assert_eq!(fs::metadata(on_disk.0.path().join("parlor.sqlite-wal")).unwrap().len(), 0);
}

#[test]
fn every_connection_writes_durably() {
    let mut on_disk = OnDisk::new();
    let mut engine = open_with_room(&mut on_disk);
    engine.db = None;
    commit(&mut engine, messages());
    let db = engine.db.as_ref().unwrap();
    assert!(connect::is_durable(db).unwrap());
    db.pragma_update(None, "synchronous", "NORMAL").unwrap();
    assert!(!connect::is_durable(db).unwrap());
}

#[test]
fn a_copy_made_by_vacuum_into_while_the_log_is_open_is_whole() {
    let mut on_disk = OnDisk::new();
    let mut engine = open_with_room(&mut on_disk);
    commit(&mut engine, messages());
    let mut copy = OnDisk::new();
    on_disk.database().execute("VACUUM INTO ?", [copy.path().to_str().unwrap()]).unwrap();
    assert_eq!(seqs(&copy.open()), [1, 2, 3, 4]);
    let repeated = commit(&mut copy.open(), messages());
    assert!(repeated.iter().all(|answer| answer.as_ref().is_ok_and(|it| !it.new)));
}
