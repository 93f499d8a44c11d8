//! Many who come into one room, or go, at about the same time.

use super::*;
use crate::protocol::limits::{QUIET_RUN_MIN, UNACKED_ENTRIES_MAX};

/// Where an entry that was received stands, from its first place to its last, and whether it is a message.
fn ranges(frames: &[ServerFrame]) -> Vec<(Seq, Seq, bool)> {
    let range = |frame: &ServerFrame| match frame {
        ServerFrame::Entry(entry) => Some((entry.first(), entry.seq, matches!(entry.kind, EntryKind::Message { .. }))),
        _ => None,
    };
    frames.iter().filter_map(range).collect()
}

/// Each entry that stands for many as (first, last, joined, left).
fn crowds(frames: &[ServerFrame]) -> Vec<(Seq, Seq, u32, u32)> {
    let crowd = |frame: &ServerFrame| match frame {
        ServerFrame::Entry(Entry { seq, kind: EntryKind::CameAndWent { first, joined, left }, by, .. }) => {
            assert_eq!(*by, parlor());
            Some((*first, *seq, *joined, *left))
        }
        _ => None,
    };
    frames.iter().filter_map(crowd).collect()
}

/// Nothing is missing and nothing is there twice after this place.
fn is_dense(frames: &[ServerFrame], after: Seq, head: Seq) {
    let mut at = after;
    for (first, last, _) in ranges(frames) {
        assert_eq!(first, at + 1);
        at = last;
    }
    assert_eq!(at, head);
}

fn people(from: u64, to: u64) -> impl Iterator<Item = (u64, String)> {
    (from..to).map(|n| (n, format!("guest-{n}")))
}

fn storm(bench: &mut Bench, from: u64, to: u64) {
    for (n, name) in people(from, to) {
        bench.guest(n, &name, "general");
    }
}

#[test]
fn a_thousand_who_join_are_sent_frames_that_grow_with_their_number_and_not_with_its_square() {
    let frames_of = |count: u64| {
        let mut bench = Bench::new();
        let ada = bench.guest(1, "ada", "general");
        for n in 0..10 {
            storm(&mut bench, 10 + n * count / 10, 10 + (n + 1) * count / 10);
            bench.say(ada, &format!("m{n}"), "hello");
            bench.run_for(200);
        }
        bench.run_for(2_000);
        let head = bench.entries("general").len() as u64;
        let seen = bench.take(ada);
        is_dense(&seen, 0, head);
        assert_eq!(ranges(&seen).iter().filter(|(.., is_message)| *is_message).count(), 10);
        assert!(crowds(&seen).len() <= 20, "{:?}", crowds(&seen));
        let all = bench.received.values().flatten().chain(&seen);
        all.fold((0, 0), |(frames, bytes), frame| (frames + 1, bytes + encode(frame).len()))
    };
    let ((few, few_bytes), (many, many_bytes)) = (frames_of(250), frames_of(1_000));
    assert!(many < 40 * 1_000, "{many} frames");
    assert!(many < few * 5 && many_bytes < few_bytes * 5, "{few} {many}, {few_bytes} {many_bytes}");
}

#[test]
fn who_comes_is_told_at_once_when_it_was_calm_and_else_in_a_moment_or_before_what_is_said() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    bench.run_for(5_000);
    bench.take(ada);
    let bo = bench.guest(2, "bo", "general");
    bench.run_for(0);
    assert_eq!(bench.seqs(ada), [3]);
    bench.guest(3, "cy", "general");
    bench.run_for(500);
    assert_eq!(bench.seqs(ada), [] as [Seq; 0]);
    bench.run_for(500);
    assert_eq!(bench.seqs(ada), [4]);
    bench.guest(4, "di", "general");
    bench.say(bo, "m1", "hello");
    assert_eq!(bench.seqs(ada), [5, 6], "in their order");
    bench.run_for(5_000);
    assert_eq!((bench.seqs(ada), bench.entries("general").len()), (vec![], 6));
}

#[test]
fn ten_are_told_by_their_number_and_nine_one_by_one() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    bench.run_for(5_000);
    bench.take(ada);
    storm(&mut bench, 10, 9 + QUIET_RUN_MIN as u64);
    bench.run_for(2_000);
    assert_eq!(bench.seqs(ada), (3..12).collect::<Vec<_>>());
    storm(&mut bench, 30, 30 + QUIET_RUN_MIN as u64 - 3);
    for (n, _) in people(10, 13) {
        bench.frame(ConnId(n), &ClientFrame::Leave { room: room("general") });
    }
    bench.run_for(2_000);
    let seen = bench.take(ada);
    assert_eq!(crowds(&seen), [(12, 21, 7, 3)]);
    is_dense(&seen, 11, 21);
    let last = bench.entries("general").pop().unwrap();
    assert!(seen.iter().any(|frame| matches!(frame, ServerFrame::Entry(entry) if entry.at == last.at)));
}

