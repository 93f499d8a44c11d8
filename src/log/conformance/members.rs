use super::{Fixture, append, commit_one, joined, loaded, mark, mark_read, message, open_with_room, state, user};
use crate::log::{Batch, Engine, Member};
use crate::protocol::{EntryKind, Seq, User};

/// Those of `general`, with how far they have read, in order of their ids.
fn members(engine: &mut impl Engine) -> Vec<(String, Seq)> {
    let members = state(engine, "general").members;
    members.into_iter().map(|(id, Member { read, .. })| (id.into(), read)).collect()
}

/// The seq that it gets.
fn joins(engine: &mut impl Engine, name: &str) -> Seq {
    commit_one(engine, joined("general", name)).unwrap().entry.seq
}

fn leaves(engine: &mut impl Engine, name: &str) {
    commit_one(engine, append("general", name, EntryKind::Left)).unwrap();
}

fn says(engine: &mut impl Engine, name: &str, id: &str) -> Seq {
    commit_one(engine, message("general", name, id, "hi")).unwrap().entry.seq
}

pub fn members_are_those_who_joined_and_did_not_leave<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    for name in ["ada", "bo", "bo", "cy", "dee"] {
        joins(&mut engine, name);
    }
    for name in ["cy", "cy", "dee"] {
        leaves(&mut engine, name);
    }
    joins(&mut engine, "dee");
    let expected = ["ada", "bo", "dee"].map(user);
    for again in [false, true] {
        if again {
            drop(engine);
            engine = fixture.open();
        }
        let members = state(&mut engine, "general").members;
        let users = members.into_iter().map(|(id, member)| User { id, name: member.name });
        assert_eq!(users.collect::<Vec<_>>(), expected);
    }
    assert_eq!(loaded(&mut engine, "general").head, 10);
}

pub fn whoever_joins_has_read_up_to_that_and_no_further<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    let joined = joins(&mut engine, "ada");
    let said = says(&mut engine, "bo", "m-1");
    assert_eq!(members(&mut engine), [("ada".into(), joined)]);
    mark_read(&mut engine, vec![mark("general", "ada", said)]);
    leaves(&mut engine, "ada");
    says(&mut engine, "bo", "m-2");
    let joined = joins(&mut engine, "ada");
    says(&mut engine, "bo", "m-3");
    drop(engine);
    assert_eq!(members(&mut fixture.open()), [("ada".into(), joined)]);
}

pub fn read_marks_only_move_forward_and_never_beyond_the_head<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    joins(&mut engine, "ada");
    joins(&mut engine, "bo");
    for n in 4..=9 {
        says(&mut engine, "bo", &format!("m-{n}"));
    }
    mark_read(&mut engine, vec![mark("general", "ada", 6), mark("general", "ada", 5)]);
    mark_read(&mut engine, vec![mark("general", "ada", 4)]);
    assert_eq!(members(&mut engine), [("ada".into(), 6), ("bo".into(), 3)]);
    drop(engine);

    let mut engine = fixture.open();
    assert_eq!(members(&mut engine), [("ada".into(), 6), ("bo".into(), 3)]);
    // The mark may be about what is committed together with it.
    let appends = vec![message("general", "bo", "m-10", "hi")];
    engine.commit(Batch { appends, reads: vec![mark("general", "bo", 10)] }).unwrap();
    mark_read(&mut engine, vec![mark("general", "ada", Seq::MAX)]);
    assert_eq!(members(&mut engine), [("ada".into(), 10), ("bo".into(), 10)]);
    says(&mut engine, "ada", "m-11");
    drop(engine);
    assert_eq!(members(&mut fixture.open()), [("ada".into(), 10), ("bo".into(), 10)]);
}

pub fn read_marks_are_kept_for_members_alone<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    joins(&mut engine, "ada");
    says(&mut engine, "ada", "m-1");
    mark_read(&mut engine, vec![mark("general", "bo", 3), mark("nowhere", "ada", 1), mark("general", "ada", 3)]);
    assert_eq!(members(&mut engine), [("ada".into(), 3)]);
    leaves(&mut engine, "ada");
    mark_read(&mut engine, vec![mark("general", "ada", 4)]);
    assert_eq!(members(&mut engine), []);
}
