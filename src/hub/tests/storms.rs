use super::*;

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
