use super::*;
use crate::protocol::limits::{CREATES_BURST, FRAMES_BURST, MEMBERSHIPS_BURST, MESSAGES_BURST, ROOMS_PER_USER_MAX};

#[test]
fn a_hello_is_answered_by_welcome_rooms_and_the_rooms_one_is_in() {
    let mut bench = Bench::new();
    bench.guest(1, "ada", "general");
    let ada = bench.tab(2, "ada");
    let frames = bench.take(ada);
    let ServerFrame::Welcome(welcome) = &frames[0] else { panic!("{frames:?}") };
    assert_eq!((&welcome.profile.user, &welcome.member_of[..]), (&user("ada"), &[room("general")][..]));
    assert!(matches!(&frames[1], ServerFrame::Joined(joined) if joined.room.id == room("general")));
    assert!(frames.iter().any(|frame| matches!(frame, ServerFrame::Rooms(list) if list.all && list.rooms.len() == 2)));
    assert!(frames.iter().any(|frame| matches!(frame, ServerFrame::Presence(presence) if presence.all)));
}

#[test]
fn nothing_can_be_asked_before_hello_and_hello_only_once() {
    let mut bench = Bench::new();
    let conn = bench.open(1);
    bench.join(conn, "general");
    let error = bench.errors(conn).remove(0);
    assert_eq!((error.code, error.about.as_deref()), (ErrorCode::HelloRequired, Some("join")));
    bench.hello(conn, Hello { name: Some("Ada".into()), ..Hello::default() });
    bench.hello(conn, Hello { name: Some("Ada".into()), ..Hello::default() });
    assert_eq!(bench.codes(conn), [ErrorCode::AlreadyGreeted]);
}

#[test]
fn a_bad_name_is_refused_and_a_better_one_taken_on_the_same_connection() {
    let mut bench = Bench::new();
    let conn = bench.open(1);
    bench.hello(conn, Hello { name: Some(" \u{200b} ".into()), ..Hello::default() });
    assert_eq!(bench.codes(conn), [ErrorCode::BadName]);
    bench.hello(conn, Hello { name: Some(" Ada ".into()), ..Hello::default() });
    assert!(matches!(&bench.take(conn)[0], ServerFrame::Welcome(welcome) if welcome.profile.user.name == "Ada"));
}

#[test]
fn broken_frames_are_answered_and_the_connection_lives() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    for (text, code) in [
        ("", ErrorCode::BadJson),
        ("nonsense", ErrorCode::BadJson),
        (r#"{"type":"dance"}"#, ErrorCode::UnknownFrame),
        (r#"{"type":"join","room":"../etc"}"#, ErrorCode::BadFrame),
        (r#"{"type":"send","room":"general","id":"","body":"x"}"#, ErrorCode::BadFrame),
    ] {
        bench.take(ada);
        bench.text(ada, text);
        assert_eq!(bench.codes(ada), [code], "{text}");
    }
    bench.frame(ada, &ClientFrame::Ping);
    assert_eq!(bench.take(ada), [ServerFrame::Pong]);
}

#[test]
fn messages_have_limits() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    bench.say(ada, "m0", "x");
    bench.join(ada, "general");
    bench.say(ada, "m1", " \n\t ");
    bench.say(ada, "m2", &"é".repeat(4_001));
    bench.say(ada, "m3", &"é".repeat(4_000));
    let errors = bench.errors(ada);
    let codes: Vec<_> = errors.iter().map(|error| error.code).collect();
    assert_eq!(codes, [ErrorCode::NotInRoom, ErrorCode::MessageEmpty, ErrorCode::MessageTooLong]);
    let ids: Vec<_> = errors.iter().map(|error| error.id.as_ref().unwrap().as_str()).collect();
    assert_eq!(ids, ["m0", "m1", "m2"]);
    assert_eq!(bench.entries("general").len(), 3);
}

#[test]
fn a_person_in_haste_is_told_when_to_go_on_whatever_tab_they_use() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    let ada_too = bench.tab(2, "ada");
    for n in 0..MESSAGES_BURST {
        bench.say(if n % 2 == 0 { ada } else { ada_too }, &format!("m{n}"), "x");
    }
    bench.take(ada);
    bench.say(ada, "late", "x");
    let error = bench.errors(ada).remove(0);
    assert_eq!((error.code, error.retry_after_ms), (ErrorCode::RateLimited, Some(200)));
    bench.run_for(200);
    bench.say(ada, "late", "x");
    assert_eq!(bench.codes(ada), []);
}

