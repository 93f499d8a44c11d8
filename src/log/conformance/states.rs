use std::collections::BTreeMap;

use super::{
    Fixture, append, commit, commit_one, created, entries, joined, open_with_room, room, state, user, with_secret,
};
use crate::log::{Append, Engine, Invite, Member, RoomState, Secret};
use crate::protocol::{Access, EntryKind, InviteId, Role, Seq, encode};

/// What becomes of `general`, also after a restart.
fn outcome<F: Fixture>(fixture: &mut F, appends: Vec<Append>) -> RoomState {
    let mut engine = open_with_room(fixture);
    for answer in commit(&mut engine, appends) {
        assert!(answer.unwrap().new);
    }
    let outcome = state(&mut engine, "general");
    drop(engine);
    assert_eq!(state(&mut fixture.open(), "general"), outcome);
    outcome
}

fn in_general(by: &str, kind: EntryKind) -> Append {
    append("general", by, kind)
}

fn invite(id: &str) -> InviteId {
    InviteId::parse(id).unwrap()
}

fn role(engine: &mut impl Engine, of: &str) -> Option<Role> {
    state(engine, "general").members.get(&user(of).id).map(|member| member.role)
}

fn becomes(name: &str, role: Role) -> Append {
    in_general("ada", EntryKind::Role { user: user(name), role })
}

pub fn a_new_room_is_as_it_was_created<F: Fixture>(fixture: &mut F) {
    let mut engine = fixture.open();
    let plain = EntryKind::Created { name: "Book club".into(), access: Access::Open };
    commit_one(&mut engine, append("book-club", "ada", plain)).unwrap();
    let closed = EntryKind::Created { name: "Vault".into(), access: Access::Password };
    commit_one(&mut engine, with_secret(append("vault", "bo", closed), "a hash")).unwrap();
    drop(engine);

    let mut engine = fixture.open();
    let founder = Some(user("ada").id);
    assert_eq!(
        state(&mut engine, "book-club"),
        RoomState { name: "Book club".into(), founder, ..RoomState::default() }
    );
    let (access, password, founder) = (Access::Password, Some(Secret::new("a hash")), Some(user("bo").id));
    let expected = RoomState { name: "Vault".into(), access, password, founder, ..RoomState::default() };
    assert_eq!(state(&mut engine, "vault"), expected);
}

pub fn whoever_made_a_room_owns_it_from_the_first_time_they_join<F: Fixture>(fixture: &mut F) {
    let mut engine = fixture.open();
    let made = EntryKind::Created { name: "General".into(), access: Access::Open };
    let appends = vec![append("general", "ada", made), joined("general", "bo"), joined("general", "ada")];
    commit(&mut engine, appends);
    let member = |name: &str, role, seq| {
        (user(name).id, Member { name: user(name).name, role, joined: seq, read: seq, mentions: vec![] })
    };
    let members = BTreeMap::from([member("ada", Role::Owner, 3), member("bo", Role::Member, 2)]);
    let expected = RoomState { name: "General".into(), members, ..RoomState::default() };
    assert_eq!(state(&mut engine, "general"), expected);
    commit(&mut engine, vec![append("general", "ada", EntryKind::Left), joined("general", "ada")]);
    drop(engine);
    assert_eq!(role(&mut fixture.open(), "ada"), Some(Role::Member));
}

pub fn the_newest_name_topic_access_and_slow_mode_hold<F: Fixture>(fixture: &mut F) {
    let changes = vec![
        EntryKind::Renamed { name: "Wrong".into() },
        EntryKind::Renamed { name: "茶室 👩‍🚀".into() },
        EntryKind::Topic { topic: "wrong".into() },
        EntryKind::Topic { topic: "\"quotes\"; DROP TABLE rooms --".into() },
        EntryKind::Access { access: Access::Hidden },
        EntryKind::Access { access: Access::Invite },
        EntryKind::SlowMode { seconds: 5 },
        EntryKind::SlowMode { seconds: 3_600 },
    ];
    let outcome = outcome(fixture, changes.into_iter().map(|kind| in_general("ada", kind)).collect());
    assert_eq!((outcome.name.as_str(), outcome.topic.as_str()), ("茶室 👩‍🚀", "\"quotes\"; DROP TABLE rooms --"));
    assert_eq!((outcome.access, outcome.slow_mode_s), (Access::Invite, 3_600));
}

pub fn secrets_are_kept_with_what_they_open_and_not_among_the_entries<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    let access = |access| in_general("ada", EntryKind::Access { access });
    let invited = EntryKind::Invited { invite: invite("i-1"), expires_at: None, uses_max: None };
    commit_one(&mut engine, with_secret(access(Access::Password), "first-hash")).unwrap();
    commit_one(&mut engine, with_secret(access(Access::Password), "second-hash")).unwrap();
    commit_one(&mut engine, with_secret(in_general("ada", invited), "digest-of-code")).unwrap();
    drop(engine);

    let mut engine = fixture.open();
    let kept = state(&mut engine, "general");
    assert_eq!(kept.password.as_ref().map(Secret::as_str), Some("second-hash"));
    assert_eq!(kept.invites[&invite("i-1")].code.as_str(), "digest-of-code");
    let told = encode(&entries(&engine, "general")) + &format!("{kept:?}");
    assert!(!told.contains("hash") && !told.contains("digest"), "{told}");
    commit_one(&mut engine, access(Access::Open)).unwrap();
    assert_eq!(state(&mut engine, "general").password, None);
}

