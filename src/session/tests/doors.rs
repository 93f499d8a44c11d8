//! Rooms with doors, being taken out, being muted, and changing a room.

use super::*;
use crate::protocol::{Changed, InviteCode, LeftReason, MemberPage, Password, RoomChange, RoomSettings};

fn by_password(text: &str) -> Command {
    let key = Some(Key::Password(Password::parse(text).unwrap()));
    Command::Join { room: room_id("cellar"), key }
}

fn by_invite(code: &str) -> Command {
    let key = Some(Key::Invite(InviteCode::parse(code).unwrap()));
    Command::Join { room: room_id("cellar"), key }
}

fn bo() -> User {
    User { id: UserId::parse("bo").unwrap(), name: "Bo".into() }
}

fn removed(reason: LeftReason) -> Left {
    Left { reason: Some(reason), by: Some(bo()), ..left("general") }
}

fn refused(about: &str, code: ErrorCode, retry_after_ms: Option<u64>) -> ServerFrame {
    let room = Some(room_id("cellar"));
    ServerFrame::Error(Refusal { code, room, retry_after_ms, ..unavailable(about) })
}

#[test]
fn a_key_is_shown_at_the_door_over_reconnects_until_the_person_is_in() {
    let mut bench = Bench::online(1);
    bench.command(by_password("open sesame"));
    let join = json!({"type": "join", "room": "cellar", "password": "open sesame"});
    assert_eq!(bench.sent.last().unwrap(), &join);
    bench.reconnect("epoch-1", &[]);
    assert_eq!(bench.sent.last().unwrap(), &join);
    bench.reconnect("epoch-2", &[]);
    assert_eq!(bench.sent.last().unwrap(), &join, "also at the door of another log");
    bench.joined("cellar", 4);
    bench.reconnect("epoch-3", &[]);
    assert_eq!(bench.sent.last().unwrap(), &json!({"type": "join", "room": "cellar"}), "whoever is in needs no key");
}

#[test]
fn another_key_is_tried_at_once() {
    let mut bench = Bench::online(1);
    bench.command(by_password("sesame"));
    bench.command(by_invite("0123456789abcdef"));
    let join = json!({"type": "join", "room": "cellar", "invite": "0123456789abcdef"});
    assert_eq!(bench.sent.last().unwrap(), &join);
    bench.joined("cellar", 4);
    bench.forget();
    bench.command(by_password("sesame"));
    assert_eq!(bench.sent, [] as [Value; 0], "the door is open");
}

#[test]
fn a_door_that_stays_shut_is_a_problem_that_the_person_solves() {
    for code in [
        ErrorCode::PasswordRequired,
        ErrorCode::InviteRequired,
        ErrorCode::WrongPassword,
        ErrorCode::BadInvite,
        ErrorCode::Banned,
        ErrorCode::RoomClosed,
    ] {
        let mut bench = Bench::online(1);
        bench.command(by_password("sesame"));
        bench.receive(&refused("join", code, Some(4_000)));
        assert!(matches!(bench.events.last(), Some(Event::Problem(refusal)) if refusal.code == code));
        bench.forget();
        bench.run_for(30_000);
        assert!(!bench.sent_types().contains(&"join"), "{code:?} does not pass by itself");
        bench.command(by_password("open sesame"));
        assert_eq!(bench.sent.last().unwrap()["password"], "open sesame");
    }
}

#[test]
fn a_room_on_the_screen_that_cannot_be_entered_again_is_left() {
    let mut bench = Bench::in_room("cellar", 4);
    bench.close(1006);
    bench.command(join("cellar"));
    bench.command(Command::ReconnectNow);
    bench.open();
    bench.welcome("epoch-1", &[]);
    bench.receive(&refused("join", ErrorCode::InviteRequired, None));
    let last = &bench.events[bench.events.len() - 2..];
    assert!(matches!(last, [Event::Left(left), Event::Problem(_)] if left.room == room_id("cellar")), "{last:?}");
}

#[test]
fn a_key_tried_too_early_is_tried_again_in_time() {
    let mut bench = Bench::online(1);
    bench.command(by_password("sesame"));
    bench.receive(&refused("join", ErrorCode::RateLimited, Some(4_000)));
    bench.forget();
    bench.run_for(3_999);
    assert_eq!(bench.sent, [] as [Value; 0]);
    bench.run_for(1);
    assert_eq!(bench.sent[0]["password"], "sesame");
}

