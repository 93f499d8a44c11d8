use super::*;
use crate::protocol::limits::{FRAMES_IN_FLIGHT_MAX, IN_FLIGHT_BYTES_MAX, INTEGER_MAX};

fn resume(bench: &mut Bench, conn: u64, name: &str, epoch: &str, cursor: Seq) -> ConnId {
    let conn = bench.open(conn);
    let hello = Hello {
        name: None,
        token: Some(token_of(name)),
        epoch: Some(Epoch::parse(epoch).unwrap()),
        cursors: [(room("general"), cursor)].into(),
    };
    bench.hello(conn, hello);
    conn
}

/// Each `joined` as (head, after).
fn joined(frames: &[ServerFrame]) -> Vec<(Seq, Seq)> {
    let joined = |frame: &ServerFrame| match frame {
        ServerFrame::Joined(joined) => Some((joined.head, joined.after)),
        _ => None,
    };
    frames.iter().filter_map(joined).collect()
}

#[test]
fn a_message_reaches_everyone_in_the_room_and_nobody_else() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    let bo = bench.guest(2, "bo", "general");
    let eve = bench.guest(3, "eve", "random");
    bench.say(ada, "m1", "hello");
    assert_eq!(bench.bodies(ada), ["hello"]);
    assert_eq!(bench.bodies(bo), ["hello"]);
    assert_eq!(bench.bodies(eve), [] as [&str; 0]);
}

#[test]
fn nobody_sees_a_message_before_it_is_committed() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    let bo = bench.guest(2, "bo", "general");
    bench.take(ada);
    bench.take(bo);
    bench.held = Some(VecDeque::new());
    bench.say(ada, "m1", "hello");
    assert_eq!((bench.take(ada), bench.take(bo)), (vec![], vec![]));
    bench.release();
    let frames = bench.take(ada);
    assert!(matches!(&frames[0], ServerFrame::Accepted { seq: 4, .. }), "{frames:?}");
    assert!(matches!(&frames[1], ServerFrame::Entry(entry) if entry.seq == 4));
    assert_eq!(bench.bodies(bo), ["hello"]);
}

#[test]
fn sending_again_gives_the_same_answer_and_no_second_entry() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    bench.say(ada, "m1", "hello");
    let first = bench.take(ada).into_iter().find(|frame| matches!(frame, ServerFrame::Accepted { .. })).unwrap();
    bench.run_pinging(10_000, &[ada]);
    bench.take(ada);
    bench.say(ada, "m1", "hello");
    let again = bench.take(ada);
    assert!(again.contains(&first));
    assert!(!again.iter().any(|frame| matches!(frame, ServerFrame::Entry(_))));
    assert_eq!(bench.entries("general").len(), 3);
}

#[test]
fn the_same_id_from_another_person_is_another_message() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    let bo = bench.guest(2, "bo", "general");
    bench.say(ada, "m1", "hers");
    bench.say(bo, "m1", "his");
    assert_eq!(bench.bodies(ada), ["hers", "his"]);
}

#[test]
fn joining_shows_what_was_said_before_and_then_goes_on_live() {
    let mut bench = Bench::over(long_log(20));
    let bo = bench.guest(1, "bo", "general");
    let frames = bench.take(bo);
    assert_eq!(joined(&frames), [(22, 0)]);
    let at = frames.iter().position(|frame| matches!(frame, ServerFrame::Joined(_))).unwrap();
    let before = frames[..at].iter().filter(|frame| matches!(frame, ServerFrame::Entry(_))).count();
    assert_eq!(before, 0, "no entry comes before `joined`");
    bench.received.insert(bo, frames);
    assert_eq!(bench.seqs(bo), (1..=22).collect::<Vec<_>>());
    bench.say(bo, "m1", "me too");
    assert_eq!(bench.seqs(bo), [23]);
}

