use std::fs;

use super::OnDisk;
use crate::log::conformance::{Fixture, append, commit, commit_one, created, message, room};
use crate::log::{AppendError, Engine, PageRange, Reader, damaged};
use crate::protocol::{Entry, EntryKind, Seq};

/// A log with five entries in `general`, closed.
fn five_entries() -> OnDisk {
    let mut on_disk = OnDisk::new();
    let mut engine = on_disk.open();
    commit(&mut engine, vec![created("general"), created("random")]);
    for n in 2..=5 {
        commit_one(&mut engine, message("general", "ada", &format!("m-{n}"), "hi")).unwrap();
    }
    on_disk
}

fn page(on_disk: &mut OnDisk, range: PageRange) -> Vec<Entry> {
    on_disk.open().reader().unwrap().page(&room("general"), range, 100).unwrap().entries
}

#[test]
fn a_change_to_any_field_of_an_entry_is_noticed() {
    for change in [
        "at = at + 1",
        "by_id = 'bo'",
        "by_id = 'not an id'",
        "by_name = 'EVE'",
        "kind = replace(kind, 'hi', 'ho')",
        "kind = '{}'",
        "checksum = checksum + 1",
        "checksum = -1",
    ] {
        let mut on_disk = five_entries();
        let intact = page(&mut on_disk, PageRange::After(0));
        let sql = format!("UPDATE entries SET {change} WHERE room = 1 AND seq = 3");
        assert_eq!(on_disk.database().execute(&sql, []), Ok(1));
        let mut expected = intact;
        expected[2] = damaged(&room("general"), 3);
        assert_eq!(page(&mut on_disk, PageRange::After(0)), expected, "{change}");
    }
}

#[test]
fn a_change_to_an_erased_message_is_noticed() {
    for change in ["by_id = 'bo'", "by_name = 'EVE'", "kind = replace(kind, 'm-3', 'm-4')", "checksum = checksum + 1"] {
        let mut on_disk = five_entries();
        let mut engine = on_disk.open();
        commit_one(&mut engine, append("general", "ada", EntryKind::Deleted { seq: 3 })).unwrap();
        drop(engine);
        let mut expected = page(&mut on_disk, PageRange::After(0));
        assert!(matches!(expected[2].kind, EntryKind::Erased { .. }));
        expected[2] = damaged(&room("general"), 3);
        let sql = format!("UPDATE entries SET {change} WHERE room = 1 AND seq = 3");
        assert_eq!(on_disk.database().execute(&sql, []), Ok(1));
        assert_eq!(page(&mut on_disk, PageRange::After(0)), expected, "{change}");
        let deletes = append("general", "ada", EntryKind::Deleted { seq: 3 });
        assert_eq!(commit_one(&mut on_disk.open(), deletes), Err(AppendError::NoSuchMessage));
    }
}

#[test]
fn an_entry_of_another_room_is_not_taken_for_one_of_this() {
    let mut on_disk = five_entries();
    on_disk.database().execute("UPDATE rooms SET id = 'other' WHERE id = 'general'", []).unwrap();
    on_disk.database().execute("UPDATE rooms SET id = 'general' WHERE id = 'random'", []).unwrap();
    assert_eq!(page(&mut on_disk, PageRange::After(0)), [damaged(&room("general"), 1)]);
}

#[test]
fn an_entry_that_has_gone_leaves_no_hole() {
    let mut on_disk = five_entries();
    on_disk.database().execute("DELETE FROM entries WHERE room = 1 AND seq IN (1, 3, 4)", []).unwrap();
    let kept = page(&mut on_disk, PageRange::After(1))[0].clone();
    let lost = |seq| damaged(&room("general"), seq);
    assert_eq!(page(&mut on_disk, PageRange::After(0))[..4], [lost(1), kept.clone(), lost(3), lost(4)]);
    assert_eq!(page(&mut on_disk, PageRange::Before(5)), [lost(1), kept, lost(3), lost(4)]);
    assert_eq!(page(&mut on_disk, PageRange::Before(Seq::MAX)).len(), 5);
}

#[test]
fn a_message_that_has_gone_while_its_id_is_known_is_not_written_again() {
    let mut on_disk = five_entries();
    // As if the page of the table had lost it, and the index not.
    on_disk
        .database()
        .execute_batch(
            "PRAGMA writable_schema = ON;
             CREATE TABLE hidden AS SELECT * FROM sqlite_schema WHERE name = 'messages';
             DELETE FROM sqlite_schema WHERE name = 'messages';",
        )
        .unwrap();
    on_disk
        .database()
        .execute_batch(
            "DELETE FROM entries WHERE room = 1 AND seq = 3;
             PRAGMA writable_schema = ON;
             INSERT INTO sqlite_schema SELECT * FROM hidden;",
        )
        .unwrap();
    let mut engine = on_disk.open();
    assert_eq!(commit_one(&mut engine, message("general", "ada", "m-3", "hi")), Err(AppendError::Damaged));
    assert!(!commit_one(&mut engine, message("general", "ada", "m-4", "hi")).unwrap().new);
}

#[test]
fn a_database_in_ruins_gives_errors_and_no_wrong_entries() {
    let mut on_disk = five_entries();
    let intact = page(&mut on_disk, PageRange::After(0));
    let bytes = fs::read(on_disk.path()).unwrap();
    let mut rng = fastrand::Rng::with_seed(1);
    let mut noticed = 0;
    for round in 0..300 {
        let mut ruined = bytes.clone();
        // The first page holds the header and the names of tables, without which nothing opens.
        for _ in 0..rng.usize(1..200) {
            let place = rng.usize(4_096..ruined.len());
            ruined[place] = rng.u8(..);
        }
        fs::write(on_disk.path(), ruined).unwrap();
        let Ok(engine) = super::SqliteEngine::open(on_disk.0.path()) else { continue };
        let Ok(page) = engine.reader().unwrap().page(&room("general"), PageRange::After(0), 100) else { continue };
        for (entry, seq) in page.entries.iter().zip(1..) {
            let is_damaged = *entry == damaged(&room("general"), seq);
            assert!(is_damaged || intact.get(seq as usize - 1) == Some(entry), "round {round}: {entry:?}");
            noticed += u32::from(is_damaged);
        }
    }
    assert!(noticed > 0);
}
