use super::{
    Fixture, append, commit, commit_one, created, entries, joined, mark, message, open_with_room, page, seqs, state,
};
use crate::log::{Append, AppendError, Batch, Engine, PageRange};
use crate::protocol::EntryKind;

fn batch(appends: Vec<Append>) -> Batch {
    Batch { appends, reads: vec![] }
}

pub fn a_commit_that_fails_in_the_middle_leaves_nothing_behind<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    commit_one(&mut engine, joined("general", "ada")).unwrap();
    let appends = vec![
        message("general", "ada", "m-1", "hi"),
        created("random"),
        append("general", "ada", EntryKind::Left),
        joined("general", "bo"),
        message("general", "ada", "m-2", "hi"),
    ];
    fixture.set_space(Some(4));
    let reads = vec![mark("general", "ada", 3)];
    assert!(engine.commit(Batch { appends: appends.clone(), reads }).is_err());
    let nothing_has_changed = |engine: &mut F::Engine| {
        assert_eq!(seqs(&entries(engine, "general")), [1, 2]);
        assert_eq!(engine.load().unwrap().rooms.len(), 1);
        let members = state(engine, "general").members;
        assert!(members.iter().map(|(id, member)| (id.as_str(), member.read)).eq([("ada", 2)]));
    };
    nothing_has_changed(&mut engine);
    drop(engine);
    let mut engine = fixture.open();
    nothing_has_changed(&mut engine);

    fixture.set_space(None);
    let answered: Vec<_> =
        commit(&mut engine, appends).into_iter().map(|it| it.map(|it| (it.entry.seq, it.new))).collect();
    assert_eq!(answered, [3, 1, 4, 5, 6].map(|seq| Ok((seq, true))));
}

pub fn a_log_that_can_be_written_again_recovers_by_itself<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    for round in 0..3 {
        let id = format!("m-{round}");
        fixture.set_space(Some(0));
        for _ in 0..3 {
            assert!(engine.commit(batch(vec![message("general", "ada", &id, "hi")])).is_err());
        }
        fixture.set_space(None);
        engine.commit(Batch::default()).unwrap();
        let said = commit_one(&mut engine, message("general", "ada", &id, "hi")).unwrap();
        assert_eq!((said.entry.seq, said.new), (2 + round, true));
        assert_eq!(commit_one(&mut engine, created("general")), Err(AppendError::RoomExists));
    }
    assert_eq!(seqs(&entries(&engine, "general")), [1, 2, 3, 4]);
}

pub fn pages_are_read_while_nothing_can_be_committed<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    fixture.set_space(Some(0));
    assert!(engine.commit(batch(vec![message("general", "ada", "m-1", "hi")])).is_err());
    assert_eq!(seqs(&page(&engine, "general", PageRange::After(0), 10)), [1]);
    fixture.set_space(None);
}
