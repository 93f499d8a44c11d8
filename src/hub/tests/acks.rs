use super::*;
use crate::protocol::limits::{ACK_WITHIN_MS, INTEGER_MAX, RESENDS_MAX, UNACKED_ENTRIES_MAX};

fn ack(bench: &mut Bench, conn: ConnId, seq: Seq) {
    bench.frame(conn, &ClientFrame::Ack { cursors: [(room("general"), seq)].into() });
}

/// Somebody who reads and pings, and acks only what the test acks.
fn deaf(bench: &mut Bench, conn: u64, name: &str) -> ConnId {
    let conn = ConnId(conn);
    bench.deaf.insert(conn);
    bench.guest(conn.0, name, "general")
}

#[test]
fn what_is_not_acked_is_sent_again_from_the_last_ack() {
    let mut bench = Bench::new();
    let bo = deaf(&mut bench, 1, "bo");
    let ada = bench.guest(2, "ada", "general");
    bench.say(ada, "m1", "one");
    assert_eq!(bench.seqs(bo), [1, 2, 3, 4]);
    ack(&mut bench, bo, 2);
    bench.run_for(ACK_WITHIN_MS - 1);
    assert_eq!(bench.seqs(bo), [] as [Seq; 0]);
    bench.run_for(1);
    assert_eq!(bench.seqs(bo), [3, 4]);
    ack(&mut bench, bo, 4);
    bench.run_pinging(30_000, &[ada, bo]);
    assert_eq!((bench.seqs(bo), bench.closed.get(&bo)), (vec![], None));
}

#[test]
fn after_three_resends_in_vain_the_connection_is_dead() {
    let mut bench = Bench::new();
    let bo = deaf(&mut bench, 1, "bo");
    for _ in 0..RESENDS_MAX {
        assert_eq!(bench.seqs(bo), [1, 2]);
        bench.run_pinging(ACK_WITHIN_MS, &[bo]);
    }
    assert_eq!((bench.seqs(bo), bench.closed.get(&bo)), (vec![1, 2], None));
    bench.run_pinging(ACK_WITHIN_MS, &[bo]);
    assert_eq!(bench.closed[&bo], CloseCode::Unacked);
    assert!(matches!(bench.take(bo).last(), Some(ServerFrame::Bye(bye)) if bye.code == 4005));
}

#[test]
fn progress_however_slow_keeps_a_connection_alive() {
    let mut bench = Bench::over(long_log(60));
    let bo = deaf(&mut bench, 1, "bo");
    for seq in 1..=60 {
        bench.run_pinging(ACK_WITHIN_MS - 1_000, &[bo]);
        ack(&mut bench, bo, seq);
    }
    assert_eq!(bench.closed.get(&bo), None);
}

#[test]
fn only_so_many_entries_are_on_their_way_without_an_ack_and_an_ack_makes_room() {
    let mut bench = Bench::new();
    let bo = deaf(&mut bench, 1, "bo");
    // Many people, since each may only send so much at once.
    for person in 0..20 {
        let conn = bench.guest(2 + person, &format!("p{person}"), "general");
        for n in 0..20 {
            bench.say(conn, &format!("m{n}"), "hi");
        }
    }
    let head = bench.entries("general").len() as u64;
    assert_eq!(bench.seqs(bo), (1..=UNACKED_ENTRIES_MAX).collect::<Vec<_>>());
    ack(&mut bench, bo, 100);
    assert_eq!(bench.seqs(bo), (UNACKED_ENTRIES_MAX + 1..=UNACKED_ENTRIES_MAX + 100).collect::<Vec<_>>());
    ack(&mut bench, bo, UNACKED_ENTRIES_MAX + 100);
    assert_eq!(bench.seqs(bo).last(), Some(&head));
}

#[test]
fn an_ack_of_what_was_never_sent_or_of_another_room_changes_nothing() {
    let mut bench = Bench::new();
    let bo = deaf(&mut bench, 1, "bo");
    bench.frame(bo, &ClientFrame::Ack { cursors: [(room("random"), 7)].into() });
    ack(&mut bench, bo, INTEGER_MAX);
    ack(&mut bench, bo, 0);
    let ada = bench.guest(2, "ada", "general");
    bench.say(ada, "m1", "one");
    bench.run_for(ACK_WITHIN_MS);
    assert_eq!(bench.seqs(bo), [1, 2, 3, 4, 3, 4], "what came after that ack is still to be acked");
}

#[test]
fn a_socket_that_takes_nothing_is_not_sent_more() {
    let mut bench = Bench::new();
    let bo = deaf(&mut bench, 1, "bo");
    let ada = bench.guest(2, "ada", "general");
    bench.run_for(1_000);
    bench.take(bo);
    ack(&mut bench, bo, 3);
    bench.stuck.insert(bo);
    bench.say(ada, "m1", "one");
    bench.run_pinging(30_000, &[ada, bo]);
    assert_eq!(bench.closed.get(&bo), None, "whoever cannot read cannot ack");
    assert_eq!(bench.seqs(bo), [4]);
}

#[test]
fn a_busy_room_does_not_hide_that_a_quiet_one_lacks_its_last_entry() {
    let mut bench = Bench::new();
    let bo = deaf(&mut bench, 1, "bo");
    let ada = bench.guest(2, "ada", "general");
    bench.join(ada, "random");
    bench.join(bo, "random");
    bench.run_for(0);
    bench.take(bo);
    for n in 0..6 {
        bench.run_for(1_000);
        let id = MessageId::parse(&format!("m{n}")).unwrap();
        bench.frame(ada, &ClientFrame::Send { room: room("random"), id, body: "busy".into() });
        let head = bench.entries("random").len() as u64;
        bench.frame(bo, &ClientFrame::Ack { cursors: [(room("random"), head)].into() });
    }
    let again = bench.take(bo).into_iter().filter_map(|frame| match frame {
        ServerFrame::Entry(entry) if entry.room == room("general") => Some(entry.seq),
        _ => None,
    });
    assert_eq!(again.collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn acks_of_a_busy_room_are_no_flood() {
    let mut bench = Bench::new();
    let bo = deaf(&mut bench, 1, "bo");
    let people: Vec<_> = (0..30).map(|n| bench.guest(2 + n, &format!("p{n}"), "general")).collect();
    for n in 0..20 {
        for conn in &people {
            bench.say(*conn, &format!("m{n}"), "hi");
            let head = bench.entries("general").len() as u64;
            ack(&mut bench, bo, head);
        }
    }
    assert_eq!(bench.closed.get(&bo), None, "600 acks at once, and each of something new");
    for _ in 0..300 {
        ack(&mut bench, bo, 1);
    }
    assert_eq!(bench.closed[&bo], CloseCode::Flooding);
}

#[test]
fn an_ack_that_comes_after_the_resend_began_counts_as_in_time() {
    let mut bench = Bench::over(long_log(300));
    bench.guest(1, "bo", "general");
    let mut bench = Bench::over(bench.log);
    bench.deaf.insert(ConnId(2));
    let bo = bench.tab(2, "bo");
    let last = *bench.seqs(bo).last().unwrap();
    // The log answers late, so that what is sent again is still being read when the ack comes.
    bench.hub.handle_timeout(Now { mono_ms: bench.now.mono_ms + ACK_WITHIN_MS, ..bench.now });
    ack(&mut bench, bo, last);
    bench.run_pinging(20_000, &[bo]);
    assert_eq!((bench.seqs(bo), bench.closed.get(&bo)), (vec![], None));
}
