use super::*;
use crate::protocol::RoomChange;

fn mentions(bench: &mut Bench, conn: ConnId, body: &str) -> Vec<String> {
    bench.run_for(1_000);
    let n = bench.entries("general").len();
    bench.say(conn, &format!("m-{n}"), body);
    match bench.kinds("general").pop().unwrap() {
        EntryKind::Message { mentions, .. } => mentions.into_iter().map(String::from).collect(),
        kind => panic!("{kind:?}"),
    }
}

#[test]
fn names_after_an_at_sign_are_mentions_of_members() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    bench.guest(2, "bo", "general");
    bench.guest(3, "bo-peep", "general");
    bench.guest(4, "eve", "random");
    for (body, mentioned) in [
        ("hi @bo", &["bo"][..]),
        ("@BO! and @Bo again", &["bo"]),
        ("@bo-peep, not the other", &["bo-peep"]),
        ("@bo and @bo-peep", &["bo", "bo-peep"]),
        ("@bob is nobody, nor is ada@bo.example", &[]),
        ("@eve is in another room", &[]),
        ("@ @@ @", &[]),
    ] {
        assert_eq!(mentions(&mut bench, ada, body), mentioned, "{body}");
    }
}

#[test]
fn mentions_wait_for_whoever_is_away_until_they_have_read_them() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    let bo = bench.guest(2, "bo", "general");
    bench.close(bo);
    bench.say(ada, "m-1", "@bo are you there?");
    bench.say(ada, "m-2", "well");
    bench.say(ada, "m-3", "@bo?");
    let mut bench = Bench::over(bench.log);
    let mentioned = |bench: &mut Bench, conn| {
        let bo = bench.tab(conn, "bo");
        let joined = bench.take(bo).into_iter().find_map(|frame| match frame {
            ServerFrame::Joined(joined) => Some(joined),
            _ => None,
        });
        (bo, joined.unwrap().mentions)
    };
    let (bo, first) = mentioned(&mut bench, 3);
    assert_eq!(first, [4, 6]);
    bench.frame(bo, &ClientFrame::Read { room: room("general"), seq: 5 });
    assert_eq!(mentioned(&mut bench, 4).1, [6]);
}

#[test]
fn slow_mode_holds_members_to_its_pace_and_not_moderators() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    bench.frame(ada, &create("Club"));
    let bo = bench.guest(2, "bo", "club");
    bench.frame(ada, &ClientFrame::Change { room: room("club"), change: RoomChange::SlowMode { seconds: 30 } });
    let say = |bench: &mut Bench, conn: ConnId, id: &str| {
        let id = MessageId::parse(id).unwrap();
        bench.take(conn);
        bench.frame(conn, &ClientFrame::Send { room: room("club"), id, body: "hi".into() });
        bench.errors(conn).pop().map(|error| (error.code, error.retry_after_ms))
    };
    assert_eq!(say(&mut bench, bo, "m-1"), None);
    bench.run_for(10_000);
    assert_eq!(say(&mut bench, bo, "m-2"), Some((ErrorCode::SlowMode, Some(20_000))));
    assert_eq!(say(&mut bench, bo, "m-1"), None, "what was accepted stays accepted");
    assert_eq!((say(&mut bench, ada, "m-3"), say(&mut bench, ada, "m-4")), (None, None));
    bench.run_for(20_000);
    assert_eq!(say(&mut bench, bo, "m-2"), None);
}

#[test]
fn a_message_that_comes_while_its_writer_is_being_muted_is_not_taken() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    bench.frame(ada, &create("Club"));
    let bo = bench.guest(2, "bo", "club");
    bench.held = Some(VecDeque::new());
    let mute = RoomChange::Mute { user: user("bo").id, seconds: 60 };
    bench.frame(ada, &ClientFrame::Change { room: room("club"), change: mute });
    let id = MessageId::parse("m-1").unwrap();
    bench.frame(bo, &ClientFrame::Send { room: room("club"), id, body: "quick".into() });
    bench.release();
    assert_eq!(bench.codes(bo), [ErrorCode::Muted]);
}
