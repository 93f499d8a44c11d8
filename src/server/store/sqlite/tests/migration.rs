use rusqlite::Connection;

use super::{OnDisk, SqliteEngine};
use crate::log::conformance::{Fixture, commit_one, message, room, user};
use crate::log::{Engine, Member, PageRange, Reader};
use crate::protocol::EntryKind;
use crate::server::store::OpenError;

/// A database as the first Parlor left it.
fn version_1() -> OnDisk {
    let on_disk = OnDisk::new();
    let db = on_disk.database();
    db.execute_batch(include_str!("../schema/1.sql")).unwrap();
    db.execute_batch(
        r#"PRAGMA user_version = 1;
        INSERT INTO rooms (id, name) VALUES ('general', 'General'), ('茶室', '茶室'), ('empty', 'Empty');
        INSERT INTO entries VALUES
            (1, 1, 7, 'parlor', 'Parlor', NULL, '{"kind":"created","name":"General"}'),
            (1, 2, 8, 'ada', 'ADA', NULL, '{"kind":"joined"}'),
            (1, 3, 9, 'ada', 'ADA', 'm-1', '{"kind":"message","id":"m-1","body":"hi 👋"}'),
            (2, 1, 7, 'parlor', 'Parlor', NULL, '{"kind":"created","name":"茶室"}'),
            (2, 2, 8, 'ada', 'ADA', NULL, '{"kind":"joined"}'),
            (3, 1, 7, 'parlor', 'Parlor', NULL, '{"kind":"created","name":"Empty"}');
        INSERT INTO members VALUES (1, 'ada', 'ADA'), (2, 'ada', 'ADA');"#,
    )
    .unwrap();
    on_disk
}

fn version(db: &Connection) -> u32 {
    db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

#[test]
fn a_database_of_version_1_keeps_what_it_holds_and_makes_nothing_unread() {
    let mut on_disk = version_1();
    let mut engine = on_disk.open();
    assert_eq!(version(&on_disk.database()), 2);
    let loaded = engine.load().unwrap();
    let member = |id: &str| loaded.rooms.iter().find(|it| it.room == room(id)).unwrap().members.clone();
    assert_eq!(member("general"), [Member { user: user("ada"), read: 3 }]);
    assert_eq!(member("茶室"), [Member { user: user("ada"), read: 2 }]);
    assert_eq!(member("empty"), []);

    let page = engine.reader().unwrap().page(&room("general"), PageRange::After(0), 9).unwrap();
    let kinds: Vec<_> = page.entries.iter().map(|entry| entry.kind.clone()).collect();
    let said = message("general", "ada", "m-1", "hi 👋");
    assert_eq!(kinds, [EntryKind::Created { name: "General".into() }, EntryKind::Joined, said.kind.clone()]);
    assert_eq!(page.entries.iter().map(|entry| (entry.seq, entry.at)).collect::<Vec<_>>(), [(1, 7), (2, 8), (3, 9)]);

    let again = commit_one(&mut engine, said).unwrap();
    assert_eq!((again.entry.seq, again.new), (3, false));
    assert_eq!(commit_one(&mut engine, message("general", "ada", "m-2", "hi")).unwrap().entry.seq, 4);
}

#[test]
fn a_migration_that_fails_leaves_the_old_version_as_it_was() {
    let mut on_disk = version_1();
    on_disk.database().execute("UPDATE rooms SET id = 'NOT AN ID' WHERE id = '茶室'", []).unwrap();
    let refused = SqliteEngine::open(on_disk.0.path()).err();
    assert!(matches!(refused, Some(OpenError::Database { .. })), "{refused:?}");
    let db = on_disk.database();
    assert_eq!(version(&db), 1);
    let tables: i64 =
        db.query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'table'", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 4);
    let entries: i64 = db.query_row("SELECT count(*) FROM entries", [], |row| row.get(0)).unwrap();
    assert_eq!(entries, 6);

    db.execute("UPDATE rooms SET id = '茶室' WHERE id = 'NOT AN ID'", []).unwrap();
    drop(db);
    assert_eq!(on_disk.open().load().unwrap().rooms.len(), 3);
}
