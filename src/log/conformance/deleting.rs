use super::{
    Fixture, append, commit, commit_one, created, entries, joined, loaded, mark, mentioning, message, open_with_room,
    page, room, seqs, state, user,
};
use crate::log::{Append, AppendError, Appended, Batch, Engine, PageRange, RoomState};
use crate::protocol::{EntryKind, InviteId, MessageId, Seq};

fn deletes(at_room: &str, seq: Seq) -> Append {
    append(at_room, "ada", EntryKind::Deleted { seq })
}

fn erased(id: &str) -> EntryKind {
    EntryKind::Erased { id: MessageId::parse(id).unwrap() }
}

pub fn a_deleted_message_is_erased_in_its_place_for_good<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    for id in ["m-2", "m-3", "m-4"] {
        commit_one(&mut engine, message("general", "ada", id, &"secret ".repeat(300))).unwrap();
    }
    let mut expected = entries(&engine, "general");
    expected[2].kind = erased("m-3");
    let mut reader = engine.reader().unwrap();
    let deleted = commit_one(&mut engine, deletes("general", 3)).unwrap();
    assert_eq!((deleted.entry.seq, deleted.new), (5, true));
    expected.push(deleted.entry);
    assert_eq!(entries(&engine, "general"), expected);
    let read = crate::log::Reader::page(&mut reader, &room("general"), PageRange::Before(5), 2).unwrap().entries;
    assert_eq!(read, expected[2..4]);
    drop((engine, reader));
    assert_eq!(entries(&fixture.open(), "general"), expected);
}

pub fn only_a_message_that_is_there_can_be_deleted<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    let appends =
        vec![message("general", "ada", "m-2", "hi"), message("general", "ada", "m-3", "hi"), created("random")];
    commit(&mut engine, appends);
    drop(engine);
    fixture.damage(&room("general"), 3);
    let mut engine = fixture.open();
    commit_one(&mut engine, deletes("general", 2)).unwrap();
    let places = [
        ("general", 0),
        ("general", 1),
        ("general", 2), // erased already
        ("general", 3), // damaged
        ("general", 4), // a deletion
        ("general", 5), // its own
        ("general", Seq::MAX),
        ("random", 2),
    ];
    for (at_room, seq) in places {
        assert_eq!(commit_one(&mut engine, deletes(at_room, seq)), Err(AppendError::NoSuchMessage), "{at_room} {seq}");
    }
    assert_eq!(commit_one(&mut engine, deletes("nowhere", 1)), Err(AppendError::NoSuchRoom));
    assert_eq!(seqs(&entries(&engine, "general")), [1, 2, 3, 4]);
    assert_eq!(commit_one(&mut engine, message("general", "ada", "m-5", "hi")).unwrap().entry.seq, 5);
}

pub fn an_erased_message_that_is_sent_again_stays_erased<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    let said = message("general", "ada", "m-2", "secret");
    commit(&mut engine, vec![said.clone(), deletes("general", 2)]);
    let entry = entries(&engine, "general").remove(1);
    assert_eq!(entry.kind, erased("m-2"));
    let answer = Ok(Appended { entry, new: false });
    let repeat = Append { repeat_only: true, ..said.clone() };
    assert_eq!(commit(&mut engine, vec![said.clone(), repeat.clone()]), [answer.clone(), answer.clone()]);
    drop(engine);
    let mut engine = fixture.open();
    assert_eq!(commit(&mut engine, vec![said, repeat]), [answer.clone(), answer]);
    assert!(commit_one(&mut engine, message("general", "bo", "m-2", "of another person")).unwrap().new);
    drop(engine);
    fixture.damage(&room("general"), 2);
    let again = commit_one(&mut fixture.open(), message("general", "ada", "m-2", "secret"));
    assert_eq!(again, Err(AppendError::Damaged));
}

pub fn a_message_can_be_deleted_in_the_commit_that_it_came_with<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    let said = || message("general", "ada", "m-2", "secret");
    let answers = commit(&mut engine, vec![said(), deletes("general", 2), said(), deletes("general", 2)]);
    assert_eq!(answers[0].as_ref().unwrap().entry.kind, said().kind, "so it was when it was appended");
    assert_eq!(answers[2].as_ref().map(|again| (&again.entry.kind, again.new)), Ok((&erased("m-2"), false)));
    assert_eq!(answers[3], Err(AppendError::NoSuchMessage));
    let kinds: Vec<_> = entries(&engine, "general").into_iter().skip(1).map(|entry| entry.kind).collect();
    assert_eq!(kinds, [erased("m-2"), EntryKind::Deleted { seq: 2 }]);
}

