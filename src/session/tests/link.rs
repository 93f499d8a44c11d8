use super::*;
use crate::protocol::Bye;
use crate::protocol::limits::{
    CONNECT_WITHIN_MS, PING_EVERY_MS, PONG_WITHIN_MS, RECONNECT_MAX_MS, RECONNECT_MIN_MS, SILENCE_MAX_MS,
};

#[test]
fn entering_opens_a_socket_says_hello_and_is_online_when_welcomed() {
    let mut bench = Bench::new(1);
    assert_eq!(bench.session.poll_timeout(), None);
    bench.command(Command::Enter { name: Some("Ada".into()) });
    assert_eq!((bench.connects, bench.link()), (1, Link::Connecting));
    assert_eq!(bench.sent, [] as [Value; 0], "nothing is said before the socket is open");
    bench.open();
    assert_eq!(bench.sent, [json!({"type": "hello", "name": "Ada"})]);
    bench.welcome("epoch-1", &[]);
    assert_eq!(bench.link(), Link::Online);
}

#[test]
fn a_socket_that_does_not_open_is_given_up() {
    let mut bench = Bench::new(1);
    bench.command(Command::Enter { name: Some("Ada".into()) });
    bench.run_for(CONNECT_WITHIN_MS);
    assert_eq!(bench.disconnects, [4001]);
    assert!(matches!(bench.link(), Link::Waiting { .. }));
}

#[test]
fn a_server_that_does_not_welcome_is_given_up() {
    let mut bench = Bench::new(1);
    bench.command(Command::Enter { name: Some("Ada".into()) });
    bench.open();
    bench.run_for(CONNECT_WITHIN_MS);
    assert_eq!(bench.disconnects, [4001]);
}

#[test]
fn pings_keep_their_beat_and_the_server_never_sees_silence() {
    for seed in 0..50 {
        let mut bench = Bench::online(seed);
        let mut last_ping_ms = bench.now_ms;
        for _ in 0..20 {
            bench.forget();
            while bench.sent.is_empty() {
                bench.run_until(bench.session.poll_timeout().unwrap());
            }
            let gap_ms = bench.now_ms - last_ping_ms;
            assert!((PING_EVERY_MS * 8 / 10..=PING_EVERY_MS * 12 / 10).contains(&gap_ms), "seed {seed}: {gap_ms}");
            assert!(gap_ms + PONG_WITHIN_MS < SILENCE_MAX_MS);
            last_ping_ms = bench.now_ms;
            bench.receive(&ServerFrame::Pong);
        }
        assert_eq!(bench.disconnects, [] as [u16; 0]);
    }
}

#[test]
fn a_lost_pong_ends_the_link_and_the_session_comes_back() {
    let mut bench = Bench::online(1);
    bench.forget();
    bench.run_for(PING_EVERY_MS * 12 / 10 + PONG_WITHIN_MS);
    assert_eq!(bench.disconnects, [4001], "a half-open link is noticed");
    bench.run_for(2 * RECONNECT_MIN_MS);
    assert_eq!(bench.connects, 1, "and replaced at once");
}

#[test]
fn any_frame_counts_as_the_answer_to_a_ping() {
    let mut bench = Bench::online(1);
    bench.forget();
    while bench.sent.is_empty() {
        bench.run_until(bench.session.poll_timeout().unwrap());
    }
    bench.run_for(PONG_WITHIN_MS - 1);
    bench.receive(&ServerFrame::Unknown);
    bench.run_for(5_000);
    assert_eq!(bench.disconnects, [] as [u16; 0]);
}

#[test]
fn the_wait_for_the_next_attempt_is_counted_down_by_the_second() {
    let mut bench = Bench::online(3);
    bench.receive(&ServerFrame::Bye(Bye { code: 4000, reason: "restart".into(), reconnect_after_ms: Some(3_400) }));
    bench.forget();
    bench.close(4000);
    bench.run_for(3_400);
    let counted = [4, 3, 2, 1].map(|retry_in_s| Link::Waiting { retry_in_s });
    assert_eq!(bench.links(), [&counted[..], &[Link::Connecting]].concat());
}

#[test]
fn retry_now_does_not_wait() {
    let mut bench = Bench::online(1);
    bench.close(1006);
    bench.forget();
    bench.command(Command::ReconnectNow);
    assert_eq!((bench.connects, bench.link()), (1, Link::Connecting));
    bench.command(Command::ReconnectNow);
    assert_eq!(bench.connects, 1, "an attempt under way is left alone");
}

