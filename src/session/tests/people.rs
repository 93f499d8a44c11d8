//! Who the person is: cookies and tokens, what is refused at the door of the server, and the end of a login.

use super::*;

fn refused(code: ErrorCode) -> ServerFrame {
    ServerFrame::Error(Refusal { code, ..unavailable("hello") })
}

fn welcome_as(user: User, token: Option<&str>) -> ServerFrame {
    ServerFrame::Welcome(Welcome {
        profile: Profile { user, secured: true, admin: false },
        token: token.map(|token| Token::parse(&token.repeat(32)).unwrap()),
        epoch: Epoch::parse("epoch-1").unwrap(),
        member_of: vec![],
        heartbeat: Heartbeat::default(),
        limits: Limits::default(),
    })
}

/// Whoever comes back to a browser that has a cookie.
fn knocking() -> Bench {
    let mut bench = Bench::new(1);
    bench.command(Command::Enter { name: None });
    bench.open();
    bench
}

/// Everything of the person is gone, from the page and from the storage, and nothing is sent any more.
fn assert_gone(bench: &mut Bench) {
    assert!(matches!(bench.kept.last(), Some(Keep::Wipe { .. })));
    assert!(bench.events.contains(&Event::SignedOut));
    assert_eq!((bench.link(), bench.session.poll_timeout()), (Link::Idle, None));
    bench.forget();
    bench.command(Command::Enter { name: None });
    bench.open();
    assert_eq!(bench.sent, [json!({"type": "hello"})], "no token, no cursors, no epoch");
    bench.receive(&welcome_as(ada(), None));
    bench.run_for(20_000);
    assert!(bench.sent_types().iter().all(|name| *name == "hello" || *name == "ping"), "{:?}", bench.sent);
}

/// Somebody online with a room, a message on its way, and a room that they have just left.
fn busy() -> Bench {
    let mut bench = Bench::in_room("general", 4);
    bench.joined("tea", 4);
    bench.command(Command::Leave { room: room_id("tea") });
    bench.say("general", "m1", "one");
    bench
}

#[test]
fn a_browser_with_a_cookie_says_neither_name_nor_token() {
    let mut bench = knocking();
    assert_eq!(bench.sent, [json!({"type": "hello"})]);
    bench.receive(&welcome_as(ada(), None));
    assert_eq!(bench.link(), Link::Online);
    bench.close(1006);
    bench.command(Command::ReconnectNow);
    bench.open();
    assert_eq!(bench.sent.last().unwrap(), &json!({"type": "hello", "epoch": "epoch-1"}));
}

#[test]
fn a_token_from_the_welcome_is_the_persons_from_then_on() {
    let mut bench = Bench::new(1);
    bench.command(Command::Enter { name: Some("Ada".into()) });
    bench.open();
    bench.receive(&welcome_as(ada(), Some("a")));
    bench.close(1006);
    bench.command(Command::ReconnectNow);
    bench.open();
    let hello = bench.sent.last().unwrap();
    assert_eq!((&hello["name"], &hello["token"]), (&Value::Null, &json!("a".repeat(32))));
}

#[test]
fn the_profile_is_shown_at_the_welcome_and_whenever_it_changes() {
    let mut bench = knocking();
    bench.receive(&welcome_as(ada(), None));
    let profile = Profile { user: ada(), secured: true, admin: false };
    assert!(bench.events.contains(&Event::Welcomed { profile: profile.clone(), member_of: vec![] }));
    let profile = Profile { admin: true, ..profile };
    bench.receive(&ServerFrame::Profile(profile.clone()));
    assert_eq!(bench.events.last(), Some(&Event::Profile(profile)));
}

#[test]
fn a_server_that_cannot_look_up_who_it_is_is_asked_again_ever_more_rarely() {
    let mut bench = knocking();
    let mut waits = Vec::new();
    for _ in 0..12 {
        bench.receive(&refused(ErrorCode::Unavailable));
        let (before, connects) = (bench.now_ms, bench.connects);
        while bench.connects == connects {
            bench.run_until(bench.session.poll_timeout().unwrap());
        }
        waits.push(bench.now_ms - before);
        bench.open();
    }
    assert!(waits[0] <= 600 && waits[6..].iter().any(|wait| *wait > 5_000), "{waits:?}");
    assert!(!bench.kept.iter().any(|keep| matches!(keep, Keep::Wipe { .. })), "and nothing is lost by that");
}