/// `general` with something of everything, its head at 7.
fn open_with_all<F: Fixture>(fixture: &mut F) -> F::Engine {
    let mut engine = open_with_room(fixture);
    let invited = EntryKind::Invited { invite: InviteId::parse("i").unwrap(), expires_at: None, uses_max: None };
    let appends = vec![
        joined("general", "ada"),
        mentioning("general", "bo", "m-3", "@ada", &["ada"]),
        append("general", "ada", EntryKind::Topic { topic: "books".into() }),
        append("general", "ada", EntryKind::Banned { user: user("cy") }),
        append("general", "ada", EntryKind::Muted { user: user("bo"), until: 9 }),
        append("general", "ada", invited),
        created("random"),
        message("random", "ada", "m-2", "elsewhere"),
    ];
    commit(&mut engine, appends);
    engine
}

fn closed() -> Append {
    append("general", "ada", EntryKind::Closed)
}

pub fn of_a_closed_room_nothing_is_left_but_its_name_and_head<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_all(fixture);
    let mut reader = engine.reader().unwrap();
    let last = commit_one(&mut engine, closed()).unwrap();
    assert_eq!((last.entry.seq, last.entry.kind, last.new), (8, EntryKind::Closed, true));
    let elsewhere = loaded(&mut engine, "random");
    for range in [PageRange::After(0), PageRange::After(7), PageRange::Before(9), PageRange::Before(Seq::MAX)] {
        let read = crate::log::Reader::page(&mut reader, &room("general"), range, 100).unwrap().entries;
        assert_eq!(read, [], "{range:?}");
    }
    drop(reader);
    for again in [false, true] {
        if again {
            drop(engine);
            engine = fixture.open();
        }
        assert_eq!(page(&engine, "general", PageRange::After(0), 100), []);
        let left = loaded(&mut engine, "general");
        let expected = RoomState { name: "General".into(), is_closed: true, ..RoomState::default() };
        assert_eq!((left.state, left.head), (expected, 8));
        assert_eq!(loaded(&mut engine, "random"), elsewhere);
        assert_eq!(seqs(&entries(&engine, "random")), [1, 2]);
    }
}

pub fn nothing_can_be_appended_to_a_closed_room<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_all(fixture);
    commit_one(&mut engine, closed()).unwrap();
    for again in [false, true] {
        if again {
            drop(engine);
            engine = fixture.open();
        }
        let said = message("general", "bo", "m-3", "@ada");
        let appends = vec![
            Append { repeat_only: true, ..said.clone() },
            said,
            joined("general", "ada"),
            deletes("general", 3),
            closed(),
            created("general"),
        ];
        let mut expected = vec![Err(AppendError::RoomClosed); 5];
        expected.push(Err(AppendError::RoomExists));
        assert_eq!(commit(&mut engine, appends), expected);
        engine.commit(Batch { appends: vec![], reads: vec![mark("general", "ada", 8)] }).unwrap();
        let left = loaded(&mut engine, "general");
        assert!(left.head == 8 && left.state.members.is_empty(), "{left:?}");
    }
}

pub fn a_room_can_be_closed_in_the_commit_that_it_came_with<F: Fixture>(fixture: &mut F) {
    let mut engine = fixture.open();
    let answers =
        commit(&mut engine, vec![created("general"), joined("general", "ada"), closed(), joined("general", "bo")]);
    assert_eq!(answers[3], Err(AppendError::RoomClosed));
    drop(engine);
    let left = loaded(&mut fixture.open(), "general");
    assert!(left.head == 3 && left.state.is_closed, "{left:?}");
}

pub fn a_deletion_that_fails_to_be_committed_deletes_nothing<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_all(fixture);
    let before = (entries(&engine, "general"), state(&mut engine, "general"));
    fixture.set_space(Some(1));
    for kind in [EntryKind::Closed, EntryKind::Deleted { seq: 3 }] {
        let appends = vec![message("random", "ada", "m-3", "hi"), append("general", "ada", kind)];
        assert!(engine.commit(Batch { appends, reads: vec![] }).is_err());
        assert_eq!((entries(&engine, "general"), state(&mut engine, "general")), before);
    }
    fixture.set_space(None);
    let said = message("general", "bo", "m-3", "@ada");
    assert_eq!(commit_one(&mut engine, said).map(|again| again.entry), Ok(before.0[2].clone()));
    commit_one(&mut engine, deletes("general", 3)).unwrap();
    commit_one(&mut engine, closed()).unwrap();
    assert_eq!(loaded(&mut engine, "general").head, 9);
}
