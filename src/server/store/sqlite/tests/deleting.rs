use std::collections::BTreeSet;
use std::fs;

use fastrand::Rng;

use super::OnDisk;
use crate::log::conformance::{Fixture, append, commit, created, message};
use crate::log::{Append, Engine};
use crate::protocol::EntryKind;

const ROOMS: usize = 20;
/// A word of so many bytes begins with this, and is in one message alone.
const MARK: &str = "mark-";
const MARK_BYTES: usize = MARK.len() + 16;

/// The words that are in any file of the folder, in whatever order and place.
fn marks(on_disk: &OnDisk) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in on_disk.files() {
        let bytes = fs::read(on_disk.0.path().join(file)).unwrap();
        let marks = bytes.windows(MARK_BYTES).filter(|window| window.starts_with(MARK.as_bytes()));
        found.extend(marks.map(|mark| String::from_utf8_lossy(mark).into_owned()));
    }
    found
}

/// People who write at length or in short, and delete some of it, at once or later.
struct Talk {
    rng: Rng,
    heads: [u64; ROOMS],
    kept: Vec<(usize, u64, String)>,
}

impl Talk {
    fn new() -> Self {
        Self { rng: Rng::with_seed(1), heads: [1; ROOMS], kept: vec![] }
    }

    fn says(&mut self) -> Append {
        let room = self.rng.usize(..ROOMS);
        self.heads[room] += 1;
        let mark = format!("{MARK}{:016x}", self.rng.u64(..));
        let body = format!("{mark}{}", "x".repeat([0, 10, 50, 1_000, 3_900][self.rng.usize(..5)]));
        self.kept.push((room, self.heads[room], mark));
        message(&format!("room-{room}"), "ada", &format!("m-{}", self.rng.u64(..)), &body)
    }

    fn deletes(&mut self) -> Append {
        let recent = self.kept.len().saturating_sub(if self.rng.bool() { 10 } else { usize::MAX });
        let (room, seq, _) = self.kept.swap_remove(self.rng.usize(recent..self.kept.len()));
        self.heads[room] += 1;
        append(&format!("room-{room}"), "ada", EntryKind::Deleted { seq })
    }

    fn kept(&self) -> BTreeSet<String> {
        self.kept.iter().map(|(_, _, mark)| mark.clone()).collect()
    }
}

#[test]
fn a_log_that_was_closed_holds_no_word_of_what_was_deleted() {
    let mut on_disk = OnDisk::new();
    let mut engine = on_disk.open();
    let mut talk = Talk::new();
    commit(&mut engine, (0..ROOMS).map(|room| created(&format!("room-{room}"))).collect());
    for _ in 0..400 {
        let appends: Vec<_> =
            (0..talk.rng.usize(1..40)).map(|n| if n % 4 == 3 { talk.deletes() } else { talk.says() }).collect();
        assert!(commit(&mut engine, appends).iter().all(|answer| answer.as_ref().is_ok_and(|it| it.new)));
    }
    drop(engine);
    assert_eq!(marks(&on_disk), talk.kept());

    let mut engine = on_disk.open();
    for room in 0..ROOMS / 2 {
        commit(&mut engine, vec![append(&format!("room-{room}"), "ada", EntryKind::Closed)]);
    }
    talk.kept.retain(|(room, _, _)| *room >= ROOMS / 2);
    drop(engine);
    assert_eq!(marks(&on_disk), talk.kept());
    assert_eq!(on_disk.open().load().unwrap().rooms.len(), ROOMS);
}

#[test]
fn what_a_server_that_was_killed_left_of_deleted_messages_goes_with_the_next_stop() {
    let mut on_disk = OnDisk::new();
    let mut engine = on_disk.open();
    let mark = |n: u64| format!("{MARK}{n:016x}");
    commit(&mut engine, vec![created("general"), message("general", "ada", "m-2", &mark(2))]);
    commit(&mut engine, vec![message("general", "ada", "m-3", &mark(3))]);
    commit(&mut engine, vec![append("general", "ada", EntryKind::Deleted { seq: 2 })]);
    let mut left = OnDisk::new();
    for file in on_disk.files() {
        fs::copy(on_disk.0.path().join(&file), left.0.path().join(&file)).unwrap();
    }
    assert_eq!(marks(&left), [mark(2), mark(3)].into(), "it is in the write-ahead log");
    drop(left.open());
    assert_eq!(marks(&left), [mark(3)].into());
}

#[test]
fn a_log_is_written_anew_only_when_something_was_deleted() {
    let mut on_disk = OnDisk::new();
    let mut engine = on_disk.open();
    commit(&mut engine, vec![created("general"), message("general", "ada", "m-2", "hi")]);
    let other = on_disk.database();
    other
        .execute_batch("CREATE TABLE unused (a); INSERT INTO unused VALUES (zeroblob(100000)); DROP TABLE unused")
        .unwrap();
    drop(other);
    drop(engine);
    let bytes = fs::metadata(on_disk.path()).unwrap().len();
    let mut engine = on_disk.open();
    commit(&mut engine, vec![append("general", "ada", EntryKind::Deleted { seq: 2 })]);
    drop(engine);
    let smaller = fs::metadata(on_disk.path()).unwrap().len();
    assert!(bytes > 100_000 && smaller < 100_000, "{bytes} {smaller}");
}