pub fn roles_are_those_of_members_and_end_with_membership<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    commit(&mut engine, vec![joined("general", "ada"), joined("general", "bo"), becomes("bo", Role::Moderator)]);
    commit(&mut engine, vec![becomes("ada", Role::Moderator), becomes("ada", Role::Owner), becomes("cy", Role::Owner)]);
    let roles = |engine: &mut F::Engine| ["ada", "bo", "cy"].map(|name| role(engine, name));
    assert_eq!(roles(&mut engine), [Some(Role::Owner), Some(Role::Moderator), None]);
    let left = in_general("bo", EntryKind::Left);
    commit(&mut engine, vec![left, joined("general", "bo"), joined("general", "cy")]);
    drop(engine);
    assert_eq!(roles(&mut fixture.open()), [Some(Role::Owner), Some(Role::Member), Some(Role::Member)]);
}

pub fn whoever_is_removed_or_banned_is_no_member<F: Fixture>(fixture: &mut F) {
    let about = |name: &str, kind: fn(_) -> EntryKind| in_general("ada", kind(user(name)));
    let appends = vec![
        joined("general", "bo"),
        joined("general", "cy"),
        joined("general", "dee"),
        about("bo", |user| EntryKind::Removed { user }),
        about("cy", |user| EntryKind::Banned { user }),
        about("cy", |user| EntryKind::Banned { user }),
        about("stranger", |user| EntryKind::Banned { user }),
        about("forgiven", |user| EntryKind::Banned { user }),
        about("forgiven", |user| EntryKind::Unbanned { user }),
    ];
    let outcome = outcome(fixture, appends);
    assert!(outcome.members.into_keys().eq([user("dee").id]));
    assert_eq!(outcome.bans, ["cy", "stranger"].map(|name| (user(name).id, user(name).name)).into());
}

pub fn mutes_last_until_they_are_ended_and_longer_than_membership<F: Fixture>(fixture: &mut F) {
    let mute = |name: &str, until| in_general("ada", EntryKind::Muted { user: user(name), until });
    let appends = vec![
        joined("general", "bo"),
        mute("bo", 100),
        mute("bo", 50),
        mute("cy", 200),
        mute("cy", 0),
        in_general("bo", EntryKind::Left),
    ];
    assert_eq!(outcome(fixture, appends).mutes, [(user("bo").id, 50)].into());
}

pub fn invites_are_counted_down_used_up_revoked_and_forgotten_once_expired<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    let made = |id: &str, at, expires_at, uses_max| {
        let made = in_general("ada", EntryKind::Invited { invite: invite(id), expires_at, uses_max });
        with_secret(Append { at, ..made }, &format!("digest of {id}"))
    };
    let joins = |name, id| in_general(name, EntryKind::Joined { invite: Some(invite(id)) });
    let appends = vec![
        made("forever", 10, None, None),
        made("expired", 10, Some(20), None),
        made("soon", 10, Some(21), Some(3)),
        made("used-up", 10, None, Some(2)),
        made("revoked", 10, None, None),
        joins("bo", "used-up"),
        joins("bo", "forever"),
        joins("cy", "forever"),
        joins("cy", "unknown"),
        joins("dee", "soon"),
        joins("dee", "used-up"),
        in_general("ada", EntryKind::InviteRevoked { invite: invite("revoked") }),
    ];
    commit(&mut engine, appends);
    let kept = |engine: &mut F::Engine| {
        let invites = state(engine, "general").invites;
        invites.into_iter().map(|(id, invite)| (id.into(), invite.uses)).collect::<Vec<(String, u32)>>()
    };
    assert_eq!(kept(&mut engine), [("expired".into(), 0), ("forever".into(), 2), ("soon".into(), 1)]);
    commit_one(&mut engine, made("newest", 20, Some(30), Some(7))).unwrap();
    drop(engine);

    let mut engine = fixture.open();
    assert_eq!(kept(&mut engine), [("forever".into(), 2), ("newest".into(), 0), ("soon".into(), 1)]);
    let newest = state(&mut engine, "general").invites[&invite("newest")].clone();
    let (by, code) = (user("ada"), Secret::new("digest of newest"));
    assert_eq!(newest, Invite { by, at: 20, expires_at: Some(30), uses_max: Some(7), uses: 0, code });
    // One room has nothing to do with another.
    commit(
        &mut engine,
        vec![created("random"), append("random", "bo", EntryKind::InviteRevoked { invite: invite("soon") })],
    );
    assert_eq!(kept(&mut engine).len(), 3);
    let head: Seq = engine.load().unwrap().rooms.iter().filter(|it| it.room == room("general")).map(|it| it.head).sum();
    assert_eq!(head, 14);
}