#[test]
fn whoever_is_taken_out_of_a_room_learns_why_and_the_room_is_forgotten() {
    for reason in [LeftReason::Removed, LeftReason::Banned, LeftReason::Closed] {
        let mut bench = Bench::in_room("general", 4);
        bench.receive(&ServerFrame::Left(removed(reason)));
        assert_eq!(bench.events, [Event::Left(removed(reason))]);
        assert_eq!(bench.kept.last(), Some(&Keep::ForgetRoom { room: room_id("general") }));
        bench.forget();
        bench.entry("general", 5, "m5");
        bench.reconnect("epoch-1", &[]);
        assert_eq!((bench.shown(), bench.sent_types()), (vec![], vec!["hello"]), "nothing more comes of it");
    }
}

#[test]
fn what_was_on_its_way_when_somebody_was_taken_out_is_answered_like_anything_else() {
    let mut bench = Bench::in_room("general", 4);
    bench.say("general", "m1", "one");
    bench.say("general", "m2", "two");
    bench.receive(&ServerFrame::Left(removed(LeftReason::Removed)));
    bench.accepted("general", "m1", 5);
    bench.refuse(ErrorCode::NotInRoom, "m2", None);
    let (id, room) = (message_id("m2"), room_id("general"));
    assert_eq!(bench.events.last(), Some(&Event::Refused { id, room, code: ErrorCode::NotInRoom }));
}

#[test]
fn a_message_that_is_deleted_is_erased_before_its_deletion_is_kept() {
    let mut bench = Bench::in_room("general", 4);
    let deleted = Entry { kind: EntryKind::Deleted { seq: 5 }, ..entry("general", 7, "x") };
    bench.receive(&ServerFrame::Entry(deleted));
    bench.entry("general", 6, "m6");
    bench.kept.clear();
    bench.entry("general", 5, "m5");
    assert_eq!(bench.shown(), [5, 6, 7]);
    let kept: Vec<_> = bench.kept.iter().filter(|keep| !matches!(keep, Keep::Settled { .. })).collect();
    let erase = Keep::Erase { epoch: Epoch::parse("epoch-1").unwrap(), room: room_id("general"), seq: 5 };
    let [first, Keep::Entries { entries, cursor: 7, .. }] = kept[..] else { panic!("{kept:?}") };
    assert_eq!((first, &entries[0].kind), (&erase, &EntryKind::Erased { id: message_id("m5") }));
}

#[test]
fn a_short_slow_mode_is_waited_out_and_a_long_one_is_the_persons_to_decide() {
    let mut bench = Bench::in_room("general", 0);
    bench.say("general", "m1", "one");
    bench.refuse(ErrorCode::SlowMode, "m1", Some(15_000));
    assert!(bench.events.contains(&Event::SlowDown { code: ErrorCode::SlowMode, retry_in_s: 15 }));
    bench.run_for(14_999);
    assert_eq!(bench.sent_ids(), ["m1"]);
    bench.run_for(1);
    assert_eq!(bench.sent_ids(), ["m1", "m1"]);
    bench.refuse(ErrorCode::SlowMode, "m1", Some(15_001));
    let (id, room) = (message_id("m1"), room_id("general"));
    assert_eq!(bench.events.last(), Some(&Event::Refused { id, room, code: ErrorCode::SlowMode }));
    bench.say("general", "m2", "two");
    assert_eq!(bench.sent_ids(), ["m1", "m1", "m2"], "what is refused holds up nothing");
}

#[test]
fn a_muted_person_keeps_what_they_wrote() {
    let mut bench = Bench::in_room("general", 0);
    bench.say("general", "m1", "one");
    bench.refuse(ErrorCode::Muted, "m1", Some(5_000));
    let (id, room) = (message_id("m1"), room_id("general"));
    assert_eq!(bench.events.last(), Some(&Event::Refused { id: id.clone(), room, code: ErrorCode::Muted }));
    assert_eq!(bench.kept.last(), Some(&Keep::Refused { id, code: ErrorCode::Muted }));
}

