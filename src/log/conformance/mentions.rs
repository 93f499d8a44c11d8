use super::{
    Fixture, append, commit, commit_one, joined, mark, mark_read, mentioning, message, open_with_room, room, state,
    user,
};
use crate::log::{Batch, Engine};
use crate::protocol::limits::MENTIONS_COUNTED_MAX;
use crate::protocol::{EntryKind, Seq};

fn mentions(engine: &mut impl Engine, of: &str) -> Vec<Seq> {
    state(engine, "general").members[&user(of).id].mentions.clone()
}

/// A log with `general`, where ada and bo are, and a fourth message by bo that mentions ada.
fn open_with_mention<F: Fixture>(fixture: &mut F) -> F::Engine {
    let mut engine = open_with_room(fixture);
    commit(&mut engine, vec![joined("general", "ada"), joined("general", "bo")]);
    commit_one(&mut engine, mentioning("general", "bo", "m-4", "@ada", &["ada"])).unwrap();
    engine
}

pub fn unread_messages_that_mention_a_member_are_counted<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_mention(fixture);
    let appends = vec![
        message("general", "bo", "m-5", "@ada, as a word"),
        mentioning("general", "bo", "m-6", "@ada @bo @cy @ada", &["ada", "bo", "cy", "ada"]),
        joined("general", "cy"),
        mentioning("general", "ada", "m-8", "@bo @cy", &["bo", "cy"]),
        mentioning("general", "bo", "m-4", "sent again", &["bo", "cy"]),
    ];
    commit(&mut engine, appends);
    for again in [false, true] {
        if again {
            drop(engine);
            engine = fixture.open();
        }
        assert_eq!(mentions(&mut engine, "ada"), [4, 6]);
        assert_eq!(mentions(&mut engine, "bo"), [8], "nobody is told of their own words");
        assert_eq!(mentions(&mut engine, "cy"), [8], "nor of what was said before they came");
    }
}

pub fn what_is_read_mentions_nobody_any_more<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_mention(fixture);
    for id in ["m-5", "m-6"] {
        commit_one(&mut engine, mentioning("general", "bo", id, "@ada", &["ada"])).unwrap();
    }
    mark_read(&mut engine, vec![mark("general", "ada", 5), mark("general", "ada", 4)]);
    assert_eq!(mentions(&mut engine, "ada"), [6]);
    // The mark may be about what is committed together with it.
    let appends = vec![mentioning("general", "bo", "m-7", "@ada", &["ada"])];
    engine.commit(Batch { appends, reads: vec![mark("general", "ada", Seq::MAX)] }).unwrap();
    assert!(mentions(&mut engine, "ada").is_empty());
    commit_one(&mut engine, mentioning("general", "bo", "m-8", "@ada", &["ada"])).unwrap();
    drop(engine);
    assert_eq!(mentions(&mut fixture.open(), "ada"), [8]);
}

pub fn no_more_mentions_are_counted_than_the_limit<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_mention(fixture);
    let last = 4 + MENTIONS_COUNTED_MAX as Seq;
    let mention = |seq| mentioning("general", "bo", &format!("m-{seq}"), "@ada", &["ada"]);
    commit(&mut engine, (5..=last).map(mention).collect());
    let counted: Vec<Seq> = (4..last).collect();
    assert_eq!(mentions(&mut engine, "ada"), counted);
    // What was not counted is not made up for; what comes next is counted again.
    mark_read(&mut engine, vec![mark("general", "ada", 10)]);
    commit(&mut engine, vec![mention(last + 1)]);
    drop(engine);
    let counted: Vec<Seq> = (11..last).chain([last + 1]).collect();
    assert_eq!(mentions(&mut fixture.open(), "ada"), counted);
}

pub fn a_mention_ends_with_its_message_and_with_membership<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_mention(fixture);
    commit_one(&mut engine, mentioning("general", "bo", "m-5", "@ada", &["ada"])).unwrap();
    commit_one(&mut engine, append("general", "bo", EntryKind::Deleted { seq: 4 })).unwrap();
    assert_eq!(mentions(&mut engine, "ada"), [5]);
    let removed = EntryKind::Removed { user: user("ada") };
    commit(&mut engine, vec![append("general", "bo", removed), joined("general", "ada")]);
    assert!(mentions(&mut engine, "ada").is_empty());
    commit_one(&mut engine, mentioning("general", "bo", "m-9", "@ada", &["ada"])).unwrap();
    commit(&mut engine, vec![append("general", "ada", EntryKind::Left), joined("general", "ada")]);
    drop(engine);
    let mut engine = fixture.open();
    assert!(mentions(&mut engine, "ada").is_empty());
    assert_eq!(engine.load().unwrap().rooms[0].room, room("general"));
}
