use super::*;
use crate::protocol::limits::INTEGER_MAX;

fn read(bench: &mut Bench, conn: ConnId, seq: Seq) {
    bench.frame(conn, &ClientFrame::Read { room: room("general"), seq });
}

fn marks(bench: &mut Bench, conn: ConnId) -> Vec<Seq> {
    let mark = |frame| if let ServerFrame::Read { seq, .. } = frame { Some(seq) } else { None };
    bench.take(conn).into_iter().filter_map(mark).collect()
}

#[test]
fn a_read_mark_follows_the_person_to_all_tabs_and_nobody_else() {
    let mut bench = Bench::over(long_log(20));
    let ada = bench.guest(1, "ada", "general");
    let ada_too = bench.tab(2, "ada");
    let bo = bench.guest(3, "bo", "general");
    bench.say(bo, "m1", "hi");
    for conn in [ada, ada_too, bo] {
        bench.take(conn);
    }
    read(&mut bench, ada, 23);
    assert_eq!(
        (marks(&mut bench, ada), marks(&mut bench, ada_too), marks(&mut bench, bo)),
        (vec![23], vec![23], vec![])
    );
    let later = bench.tab(4, "ada");
    let joined = bench.take(later).into_iter().find_map(|frame| match frame {
        ServerFrame::Joined(joined) => Some((joined.head, joined.read)),
        _ => None,
    });
    assert_eq!(joined, Some((24, 23)), "one is unread");
}

#[test]
fn a_read_mark_only_moves_forward_and_not_beyond_the_end() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    bench.say(ada, "m1", "hi");
    bench.say(ada, "m2", "hi");
    bench.take(ada);
    read(&mut bench, ada, 3);
    read(&mut bench, ada, 1);
    read(&mut bench, ada, 3);
    read(&mut bench, ada, INTEGER_MAX);
    assert_eq!(marks(&mut bench, ada), [3, 4]);
    let kept: Vec<_> = bench.marks.iter().map(|mark| (mark.user.as_str(), mark.seq)).collect();
    assert_eq!(kept, [("ada", 3), ("ada", 4)]);
}

#[test]
fn what_came_before_one_joined_is_read() {
    let mut bench = Bench::over(long_log(20));
    let ada = bench.guest(1, "ada", "general");
    let read = bench.take(ada).into_iter().find_map(|frame| match frame {
        ServerFrame::Joined(joined) => Some(joined.read),
        _ => None,
    });
    assert_eq!(read, Some(22), "up to the own joining");
}

#[test]
fn whoever_is_not_in_a_room_reads_nothing_there() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    read(&mut bench, ada, 1);
    assert_eq!(bench.codes(ada), [ErrorCode::NotInRoom]);
}