#[test]
fn a_flapping_link_is_tried_ever_more_rarely_and_a_steady_one_quickly_again() {
    let mut bench = Bench::online(5);
    let mut flap = |steady_ms: u64| {
        bench.run_for(steady_ms);
        bench.close(1006);
        let lost_ms = bench.now_ms;
        let before = bench.connects;
        while bench.connects == before {
            bench.run_until(bench.session.poll_timeout().unwrap());
        }
        let waited_ms = bench.now_ms - lost_ms;
        bench.open();
        bench.welcome("epoch-1", &[]);
        waited_ms
    };
    let waits: Vec<u64> = (0..40).map(|_| flap(100)).collect();
    assert!(waits[0] <= 2 * RECONNECT_MIN_MS);
    assert!(waits.iter().all(|wait| *wait <= RECONNECT_MAX_MS));
    assert!(waits[8..].iter().sum::<u64>() / 32 > RECONNECT_MAX_MS / 4, "{waits:?}");
    assert!(flap(RECONNECT_MAX_MS) <= 2 * RECONNECT_MIN_MS);
}

#[test]
fn a_network_that_is_back_is_used_at_once() {
    let mut bench = Bench::online(1);
    bench.close(1006);
    bench.session.handle_network(bench.now_ms, false);
    bench.drain();
    assert_eq!(bench.link(), Link::NoNetwork);
    bench.forget();
    bench.session.handle_network(bench.now_ms, true);
    bench.drain();
    assert_eq!(bench.connects, 1);
}

#[test]
fn without_a_network_an_attempt_is_made_now_and_then_all_the_same() {
    let mut bench = Bench::online(1);
    bench.close(1006);
    bench.session.handle_network(bench.now_ms, false);
    bench.drain();
    bench.forget();
    bench.run_for(RECONNECT_MAX_MS);
    assert_eq!(bench.connects, 1);
}

#[test]
fn a_change_of_network_is_answered_by_asking_whether_the_link_lives() {
    for has_network in [true, false] {
        let mut bench = Bench::online(1);
        bench.forget();
        bench.session.handle_network(bench.now_ms, has_network);
        bench.drain();
        assert_eq!(bench.sent_types(), ["ping"]);
        bench.run_for(3_000);
        assert_eq!(bench.disconnects, [4001], "no answer within 3 s: the link is dead");
    }
}

#[test]
fn a_page_that_is_looked_at_again_connects_at_once() {
    let mut bench = Bench::online(1);
    bench.close(1006);
    bench.forget();
    bench.session.handle_wake(bench.now_ms);
    bench.drain();
    assert_eq!(bench.connects, 1);
}

#[test]
fn a_timer_that_slept_for_an_hour_asks_before_it_gives_up() {
    let mut bench = Bench::online(1);
    bench.forget();
    while bench.sent.is_empty() {
        bench.run_until(bench.session.poll_timeout().unwrap());
    }
    bench.now_ms += 3_600_000;
    bench.session.handle_timeout(bench.now_ms);
    bench.drain();
    assert_eq!(bench.sent_types(), ["ping", "ping"]);
    bench.receive(&ServerFrame::Pong);
    bench.run_for(5_000);
    assert_eq!(bench.disconnects, [] as [u16; 0]);
}

#[test]
fn a_server_that_says_stay_away_is_not_asked_again_until_the_person_wants_it() {
    let mut bench = Bench::online(1);
    bench.close(1009);
    assert_eq!(bench.link(), Link::Ended { code: 1009 });
    assert_eq!(bench.session.poll_timeout(), None);
    bench.forget();
    bench.command(Command::ReconnectNow);
    assert_eq!(bench.connects, 1);
}

#[test]
fn what_an_old_socket_says_does_not_count() {
    let mut bench = Bench::online(1);
    bench.close(1006);
    bench.forget();
    bench.welcome("epoch-1", &[]);
    bench.open();
    bench.close(1006);
    assert_eq!((bench.events, bench.sent), (vec![], vec![]));
}

#[test]
fn a_frame_that_cannot_be_read_costs_the_link_and_not_the_log() {
    let mut bench = Bench::in_room("general", 7);
    bench.session.handle_text(bench.now_ms, "]");
    bench.drain();
    assert_eq!(bench.disconnects, [1000]);
    bench.run_for(1_000);
    bench.open();
    assert_eq!(bench.sent.last().unwrap()["cursors"], json!({"general": 7}));
}

#[test]
fn a_name_that_the_server_refuses_leads_back_to_the_door() {
    let mut bench = Bench::new(1);
    bench.command(Command::Enter { name: Some("\u{202e}".into()) });
    bench.open();
    bench.receive(&ServerFrame::Error(Refusal {
        code: ErrorCode::BadName,
        about: Some("hello".into()),
        ..unavailable("hello")
    }));
    assert_eq!(bench.link(), Link::Idle);
    bench.forget();
    bench.command(Command::Enter { name: Some("Ada".into()) });
    assert_eq!(bench.connects, 1);
}

#[test]
fn to_enter_again_takes_another_connection_as_the_same_person_unless_the_cookie_says_otherwise() {
    let mut bench = Bench::online(1);
    bench.forget();
    bench.command(Command::Enter { name: None });
    assert_eq!((bench.connects, &bench.disconnects[..]), (1, &[1000][..]));
    bench.open();
    let hello = bench.sent.last().unwrap();
    assert_eq!((&hello["name"], &hello["token"]), (&Value::Null, &json!("t".repeat(32))));
}