#[test]
fn a_cursor_resumes_where_it_stood() {
    let mut bench = Bench::over(long_log(20));
    let bo = bench.guest(1, "bo", "general");
    bench.close(bo);
    let bo = resume(&mut bench, 2, "bo", "epoch-1", 15);
    assert_eq!(bench.seqs(bo), (16..=22).collect::<Vec<_>>());
}

#[test]
fn a_cursor_resumes_over_a_restart() {
    let mut bench = Bench::over(long_log(20));
    bench.guest(1, "bo", "general");
    let mut bench = Bench::over(bench.log);
    let bo = resume(&mut bench, 2, "bo", "epoch-1", 15);
    assert_eq!(bench.reads, 1, "the memory is empty: the log is read");
    assert_eq!(bench.seqs(bo), (16..=22).collect::<Vec<_>>());
}

#[test]
fn a_cursor_that_makes_no_sense_starts_at_the_newest_page() {
    for (epoch, cursor) in [("epoch-0", 210), ("epoch-1", 5_000), ("epoch-1", INTEGER_MAX), ("epoch-1", 3)] {
        let mut bench = Bench::over(long_log(200));
        bench.guest(1, "bo", "general");
        let bo = resume(&mut bench, 2, "bo", epoch, cursor);
        let frames = bench.take(bo);
        assert_eq!(joined(&frames), [(202, 102)], "epoch {epoch}, cursor {cursor}");
        bench.received.insert(bo, frames);
        assert_eq!(bench.seqs(bo), (103..=202).collect::<Vec<_>>());
    }
}

#[test]
fn joining_again_repeats_from_the_cursor() {
    let mut bench = Bench::over(long_log(20));
    let bo = bench.guest(1, "bo", "general");
    bench.take(bo);
    bench.frame(bo, &ClientFrame::Join { room: room("general"), since: Some(18), password: None, invite: None });
    let frames = bench.take(bo);
    assert_eq!(joined(&frames), [(22, 18)]);
    bench.received.insert(bo, frames);
    assert_eq!(bench.seqs(bo), [19, 20, 21, 22]);
}

#[test]
fn a_stuck_connection_costs_a_bounded_number_of_frames_and_catches_up_from_the_log() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    let slow = bench.guest(2, "slow", "general");
    bench.run_for(2_000);
    bench.take(slow);
    bench.stuck.insert(slow);
    for n in 0..1_000 {
        bench.run_for(200);
        bench.say(ada, &format!("m{n}"), &"x".repeat(1_000));
        if n % 100 == 0 {
            bench.frame(slow, &ClientFrame::Typing { room: room("random") });
        }
    }
    assert_eq!(bench.bodies(ada).len(), 1_000, "the fast one does not wait for the slow one");
    let first = bench.seqs(slow);
    assert!(first.len() <= FRAMES_IN_FLIGHT_MAX);
    assert!(bench.bytes_unread[&slow] <= IN_FLIGHT_BYTES_MAX + 2_000);

    bench.stuck.clear();
    bench.hub.handle_written(bench.now, slow, FRAMES_IN_FLIGHT_MAX, usize::MAX);
    bench.drain();
    let all = [first, bench.seqs(slow)].concat();
    assert_eq!(all, (all[0]..=1_003).collect::<Vec<_>>(), "nothing is missing, nothing twice");
    assert!(bench.reads >= 7);
}

#[test]
fn a_log_that_cannot_be_read_is_read_again_later() {
    let mut bench = Bench::over(long_log(20));
    bench.guest(1, "bo", "general");
    let mut bench = Bench::over(bench.log);
    bench.is_log_broken = true;
    let bo = resume(&mut bench, 2, "bo", "epoch-1", 15);
    assert_eq!(bench.seqs(bo), [] as [Seq; 0]);
    bench.run_for(5_000);
    assert!((5..8).contains(&bench.reads), "it is not hammered");
    bench.is_log_broken = false;
    bench.run_for(1_000);
    assert_eq!(bench.seqs(bo), (16..=22).collect::<Vec<_>>());
}