#[test]
fn a_flooding_connection_is_closed_and_told_to_come_back_later() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    for _ in 0..FRAMES_BURST {
        bench.frame(ada, &ClientFrame::Ping);
    }
    assert_eq!(bench.closed[&ada], CloseCode::Flooding);
    assert!(matches!(bench.take(ada).pop(), Some(ServerFrame::Bye(bye)) if bye.reconnect_after_ms == Some(10_000)));
}

#[test]
fn a_client_that_asks_and_never_reads_is_closed() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    bench.stuck.insert(ada);
    for _ in 0..400 {
        bench.frame(ada, &ClientFrame::Ping);
        bench.run_for(20);
    }
    assert_eq!(bench.closed[&ada], CloseCode::TooSlow);
}

#[test]
fn frames_against_the_rules_close_the_connection() {
    let mut bench = Bench::new();
    for (n, code) in [(1, CloseCode::Unsupported), (2, CloseCode::TooBig)] {
        let conn = bench.tab(n, "ada");
        bench.hub.handle_violation(bench.now, conn, code);
        bench.drain();
        assert_eq!(bench.closed[&conn], code);
    }
}

#[test]
fn a_room_is_made_by_name_and_only_once() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    let bo = bench.tab(2, "bo");
    bench.held = Some(VecDeque::new());
    bench.frame(ada, &create("Book club"));
    bench.frame(bo, &create("book  CLUB"));
    bench.release();
    let joined = |frame: &ServerFrame| matches!(frame, ServerFrame::Joined(joined) if joined.room.name == "Book club");
    assert!(bench.take(ada).iter().any(joined));
    let error = bench.errors(bo).remove(0);
    assert_eq!((error.code, error.room), (ErrorCode::RoomExists, Some(room("book-club"))));
    bench.frame(bo, &create("Book Club"));
    assert_eq!(bench.codes(bo), [ErrorCode::RoomExists]);
    bench.frame(bo, &create("…"));
    assert_eq!(bench.codes(bo), [ErrorCode::BadRoomName]);
}

#[test]
fn a_link_to_a_room_makes_it_and_whoever_comes_second_enters_it() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    let bo = bench.tab(2, "bo");
    bench.held = Some(VecDeque::new());
    bench.join(ada, "tea-house");
    bench.join(bo, "tea-house");
    bench.release();
    assert_eq!((bench.codes(ada), bench.codes(bo)), (vec![], vec![]));
    assert_eq!(bench.online("tea-house"), 2);
    let kinds = bench.kinds("tea-house");
    assert_eq!(
        kinds,
        [
            EntryKind::Created { name: "Tea house".into(), access: Access::Open },
            EntryKind::Joined { invite: None },
            EntryKind::Joined { invite: None }
        ]
    );
}

#[test]
fn joining_in_two_tabs_at_once_is_one_entry() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    let ada_too = bench.tab(2, "ada");
    bench.held = Some(VecDeque::new());
    bench.join(ada, "general");
    bench.join(ada_too, "general");
    bench.release();
    assert_eq!(bench.entries("general").len(), 2);
    for conn in [ada, ada_too] {
        assert!(bench.take(conn).iter().any(|frame| matches!(frame, ServerFrame::Joined(_))));
    }
}

#[test]
fn leaving_and_joining_in_one_breath_ends_inside() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    bench.take(ada);
    bench.held = Some(VecDeque::new());
    bench.frame(ada, &ClientFrame::Leave { room: room("general") });
    bench.join(ada, "general");
    bench.release();
    let kinds = bench.kinds("general").split_off(2);
    assert_eq!(kinds, [EntryKind::Left, EntryKind::Joined { invite: None }]);
    let frames = bench.take(ada);
    let left = frames.iter().position(|frame| matches!(frame, ServerFrame::Left(_)));
    let joined = frames.iter().position(|frame| matches!(frame, ServerFrame::Joined(_)));
    assert!(left < joined && left.is_some());
    assert_eq!(bench.online("general"), 1);
}

#[test]
fn leaving_a_room_that_one_is_not_in_is_done_already() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    bench.take(ada);
    bench.frame(ada, &ClientFrame::Leave { room: room("general") });
    assert_eq!(bench.take(ada), [left("general")]);
}

#[test]
fn somebody_who_left_while_the_log_was_slow_is_a_member_all_the_same() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    bench.held = Some(VecDeque::new());
    bench.join(ada, "general");
    bench.close(ada);
    bench.run_for(20_000);
    bench.release();
    assert_eq!(bench.online("general"), 0);
    let ada = bench.tab(2, "ada");
    assert!(bench.take(ada).iter().any(|frame| matches!(frame, ServerFrame::Joined(_))));
    assert_eq!(bench.online("general"), 1);
}

