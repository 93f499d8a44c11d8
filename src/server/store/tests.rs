use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rusqlite::Connection;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{Loaded, OpenError, Reply, Store};
use crate::hub::{ConnId, PageRequest};
use crate::log::{Append, AppendError, Appended, LoadedRoom, Member, Page, PageRange, Ticket};
use crate::protocol::limits::PAGE_BYTES_MAX;
use crate::protocol::{Entry, EntryKind, MessageId, RoomId, User, UserId, encode};

/// A log in a folder, asked and answered one after the other.
struct Log {
    store: Store,
    replies: UnboundedReceiver<Reply>,
    loaded: Loaded,
    next_ticket: u64,
}

impl Log {
    fn open(dir: &Path) -> Self {
        let (sender, replies) = unbounded_channel();
        let (store, loaded) = Store::open(dir, sender).unwrap();
        Self { store, replies, loaded, next_ticket: 0 }
    }

    /// Asks for appends all at once, and waits for the answers.
    fn append_all(&mut self, appends: Vec<(&str, &str, EntryKind)>) -> Vec<Result<Appended, AppendError>> {
        let first = self.next_ticket;
        let count = appends.len();
        for (room, user, kind) in appends {
            let append = Append {
                ticket: Ticket(self.next_ticket),
                room: room_id(room),
                at: 7,
                by: user_of(user),
                kind,
                repeat_only: false,
            };
            self.store.append(append);
            self.next_ticket += 1;
        }
        let answer = |expected| match self.replies.blocking_recv() {
            Some(Reply::Appended { ticket, result }) if ticket == Ticket(expected) => result,
            other => panic!("ticket {expected} was due, but came {other:?}"),
        };
        (first..first + count as u64).map(answer).collect()
    }

    fn append(&mut self, room: &str, user: &str, kind: EntryKind) -> Result<Appended, AppendError> {
        self.append_all(vec![(room, user, kind)]).remove(0)
    }

    fn page(&mut self, room: &str, range: PageRange, limit: usize) -> Vec<Entry> {
        let request = PageRequest { conn: ConnId(1), room: room_id(room), range, limit };
        self.store.read(request.clone());
        match self.replies.blocking_recv() {
            Some(Reply::Page { request: answered, result: Ok(Page { entries }) }) if answered == request => entries,
            other => panic!("a page was due, but came {other:?}"),
        }
    }

    fn seqs(&mut self, room: &str, range: PageRange, limit: usize) -> Vec<u64> {
        self.page(room, range, limit).iter().map(|entry| entry.seq).collect()
    }

    fn rooms(&self) -> BTreeMap<&str, &LoadedRoom> {
        self.loaded.rooms.iter().map(|room| (room.room.as_str(), room)).collect()
    }

    fn reopen(self, dir: &Path) -> Self {
        self.store.close();
        Self::open(dir)
    }
}

fn room_id(room: &str) -> RoomId {
    RoomId::parse(room).unwrap()
}

fn user_of(name: &str) -> User {
    User { id: UserId::parse(name).unwrap(), name: name.to_uppercase() }
}

fn message(id: &str, body: &str) -> EntryKind {
    EntryKind::Message { id: MessageId::parse(id).unwrap(), body: body.into() }
}