#[test]
fn whoever_comes_back_in_the_middle_of_many_is_told_the_rest_of_them() {
    let mut bench = Bench::new();
    bench.guest(1, "ada", "general");
    storm(&mut bench, 10, 400);
    let frames = |bench: &mut Bench, conn: u64, since: Seq| {
        let tab = bench.tab(conn, "ada");
        bench.take(tab);
        bench
            .frame(tab, &ClientFrame::Join { room: room("general"), since: Some(since), password: None, invite: None });
        bench.take(tab)
    };
    for (conn, since) in [(1_001, 300), (1_002, 355), (1_003, 382), (1_004, 383), (1_005, 391)] {
        let seen = frames(&mut bench, conn, since);
        let after = since.max(292);
        is_dense(&seen, after, 392);
        let is_one = 392 - after >= QUIET_RUN_MIN as u64;
        assert_eq!(crowds(&seen).len(), usize::from(is_one), "{since}");
    }
    // A server that has just started reads them from the log.
    let mut bench = Bench::over(bench.log.clone());
    let seen = frames(&mut bench, 2_001, 320);
    assert_eq!(crowds(&seen), [(321, 392, 72, 0)]);
}

#[test]
fn many_count_as_one_entry_that_is_to_be_acked() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    bench.run_for(2_000);
    bench.take(ada);
    bench.deaf.insert(ada);
    storm(&mut bench, 10, 10 + UNACKED_ENTRIES_MAX + 50);
    bench.run_for(1_000);
    bench.say(ConnId(10), "m1", "hello");
    let seen = bench.take(ada);
    let head = bench.entries("general").len() as u64;
    is_dense(&seen, 2, head);
    bench.run_for(6_000);
    is_dense(&bench.take(ada), 2, head);
    bench.frame(ada, &ClientFrame::Ack { cursors: [(room("general"), head - 20)].into() });
    bench.run_for(6_000);
    assert_eq!(crowds(&bench.take(ada)).len(), 1, "what is not acked of many comes again");
}

#[test]
fn whoever_is_taken_out_hears_nothing_of_who_came_meanwhile() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    let bo = bench.guest(2, "bo", "general");
    bench.run_for(2_000);
    bench.take(bo);
    storm(&mut bench, 10, 40);
    bench.frame(bo, &ClientFrame::Leave { room: room("general") });
    bench.run_for(5_000);
    assert_eq!(ranges(&bench.take(bo)), []);
    assert_eq!(bench.online("general"), 31);
    is_dense(&bench.take(ada), 0, 34);
}
/// How long each of these has to stay away.
fn slots(bench: &mut Bench, conns: &[ConnId]) -> Vec<u64> {
    let bye = |frame| if let ServerFrame::Bye(bye) = frame { bye.reconnect_after_ms } else { None };
    conns.iter().filter_map(|conn| bench.take(*conn).into_iter().find_map(bye)).collect()
}

#[test]
fn a_server_that_stops_spreads_its_clients_over_the_time_that_it_needs_for_them() {
    let mut bench = Bench::new();
    let conns: Vec<_> = (0..5_000).map(|n| bench.tab(n, &format!("user-{n}"))).collect();
    bench.hub.handle_shutdown(bench.now);
    bench.drain();
    let slots = slots(&mut bench, &conns);
    assert_eq!(slots.len(), conns.len());
    let in_second = |second: u64| slots.iter().filter(|slot| **slot / 1_000 == second).count();
    assert!((1..=5).all(|second| (500..1_300).contains(&in_second(second))), "about a thousand a second");
    assert!(slots.iter().all(|slot| (300..6_600).contains(slot)));
}

#[test]
fn when_more_come_than_can_be_greeted_each_of_the_others_gets_a_slot() {
    let mut bench = Bench::new();
    let hello = encode(&ClientFrame::Hello(Hello { name: Some("Ada".into()), ..Hello::default() }));
    let conns: Vec<_> = (0..6_000).map(ConnId).collect();
    for conn in &conns {
        bench.hub.handle_opened(bench.now, *conn, IpAddr::from([127, 0, 0, 1]));
        // Nobody is told who they are, as by a server that has too much to do.
        bench.hub.handle_text(bench.now, *conn, &hello);
    }
    let mut asked = 0;
    while let Some(output) = bench.hub.poll_output() {
        match output {
            Output::Identify { .. } => asked += 1,
            Output::Transmit { conn, frame } => bench.receive(conn, &frame),
            Output::Close { conn, code } => assert_eq!(bench.closed.insert(conn, code), None),
            output => panic!("{output:?}"),
        }
    }
    assert_eq!(asked, 5_000, "as many as there is time for");
    assert!(bench.closed.values().all(|code| *code == CloseCode::Busy));
    let slots = slots(&mut bench, &conns);
    assert_eq!(slots.len(), 1_000);
    assert!(slots.is_sorted() && slots[0] >= 1_000 && slots[999] - slots[0] >= 900, "one after the other");
}
