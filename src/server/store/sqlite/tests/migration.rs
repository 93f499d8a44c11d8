use rusqlite::Connection;

use super::{OnDisk, SqliteEngine};
use crate::log::conformance::{Fixture, commit_one, created, joined, message, room, user};
use crate::log::{Engine, Member, PageRange, Reader, RoomState};
use crate::protocol::{Access, Role, RoomId, Seq, UserId};
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

/// A database as the Parlor before roles left it.
fn version_2() -> OnDisk {
    let on_disk = version_1();
    let mut db = on_disk.database();
    super::super::schema::migrate_to(&mut db, 1, 2).unwrap();
    db.execute_batch(
        r#"INSERT INTO rooms (id, name) VALUES ('made', 'Made'), ('left', 'Left'), ('never-joined', 'Never joined');
        INSERT INTO entries VALUES
            (4, 1, 7, 'bo', 'BO', NULL, '{"kind":"created","name":"Made"}', 0),
            (4, 2, 8, 'bo', 'BO', NULL, '{"kind":"joined"}', 0),
            (4, 3, 9, 'bo', 'BO', NULL, '{"kind":"left"}', 0),
            (4, 4, 9, 'ada', 'ADA', NULL, '{"kind":"joined"}', 0),
            (4, 5, 9, 'bo', 'BO', NULL, '{"kind":"joined"}', 0),
            (4, 6, 9, 'bo', 'BO', 'm-1', '{"kind":"message","id":"m-1","body":"hi"}', 0),
            (5, 1, 7, 'bo', 'BO', NULL, '{"kind":"created","name":"Left"}', 0),
            (5, 2, 7, 'bo', 'BO', NULL, '{"kind":"joined"}', 0),
            (5, 3, 7, 'bo', 'BO', NULL, '{"kind":"left"}', 0),
            (6, 1, 7, 'bo', 'BO', NULL, '{"kind":"created","name":"Never joined"}', 0);
        INSERT INTO members VALUES (4, 'ada', 'ADA', 4), (4, 'bo', 'BO', 6);"#,
    )
    .unwrap();
    on_disk
}

fn member(name: &str, role: Role, joined: Seq, read: Seq) -> (UserId, Member) {
    (user(name).id, Member { name: user(name).name, role, joined, read, mentions: vec![] })
}

fn version(db: &Connection) -> u32 {
    db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

#[test]
fn a_database_of_version_1_keeps_what_it_holds_and_makes_nothing_unread() {
    let mut on_disk = version_1();
    let mut engine = on_disk.open();
    assert_eq!(version(&on_disk.database()), 3);
    let loaded = engine.load().unwrap();
    let members = |id: &str| loaded.rooms.iter().find(|it| it.room == room(id)).unwrap().state.members.clone();
    let ada = |read| member("ada", Role::Member, 2, read);
    assert_eq!(members("general"), [ada(3)].into());
    assert_eq!(members("茶室"), [ada(2)].into());
    assert_eq!(members("empty"), [].into());

    let page = engine.reader().unwrap().page(&room("general"), PageRange::After(0), 9).unwrap();
    let kinds: Vec<_> = page.entries.iter().map(|entry| entry.kind.clone()).collect();
    let said = message("general", "ada", "m-1", "hi 👋");
    assert_eq!(kinds, [created("general").kind, joined("general", "ada").kind, said.kind.clone()]);
    assert_eq!(page.entries.iter().map(|entry| (entry.seq, entry.at)).collect::<Vec<_>>(), [(1, 7), (2, 8), (3, 9)]);

    let again = commit_one(&mut engine, said).unwrap();
    assert_eq!((again.entry.seq, again.new), (3, false));
    assert_eq!(commit_one(&mut engine, message("general", "ada", "m-2", "hi")).unwrap().entry.seq, 4);
}

#[test]
fn rooms_of_version_2_are_open_and_belong_to_whoever_made_them() {
    let mut on_disk = version_2();
    assert_eq!(version(&on_disk.database()), 2);
    let mut engine = on_disk.open();
    assert_eq!(version(&on_disk.database()), 3);
    let state = |engine: &mut SqliteEngine, id: &str| {
        let state = engine.load().unwrap().rooms.into_iter().find(|it| it.room == room(id)).unwrap().state;
        assert_eq!(state.name, RoomId::parse(id).unwrap().to_name());
        assert_eq!(
            RoomState { members: [].into(), founder: None, name: String::new(), ..state.clone() },
            RoomState::default()
        );
        state
    };
    let made = state(&mut engine, "made");
    assert_eq!(made.members, [member("ada", Role::Member, 4, 4), member("bo", Role::Owner, 5, 6)].into());
    assert_eq!((made.access, made.founder), (Access::Open, None));
    assert_eq!(state(&mut engine, "left").founder, None);
    assert_eq!(state(&mut engine, "never-joined").founder, Some(user("bo").id));
    assert_eq!(state(&mut engine, "empty").founder, Some(user("parlor").id));

    commit_one(&mut engine, joined("never-joined", "bo")).unwrap();
    assert_eq!(state(&mut engine, "never-joined").members, [member("bo", Role::Owner, 2, 2)].into());
    commit_one(&mut engine, joined("left", "bo")).unwrap();
    assert_eq!(state(&mut engine, "left").members, [member("bo", Role::Member, 4, 4)].into());
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
