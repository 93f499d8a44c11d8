use std::thread;

use rusqlite::Connection;

use super::{Asked, Log, Watch, Watched};
use crate::log::conformance::{joined, mark, message, room, user};
use crate::log::{AppendError, Engine, MemoryEngine, PageRange};
use crate::protocol::Seq;
use crate::server::store::{Health, REQUESTS_WAITING_MAX};

/// A log that is in the middle of a commit, the one of ticket 0, by which ada joins `general`.
fn committing() -> (Log, MemoryEngine, Watch) {
    let (watched, engine, watch) = Watched::new();
    let mut log = Log::start(watched);
    log.ask(joined("general", "ada"));
    assert_eq!(watch.begun(), Asked { appends: 1, reads: 0 });
    (log, engine, watch)
}

/// How far ada has read in `general`.
fn read(engine: &MemoryEngine) -> Seq {
    let loaded = engine.clone().load().unwrap();
    loaded.rooms.iter().find(|it| it.room == room("general")).unwrap().state.members[&user("ada").id].read
}

fn await_good(health: &Health) {
    while !health.is_good() {
        thread::yield_now();
    }
}

#[test]
fn what_queues_during_a_commit_is_the_next_one() {
    let (mut log, _, watch) = committing();
    for n in 1..=1_000 {
        log.ask(message("general", "ada", &format!("m-{n}"), "hi"));
    }
    watch.let_go_on();
    assert_eq!(log.answer(0).unwrap().entry.seq, 2);
    assert_eq!(watch.begun(), Asked { appends: 1_000, reads: 0 });
    watch.let_go_on();
    for n in 1..=1_000 {
        assert_eq!(log.answer(n).unwrap().entry.seq, n + 2);
    }
}

#[test]
fn a_queue_that_is_full_is_answered_at_once_and_loses_nothing_that_was_asked() {
    let (mut log, engine, watch) = committing();
    for n in 1..=REQUESTS_WAITING_MAX + 1 {
        log.ask(message("general", "ada", &format!("m-{n}"), "hi"));
    }
    assert_eq!(log.answer(REQUESTS_WAITING_MAX as u64 + 1), Err(AppendError::Unavailable));
    drop(watch);
    log.store.close();
    assert_eq!(engine.entries(&room("general")).len(), 2 + REQUESTS_WAITING_MAX);
}

#[test]
fn pages_are_read_in_the_middle_of_a_commit() {
    let (mut log, _, watch) = committing();
    assert_eq!(log.page(&room("general"), PageRange::After(0)).unwrap().len(), 1);
    watch.let_go_on();
    log.answer(0).unwrap();
    assert_eq!(log.page(&room("general"), PageRange::After(0)).unwrap().len(), 2);
}

#[test]
fn read_marks_ride_with_appends_and_only_the_furthest_of_each_member() {
    let (mut log, engine, watch) = committing();
    for seq in [3, 5, 4] {
        log.store.mark_read(mark("general", "ada", seq));
        log.store.mark_read(mark("random", "ada", seq));
    }
    for n in 1..=5 {
        log.ask(message("general", "bo", &format!("m-{n}"), "hi"));
    }
    watch.let_go_on();
    assert_eq!(watch.begun(), Asked { appends: 5, reads: 2 });
    drop(watch);
    log.store.close();
    assert_eq!(read(&engine), 5);
}

#[test]
fn read_marks_are_committed_also_when_nobody_writes_and_when_the_server_stops() {
    let (mut log, engine, watch) = committing();
    log.ask(message("general", "bo", "m-1", "hi"));
    log.ask(message("general", "bo", "m-2", "hi"));
    watch.let_go_on();
    assert_eq!(watch.begun(), Asked { appends: 2, reads: 0 });
    watch.let_go_on();
    log.store.mark_read(mark("general", "ada", 3));
    assert_eq!(watch.begun(), Asked { appends: 0, reads: 1 });
    watch.let_go_on();
    log.store.mark_read(mark("general", "ada", 4));
    drop(watch);
    log.store.close();
    assert_eq!(read(&engine), 4);
}

#[test]
fn a_failure_is_told_and_the_log_is_tried_again_until_it_can_be_written_without_anybody_writing() {
    let (mut log, engine, watch) = committing();
    let health = log.store.health();
    assert!(health.is_good());
    engine.set_full(true);
    log.store.mark_read(mark("general", "ada", 2));
    watch.let_go_on();
    assert_eq!(log.answer(0), Err(AppendError::Unavailable));
    assert!(!health.is_good());

    assert_eq!(watch.begun(), Asked { appends: 0, reads: 0 });
    watch.let_go_on();
    assert_eq!(watch.begun(), Asked { appends: 0, reads: 0 });
    assert!(!health.is_good());
    engine.set_full(false);
    watch.let_go_on();
    await_good(&health);
    assert_eq!(watch.begun(), Asked { appends: 0, reads: 1 }, "the mark was kept");
    drop(watch);
    assert!(log.append(joined("general", "ada")).unwrap().new);
}

#[test]
fn a_database_that_was_locked_for_a_while_is_written_again_under_the_same_ids() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = Log::open(dir.path());
    let health = log.store.health();
    let other = Connection::open(dir.path().join("parlor.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let said = message("general", "ada", "m-1", "hi");
    assert_eq!(log.append(said.clone()), Err(AppendError::Unavailable));
    assert!(!health.is_good());
    assert_eq!(log.page(&room("general"), PageRange::After(0)).unwrap().len(), 1);

    other.execute_batch("COMMIT").unwrap();
    await_good(&health);
    let appended = log.append(said).unwrap();
    assert_eq!((appended.entry.seq, appended.new), (2, true));
    log.store.close();
}