#[test]
fn a_server_that_says_when_to_knock_again_is_not_asked_earlier() {
    let mut bench = knocking();
    let refusal = Refusal { code: ErrorCode::RateLimited, retry_after_ms: Some(30_000), ..unavailable("hello") };
    bench.receive(&ServerFrame::Error(refusal));
    bench.command(Command::ReconnectNow);
    bench.run_for(29_999);
    assert_eq!(bench.connects, 1);
    bench.run_for(1);
    assert_eq!(bench.connects, 2);
}

#[test]
fn a_login_that_has_ended_leaves_nothing_behind() {
    for code in [ErrorCode::SignInRequired, ErrorCode::Banned] {
        let mut bench = busy();
        bench.close(1006);
        bench.command(Command::ReconnectNow);
        bench.open();
        bench.receive(&refused(code));
        assert!(matches!(bench.events.last(), Some(Event::Problem(refusal)) if refusal.code == code));
        assert_gone(&mut bench);
    }
}

#[test]
fn a_login_that_ends_leaves_nothing_behind() {
    let mut bench = busy();
    bench.close(4500);
    assert_gone(&mut bench);
}

#[test]
fn the_end_of_a_login_is_told_once() {
    let mut bench = busy();
    bench.close(4500);
    bench.forget();
    bench.close(4500);
    assert_eq!(bench.events, []);
}

#[test]
fn whoever_is_signed_out_hears_nothing_of_what_other_tabs_write() {
    let mut bench = busy();
    bench.close(4500);
    bench.forget();
    let unsent = Unsent { id: message_id("m2"), room: room_id("general"), body: "two".into(), refused: None };
    let queued = |bench: &mut Bench| {
        bench.session.handle_note(bench.now_ms, Note::Queued(unsent.clone()));
        bench.drain();
        bench.events.iter().filter(|event| matches!(event, Event::Queued { .. })).count()
    };
    assert_eq!(queued(&mut bench), 0);
    bench.command(Command::Enter { name: None });
    assert_eq!(queued(&mut bench), 1);
    assert_eq!(bench.outbox_reads, 1, "what they have kept meanwhile is there for whoever enters next");
    bench.open();
    bench.receive(&welcome_as(ada(), None));
    bench.joined("general", 4);
    assert_eq!(bench.sent_ids(), [] as [&str; 0], "and goes first");
    bench.session.handle_lead(bench.now_ms, vec![Unsent { id: message_id("m0"), ..unsent.clone() }]);
    bench.drain();
    assert_eq!(bench.sent_ids(), ["m0"]);
}

#[test]
fn a_name_that_is_taken_costs_nothing_that_was_kept() {
    for code in [ErrorCode::NameTaken, ErrorCode::SignUpClosed, ErrorCode::GuestsClosed] {
        let mut bench = Bench::new(1);
        bench.command(Command::Enter { name: Some("Ada".into()) });
        bench.open();
        bench.receive(&refused(code));
        assert_eq!((bench.link(), &bench.kept[..]), (Link::Idle, &[][..]));
        assert!(!bench.events.contains(&Event::SignedOut));
    }
}

#[test]
fn what_one_person_wrote_is_never_said_by_the_next_one() {
    let mut bench = busy();
    bench.command(Command::Enter { name: None });
    bench.open();
    bench.forget();
    bench.kept.clear();
    bench.receive(&welcome_as(User { id: UserId::parse("bo").unwrap(), name: "Bo".into() }, None));
    let owner = Keep::Owner { user: UserId::parse("bo").unwrap(), epoch: Epoch::parse("epoch-1").unwrap() };
    let wipe = Keep::Wipe { user: Some(UserId::parse("ada").unwrap()) };
    assert_eq!(bench.kept, [wipe, owner]);
    assert!(bench.events.contains(&Event::Reset));
    bench.joined("general", 4);
    bench.run_for(20_000);
    assert_eq!(bench.sent_ids(), [] as [&str; 0]);
    assert!(!bench.sent_types().contains(&"leave"), "nor is a room left for them");
}