fn created(name: &str) -> EntryKind {
    EntryKind::Created { name: name.into() }
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn an_empty_folder_gets_three_rooms_and_an_epoch_for_life() {
    let dir = folder();
    let first = Log::open(&dir.path().join("made/on/the/way"));
    let names: Vec<_> = first.rooms().values().map(|room| (room.name.clone(), room.head)).collect();
    assert_eq!(names, [("General".into(), 1), ("Help".into(), 1), ("Random".into(), 1)]);
    let epoch = first.loaded.epoch.clone();
    let again = first.reopen(&dir.path().join("made/on/the/way"));
    assert_eq!(again.loaded.epoch, epoch);
    assert_eq!(again.loaded.rooms.len(), 3);
    assert_ne!(Log::open(&dir.path().join("other")).loaded.epoch, epoch);
}

#[test]
fn seqs_are_dense_in_every_room_and_go_on_after_a_restart() {
    let dir = folder();
    let mut log = Log::open(dir.path());
    let ids: Vec<_> = (0..2_000).map(|n| format!("m-{n}")).collect();
    let rooms = ["general", "random", "help"];
    let appends = ids.iter().enumerate().map(|(n, id)| (rooms[n % 3], "ada", message(id, "hi"))).collect();
    let mut heads = BTreeMap::from(rooms.map(|room| (room_id(room), 1)));
    for appended in log.append_all(appends) {
        let entry = appended.unwrap().entry;
        let head = heads.get_mut(&entry.room).unwrap();
        *head += 1;
        assert_eq!(entry.seq, *head);
    }
    let mut log = log.reopen(dir.path());
    assert!(log.loaded.rooms.iter().all(|room| room.head == heads[&room.room]));
    let next = log.append("general", "ada", message("later", "hi")).unwrap().entry;
    assert_eq!(next.seq, heads[&room_id("general")] + 1);
    assert_eq!(log.page("general", PageRange::Before(u64::MAX), 1), [next]);
}

#[test]
fn a_message_sent_again_is_the_first_one_for_ever() {
    let dir = folder();
    let mut log = Log::open(dir.path());
    let twice = vec![("general", "ada", message("m-1", "first")), ("general", "ada", message("m-1", "second"))];
    let answers = log.append_all(twice);
    let first = answers[0].clone().unwrap();
    assert!(first.new);
    assert_eq!(answers[1], Ok(Appended { entry: first.entry.clone(), new: false }));
    log.append("general", "ada", message("m-2", "between")).unwrap();

    let mut log = log.reopen(dir.path());
    let again = log.append("general", "ada", message("m-1", "third")).unwrap();
    assert_eq!(again, Appended { entry: first.entry, new: false });
    assert_eq!(log.seqs("general", PageRange::After(0), 9), [1, 2, 3]);
}

#[test]
fn the_same_id_of_another_person_or_in_another_room_is_another_message() {
    let dir = folder();
    let mut log = Log::open(dir.path());
    for (room, user) in [("general", "ada"), ("general", "bo"), ("random", "ada")] {
        assert!(log.append(room, user, message("m-1", "hi")).unwrap().new, "{room} {user}");
    }
}

#[test]
fn an_append_that_breaks_a_rule_harms_no_other() {
    let dir = folder();
    let mut log = Log::open(dir.path());
    let answers = log.append_all(vec![
        ("general", "ada", message("m-1", "before")),
        ("nowhere", "ada", message("m-2", "lost")),
        ("general", "ada", created("General")),
        ("nowhere", "ada", created("Nowhere")),
        ("nowhere", "ada", EntryKind::Joined),
        ("general", "ada", message("m-3", "after")),
    ]);
    let seqs: Vec<_> = answers.into_iter().map(|answer| answer.map(|appended| appended.entry.seq)).collect();
    assert_eq!(seqs, [Ok(2), Err(AppendError::NoSuchRoom), Err(AppendError::RoomExists), Ok(1), Ok(2), Ok(3)]);
}

#[test]
fn members_are_those_who_joined_and_did_not_leave() {
    let dir = folder();
    let mut log = Log::open(dir.path());
    for (user, kind) in [
        ("ada", EntryKind::Joined),
        ("bo", EntryKind::Joined),
        ("bo", EntryKind::Joined),
        ("cy", EntryKind::Joined),
        ("cy", EntryKind::Left),
        ("cy", EntryKind::Left),
    ] {
        log.append("help", user, kind).unwrap();
    }
    let log = log.reopen(dir.path());
    assert_eq!(log.rooms()["help"].members, ["ada", "bo"].map(|name| Member { user: user_of(name), read: 7 }));
    assert_eq!(log.rooms()["help"].head, 7);
    assert_eq!(log.rooms()["general"].members, []);
}

#[test]
fn a_page_is_the_entries_next_to_its_bound() {
    let dir = folder();
    let mut log = Log::open(dir.path());
    let ids: Vec<_> = (2..=10).map(|seq| format!("m-{seq}")).collect();
    log.append_all(ids.iter().map(|id| ("general", "ada", message(id, "hi"))).collect());
    log.append("random", "ada", message("m-1", "elsewhere")).unwrap();
    for (range, limit, seqs) in [
        (PageRange::After(0), 3, 1..=3),
        (PageRange::After(8), 5, 9..=10),
        (PageRange::Before(9), 3, 6..=8),
        (PageRange::Before(3), 5, 1..=2),
        (PageRange::Before(u64::MAX), 2, 9..=10),
    ] {
        assert_eq!(log.seqs("general", range, limit), seqs.collect::<Vec<_>>(), "{range:?}");
    }
    assert!(log.page("general", PageRange::After(10), 5).is_empty());
    assert!(log.page("nowhere", PageRange::After(0), 5).is_empty());
}

#[test]
fn a_page_holds_to_its_bytes_and_never_leaves_a_hole() {
    let dir = folder();
    let mut log = Log::open(dir.path());
    let (long, longest) = ("ä".repeat(4_000), "x".repeat(PAGE_BYTES_MAX));
    let ids: Vec<_> = (2..=20).map(|seq| format!("m-{seq}")).collect();
    log.append_all(ids.iter().map(|id| ("general", "ada", message(id, &long))).collect());
    let page = log.page("general", PageRange::After(1), 100);
    let bytes: usize = page.iter().map(|entry| encode(entry).len()).sum();
    assert!(bytes <= PAGE_BYTES_MAX && bytes + encode(&page[0]).len() > PAGE_BYTES_MAX, "{bytes}");
    assert_eq!(page[0].seq, 2);
    assert_eq!(log.page("general", PageRange::Before(21), 100).last().map(|entry| entry.seq), Some(20));

    log.append("general", "ada", message("m-21", &longest)).unwrap();
    assert_eq!(log.seqs("general", PageRange::After(20), 100), [21]);
}

#[test]
fn a_failed_commit_is_told_and_the_next_one_succeeds() {
    let dir = folder();
    let mut log = Log::open(dir.path());
    assert!(log.store.health().is_good());
    let other = Connection::open(dir.path().join("parlor.sqlite")).unwrap();
    other
        .execute_batch("CREATE TRIGGER full BEFORE INSERT ON members BEGIN SELECT RAISE(ROLLBACK, 'full'); END")
        .unwrap();
    assert_eq!(log.append("general", "ada", EntryKind::Joined), Err(AppendError::Unavailable));
    assert!(!log.store.health().is_good());

    other.execute_batch("DROP TRIGGER full").unwrap();
    assert_eq!(log.append("general", "ada", EntryKind::Joined).unwrap().entry.seq, 2);
    assert!(log.store.health().is_good());
}

#[test]
fn two_servers_never_share_a_folder() {
    let dir = folder();
    let log = Log::open(dir.path());
    assert!(matches!(Store::open(dir.path(), unbounded_channel().0), Err(OpenError::InUse { .. })));
    log.reopen(dir.path());
}

#[test]
fn what_cannot_be_opened_says_what_to_do_in_one_line() {
    let dir = folder();
    let refused = |dir: &Path| Store::open(dir, unbounded_channel().0).err().unwrap().to_string();
    fs::write(dir.path().join("file"), "").unwrap();
    assert!(refused(&dir.path().join("file")).contains("choose a writable one with --data"));

    let garbage = dir.path().join("garbage");
    fs::create_dir(&garbage).unwrap();
    fs::write(garbage.join("parlor.sqlite"), "no database ".repeat(1_000)).unwrap();
    assert!(refused(&garbage).contains("restore it from a backup"));

    Log::open(&dir.path().join("newer")).store.close();
    let db = Connection::open(dir.path().join("newer/parlor.sqlite")).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    let line = refused(&dir.path().join("newer"));
    assert!(line.contains("newer Parlor (schema 99, this one knows 1)") && !line.contains('\n'), "{line}");
}
