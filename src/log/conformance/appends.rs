use std::collections::BTreeMap;

use super::{
    Fixture, append, commit, commit_one, created, entries, joined, loaded, message, open_with_room, room, seqs, state,
};
use crate::log::{AppendError, Appended, Engine};
use crate::protocol::{EntryKind, RoomId, Seq};

pub fn seqs_are_dense_in_every_room_and_follow_the_order_of_the_appends<F: Fixture>(fixture: &mut F) {
    let mut engine = fixture.open();
    let rooms = ["general", "random", "help"];
    commit(&mut engine, rooms.map(created).into());
    let mut heads: BTreeMap<RoomId, Seq> = rooms.map(|id| (room(id), 1)).into();
    let appends: Vec<_> = (0..1_000).map(|n| message(rooms[n % 3], "ada", &format!("m-{n}"), "hi")).collect();
    for appends in appends.chunks(300) {
        for answer in commit(&mut engine, appends.to_vec()) {
            let entry = answer.unwrap().entry;
            let head = heads.get_mut(&entry.room).unwrap();
            *head += 1;
            assert_eq!(entry.seq, *head);
        }
    }
    for id in rooms {
        let kinds = appends.iter().filter(|append| append.room == room(id)).map(|append| append.kind.clone());
        assert!(entries(&engine, id).into_iter().skip(1).map(|entry| entry.kind).eq(kinds), "{id}");
    }
    drop(engine);

    let mut engine = fixture.open();
    for id in rooms {
        assert_eq!(loaded(&mut engine, id).head, heads[&room(id)]);
    }
    let next = commit_one(&mut engine, message("random", "bo", "later", "hi")).unwrap();
    assert_eq!(next.entry.seq, heads[&room("random")] + 1);
}

pub fn what_is_committed_is_what_was_appended_and_is_there_after_a_restart<F: Fixture>(fixture: &mut F) {
    let mut engine = fixture.open();
    let appends = vec![
        created("茶室"),
        joined("茶室", "ada"),
        message("茶室", "ada", "m-1", "\"quotes\", \\ and\nlines 👩‍🚀 \u{0} '); DROP TABLE entries; --"),
        append("茶室", "ada", EntryKind::Left),
    ];
    let answers = commit(&mut engine, appends.clone());
    let answered: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().entry).collect();
    for (entry, append) in answered.iter().zip(appends) {
        assert_eq!((&entry.room, entry.at, &entry.by), (&append.room, append.at, &append.by));
        assert_eq!(entry.kind, append.kind);
    }
    assert_eq!(entries(&engine, "茶室"), answered);
    drop(engine);

    let mut engine = fixture.open();
    assert_eq!(entries(&engine, "茶室"), answered);
    assert_eq!(state(&mut engine, "茶室").name, room("茶室").to_name());
}

pub fn a_message_sent_again_is_the_first_one_for_ever<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    let twice = vec![message("general", "ada", "m-1", "first"), message("general", "ada", "m-1", "second")];
    let answers = commit(&mut engine, twice);
    let first = answers[0].clone().unwrap();
    assert!(first.new);
    let again = Ok(Appended { entry: first.entry, new: false });
    assert_eq!(answers[1], again);
    commit_one(&mut engine, message("general", "ada", "m-2", "between")).unwrap();
    assert_eq!(commit_one(&mut engine, message("general", "ada", "m-1", "third")), again);
    drop(engine);

    let mut engine = fixture.open();
    assert_eq!(commit_one(&mut engine, message("general", "ada", "m-1", "fourth")), again);
    assert_eq!(seqs(&entries(&engine, "general")), [1, 2, 3]);
}

pub fn the_same_id_of_another_person_or_in_another_room_is_another_message<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    commit_one(&mut engine, created("random")).unwrap();
    for (room, user) in [("general", "ada"), ("general", "bo"), ("random", "ada")] {
        assert!(commit_one(&mut engine, message(room, user, "m-1", "hi")).unwrap().new, "{room} {user}");
    }
}

pub fn what_may_only_repeat_never_appends<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    let repeat = |id| {
        let mut append = message("general", "ada", id, "hi");
        append.repeat_only = true;
        append
    };
    assert_eq!(commit_one(&mut engine, repeat("m-1")), Err(AppendError::NoSuchMessage));
    let first = commit_one(&mut engine, message("general", "ada", "m-1", "hi")).unwrap();
    assert_eq!(commit_one(&mut engine, repeat("m-1")), Ok(Appended { entry: first.entry, new: false }));
    assert_eq!(commit_one(&mut engine, repeat("m-2")), Err(AppendError::NoSuchMessage));
    assert!(commit_one(&mut engine, message("general", "ada", "m-2", "hi")).unwrap().new);
    assert_eq!(seqs(&entries(&engine, "general")), [1, 2, 3]);
}

pub fn an_append_that_breaks_a_rule_harms_no_other<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    let answers = commit(
        &mut engine,
        vec![
            message("general", "ada", "m-1", "before"),
            message("nowhere", "ada", "m-2", "lost"),
            created("general"),
            created("nowhere"),
            created("nowhere"),
            joined("nowhere", "ada"),
            message("general", "ada", "m-3", "after"),
        ],
    );
    let answered: Vec<_> = answers.into_iter().map(|answer| answer.map(|appended| appended.entry.seq)).collect();
    let (no_room, exists) = (Err(AppendError::NoSuchRoom), Err(AppendError::RoomExists));
    assert_eq!(answered, [Ok(2), no_room, exists, Ok(1), exists, Ok(2), Ok(3)]);
    assert_eq!(seqs(&entries(&engine, "general")), [1, 2, 3]);
    assert_eq!(seqs(&entries(&engine, "nowhere")), [1, 2]);
    assert!(commit_one(&mut engine, message("nowhere", "ada", "m-2", "found")).unwrap().new);
}

pub fn the_epoch_stays_for_life<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    let epoch = engine.load().unwrap().epoch;
    drop(engine);
    assert_eq!(fixture.open().load().unwrap().epoch, epoch);
}