#[test]
fn a_log_that_fails_is_told_with_when_to_try_again_and_nothing_is_half_done() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    bench.is_log_broken = true;
    bench.say(ada, "m1", "hello");
    bench.join(ada, "random");
    bench.frame(ada, &create("Tea"));
    bench.frame(ada, &ClientFrame::Leave { room: room("general") });
    let errors = bench.errors(ada);
    let about: Vec<_> = errors.iter().map(|error| error.about.as_deref().unwrap()).collect();
    assert_eq!(about, ["send", "join", "create", "leave"]);
    assert!(errors.iter().all(|error| error.code == ErrorCode::Unavailable && error.retry_after_ms.is_some()));
    bench.is_log_broken = false;
    bench.say(ada, "m1", "hello");
    assert_eq!(bench.bodies(ada), ["hello"]);
    assert_eq!((bench.online("general"), bench.online("random")), (1, 0));
}

#[test]
fn a_person_has_a_limited_number_of_rooms_and_makes_them_at_a_limited_rate() {
    let names: Vec<_> = (0..=ROOMS_PER_USER_MAX).map(|n| format!("room-{n}")).collect();
    let mut bench = Bench::with_rooms(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let ada = bench.tab(1, "ada");
    for name in &names {
        bench.run_for(20);
        bench.join(ada, name);
    }
    assert_eq!(bench.codes(ada), [ErrorCode::TooManyRooms]);
    let bo = bench.tab(2, "bo");
    for n in 0..=CREATES_BURST {
        bench.frame(bo, &create(&format!("Fresh {n}")));
    }
    let error = bench.errors(bo).remove(0);
    assert_eq!((error.code, error.retry_after_ms), (ErrorCode::RateLimited, Some(10_000)));
}

#[test]
fn two_tabs_that_leave_at_once_are_both_told_what_came_of_it() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    let ada_too = bench.tab(2, "ada");
    for works in [false, true] {
        bench.held = Some(VecDeque::new());
        bench.take(ada);
        bench.take(ada_too);
        for conn in [ada, ada_too] {
            bench.frame(conn, &ClientFrame::Leave { room: room("general") });
        }
        assert_eq!((bench.take(ada), bench.take(ada_too)), (vec![], vec![]), "not before it is committed");
        bench.is_log_broken = !works;
        bench.release();
        for conn in [ada, ada_too] {
            let frames = bench.take(conn);
            let left = frames.contains(&left("general"));
            let failed = frames
                .iter()
                .any(|frame| matches!(frame, ServerFrame::Error(refusal) if refusal.code == ErrorCode::Unavailable));
            assert_eq!((left, failed), (works, !works), "{frames:?}");
        }
    }
}

#[test]
fn two_tabs_that_enter_at_once_are_both_told_what_came_of_it() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    let ada_too = bench.tab(2, "ada");
    bench.held = Some(VecDeque::new());
    for conn in [ada, ada_too] {
        bench.take(conn);
        bench.join(conn, "general");
    }
    bench.is_log_broken = true;
    bench.release();
    assert_eq!((bench.codes(ada), bench.codes(ada_too)), (vec![ErrorCode::Unavailable], vec![ErrorCode::Unavailable]));
}

#[test]
fn a_tab_that_follows_a_link_while_another_makes_the_room_gets_in_either_way() {
    let mut bench = Bench::new();
    let (ada, ada_too) = (bench.tab(1, "ada"), bench.tab(2, "ada"));
    let bo = bench.tab(3, "bo");
    bench.held = Some(VecDeque::new());
    bench.join(bo, "tea");
    bench.frame(ada, &create("Tea"));
    bench.join(ada_too, "tea");
    bench.take(ada);
    bench.release();
    assert!(bench.take(ada_too).iter().any(|frame| matches!(frame, ServerFrame::Joined(_))));
    assert_eq!(bench.codes(ada), [ErrorCode::RoomExists]);
}

#[test]
fn coming_and_going_has_a_limit() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    for _ in 0..MEMBERSHIPS_BURST / 2 {
        bench.run_for(50);
        bench.join(ada, "general");
        bench.frame(ada, &ClientFrame::Leave { room: room("general") });
    }
    assert_eq!(bench.codes(ada), []);
    for _ in 0..MEMBERSHIPS_BURST {
        bench.run_for(50);
        bench.join(ada, "general");
    }
    assert_eq!(bench.codes(ada).last(), Some(&ErrorCode::RateLimited));
}