#[test]
fn a_refused_message_that_was_stored_before_is_settled_by_its_entry() {
    for code in [ErrorCode::Muted, ErrorCode::SlowMode, ErrorCode::NotInRoom] {
        let mut bench = Bench::in_room("general", 0);
        bench.say("general", "m1", "one");
        bench.refuse(code, "m1", Some(60_000));
        bench.entry("general", 1, "m1");
        assert!(matches!(&bench.events[bench.events.len() - 2..], [Event::Accepted { seq: 1, .. }, Event::Entry(_)]));
        bench.command(Command::Resend { id: message_id("m1") });
        assert_eq!(bench.sent_ids(), ["m1"], "there is nothing to be sent any more");
    }
}

#[test]
fn changes_members_and_settings_are_asked_for_once_and_their_answers_shown() {
    let mut bench = Bench::in_room("general", 4);
    let general = room_id("general");
    bench.command(Command::Change { room: general.clone(), change: RoomChange::Topic { topic: "Tea".into() } });
    bench.command(Command::Members { room: general.clone(), after: Some(ada().id) });
    bench.command(Command::Settings { room: general.clone() });
    assert_eq!(
        bench.sent,
        [
            json!({"type": "change", "room": "general", "change": "topic", "topic": "Tea"}),
            json!({"type": "members", "room": "general", "after": "ada"}),
            json!({"type": "settings", "room": "general"}),
        ]
    );
    let changed = Changed { room: general.clone(), change: "topic".into(), seq: 5, code: None };
    let page = MemberPage { room: general.clone(), at: 4, after: None, members: vec![], more: false };
    let settings = RoomSettings { room: general, invites: vec![], bans: vec![bo()] };
    bench.receive(&ServerFrame::Changed(changed.clone()));
    bench.receive(&ServerFrame::Members(page.clone()));
    bench.receive(&ServerFrame::Settings(settings.clone()));
    assert_eq!(bench.events, [Event::Changed(changed), Event::Members(page), Event::Settings(settings)]);
    bench.forget();
    bench.run_for(20_000);
    bench.close(1006);
    assert!(bench.events.iter().all(|event| matches!(event, Event::Link(_))), "all is answered: {:?}", bench.events);
}

#[test]
fn whoever_asks_without_a_link_or_loses_it_before_the_answer_is_told_so() {
    let mut bench = Bench::in_room("general", 4);
    let settings = || Command::Settings { room: room_id("general") };
    let change = || Command::Change { room: room_id("general"), change: RoomChange::Close };
    bench.command(settings());
    bench.command(change());
    bench.receive(&ServerFrame::Error(Refusal { room: Some(room_id("general")), ..unavailable("settings") }));
    bench.forget();
    bench.close(1006);
    let problems = |bench: &Bench| -> Vec<_> {
        let about = |event: &Event| if let Event::Problem(refusal) = event { refusal.about.clone() } else { None };
        bench.events.iter().filter_map(about).collect()
    };
    assert_eq!(problems(&bench), ["change"]);
    bench.command(change());
    bench.command(Command::Members { room: room_id("general"), after: None });
    bench.command(settings());
    assert_eq!(problems(&bench), ["change", "change", "members", "settings"]);
    bench.forget();
    bench.run_for(1_000);
    bench.open();
    bench.welcome("epoch-1", &["general"]);
    assert!(!bench.sent_types().contains(&"change"), "what may have happened is not asked for twice");
}

#[test]
fn a_room_that_was_being_made_when_the_link_broke_is_a_problem() {
    let mut bench = Bench::online(1);
    let create = || Command::Create { name: "Tea Room".into(), access: Access::Invite, password: None };
    bench.command(create());
    assert_eq!(bench.sent.last().unwrap(), &json!({"type": "create", "name": "Tea Room", "access": "invite"}));
    bench.joined("tea-room", 2);
    bench.close(1006);
    assert!(!bench.events.iter().any(|event| matches!(event, Event::Problem(_))), "it was made");
    bench.run_for(1_000);
    bench.open();
    bench.welcome("epoch-1", &["tea-room"]);
    bench.command(create());
    bench.close(1006);
    assert!(bench.events.iter().any(|event| matches!(event, Event::Problem(_))), "nobody knows");
}