#[test]
fn history_comes_in_pages_up_to_the_first_entry() {
    let mut bench = Bench::over(long_log(200));
    let bo = bench.guest(1, "bo", "general");
    let mut pages = |before, limit| {
        bench.take(bo);
        bench.frame(bo, &ClientFrame::History { room: room("general"), before, limit });
        match bench.take(bo).pop() {
            Some(ServerFrame::History(page)) => {
                (page.entries.first().map(|e| e.seq), page.entries.last().map(|e| e.seq), page.more)
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(pages(103, 50), (Some(53), Some(102), true));
    assert_eq!(pages(103, 5_000), (Some(3), Some(102), true), "a page has its limit");
    assert_eq!(pages(3, 50), (Some(1), Some(2), false));
    assert_eq!(pages(1, 50), (None, None, false));
    assert_eq!(pages(0, 0), (None, None, false));
    assert_eq!(pages(INTEGER_MAX, 1), (Some(202), Some(202), true));
}

#[test]
fn history_is_for_those_in_the_room_and_one_page_at_a_time() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    let history = ClientFrame::History { room: room("general"), before: 9, limit: 9 };
    bench.frame(ada, &history);
    assert_eq!(bench.codes(ada), [ErrorCode::NotInRoom]);
    bench.join(ada, "general");
    bench.stuck.insert(ada);
    for _ in 0..2 * FRAMES_IN_FLIGHT_MAX {
        bench.frame(ada, &history);
    }
    bench.stuck.clear();
    bench.hub.handle_written(bench.now, ada, FRAMES_IN_FLIGHT_MAX, usize::MAX);
    bench.drain();
    assert!(bench.codes(ada).contains(&ErrorCode::RateLimited));
}

#[test]
fn people_in_many_rooms_catch_up_in_all_of_them() {
    let mut bench = Bench::with_rooms(&["general", "random", "help"]);
    let ada = bench.tab(1, "ada");
    let bo = bench.tab(2, "bo");
    for id in ["general", "random", "help"] {
        bench.join(ada, id);
        bench.join(bo, id);
    }
    for n in 0..120 {
        for id in ["general", "random", "help"] {
            bench.run_for(200);
            let frame = ClientFrame::Send {
                room: room(id),
                id: MessageId::parse(&format!("m{n}")).unwrap(),
                body: format!("{id} {n}"),
            };
            bench.frame(ada, &frame);
        }
    }
    bench.close(bo);
    let mut bench = Bench::over(bench.log);
    let bo = bench.open(3);
    let hello = Hello {
        name: None,
        token: Some(token_of("bo")),
        epoch: Some(Epoch::parse("epoch-1").unwrap()),
        cursors: ["general", "random", "help"].map(|id| (room(id), 23)).into(),
    };
    bench.hello(bo, hello);
    let bodies = bench.bodies(bo);
    for id in ["general", "random", "help"] {
        let of_room: Vec<_> = bodies.iter().filter(|body| body.starts_with(id)).cloned().collect();
        assert_eq!(of_room, (20..120).map(|n| format!("{id} {n}")).collect::<Vec<_>>());
    }
}

#[test]
fn a_page_that_overlaps_with_the_memory_does_not_block_the_other_rooms() {
    let mut bench = Bench::with_rooms(&["general", "random"]);
    let ada = bench.guest(1, "ada", "general");
    bench.join(ada, "random");
    let mut bench = Bench::over(bench.log);
    let ada = bench.tab(2, "ada");
    bench.say(ada, "m1", "now the end of the log is in memory, and its beginning is not");
    let ada_too = bench.open(3);
    bench.take(ada);
    bench.hello(ada_too, Hello { token: Some(token_of("ada")), ..Hello::default() });
    let entries = bench.take(ada_too).into_iter().filter_map(|frame| match frame {
        ServerFrame::Entry(entry) => Some((entry.room.to_string(), entry.seq)),
        _ => None,
    });
    let expected = [("general", 1), ("general", 2), ("general", 3), ("random", 1), ("random", 2)];
    assert_eq!(entries.collect::<Vec<_>>(), expected.map(|(room, seq)| (room.to_owned(), seq)));
}
