use super::*;
use crate::protocol::limits::{ACK_AFTER_MS, ACK_EVERY_ENTRIES, READ_EVERY_MS};

fn read(seq: Seq) -> Command {
    Command::Read { room: room_id("general"), seq }
}

#[test]
fn entries_are_acked_together_after_a_moment() {
    let mut bench = Bench::in_room("general", 4);
    for seq in 5..=9 {
        bench.entry("general", seq, &format!("m{seq}"));
    }
    assert_eq!(bench.sent, [] as [Value; 0]);
    bench.run_for(ACK_AFTER_MS);
    assert_eq!(bench.sent, [json!({"type": "ack", "cursors": {"general": 9}})]);
    bench.run_for(5_000);
    assert_eq!(bench.sent.len(), 1, "once");
}

#[test]
fn a_flood_of_entries_is_acked_without_waiting() {
    let mut bench = Bench::in_room("general", 0);
    for seq in 1..=u64::from(ACK_EVERY_ENTRIES) {
        bench.entry("general", seq, &format!("m{seq}"));
    }
    assert_eq!(bench.sent, [json!({"type": "ack", "cursors": {"general": ACK_EVERY_ENTRIES}})]);
}

#[test]
fn an_entry_that_comes_again_is_acked_again() {
    let mut bench = Bench::in_room("general", 4);
    bench.entry("general", 4, "m4");
    bench.run_for(ACK_AFTER_MS);
    assert_eq!(bench.sent, [json!({"type": "ack", "cursors": {"general": 4}})]);
    assert_eq!(bench.events, []);
}

#[test]
fn what_lies_beyond_a_hole_is_not_acked() {
    let mut bench = Bench::in_room("general", 4);
    bench.entry("general", 9, "m9");
    bench.run_for(ACK_AFTER_MS);
    assert_eq!(bench.sent[1], json!({"type": "ack", "cursors": {"general": 4}}));
}

#[test]
fn reading_is_told_at_once_and_then_at_most_every_second() {
    let mut bench = Bench::in_room("general", 0);
    for seq in 1..=5 {
        bench.entry("general", seq, &format!("m{seq}"));
    }
    bench.forget();
    bench.command(read(2));
    bench.command(read(3));
    bench.command(read(4));
    bench.command(read(1));
    let told = |bench: &Bench| -> Vec<Value> {
        bench.sent.iter().filter(|frame| frame["type"] == "read").map(|frame| frame["seq"].clone()).collect()
    };
    assert_eq!(told(&bench), [2]);
    bench.run_for(READ_EVERY_MS);
    assert_eq!(told(&bench), [2, 4]);
    let marks = bench.events.iter().filter(|event| matches!(event, Event::Read { .. })).count();
    assert_eq!(marks, 3, "the screen knows at once, and never goes back");
    bench.command(read(99));
    bench.run_for(READ_EVERY_MS);
    assert_eq!(told(&bench), [2, 4, 5], "nobody has read what has not come");
}

#[test]
fn what_was_read_is_told_before_the_page_goes() {
    let mut bench = Bench::in_room("general", 0);
    bench.entry("general", 1, "m1");
    bench.entry("general", 2, "m2");
    bench.command(read(1));
    bench.command(read(2));
    assert_eq!(bench.sent, [json!({"type": "read", "room": "general", "seq": 1})]);
    bench.session.handle_hide(bench.now_ms);
    bench.session.handle_hide(bench.now_ms);
    bench.drain();
    assert_eq!(bench.sent[1..], [json!({"type": "read", "room": "general", "seq": 2})], "once");
}

#[test]
fn what_was_read_without_a_link_is_told_later() {
    let mut bench = Bench::in_room("general", 0);
    bench.entry("general", 1, "m1");
    bench.close(1006);
    bench.command(read(1));
    bench.command(Command::ReconnectNow);
    bench.open();
    bench.welcome("epoch-1", &["general"]);
    bench.receive(&joined("general", 1, 1, 0));
    assert_eq!(bench.sent.last().unwrap(), &json!({"type": "read", "room": "general", "seq": 1}));
}

#[test]
fn what_was_read_elsewhere_is_read_here() {
    let mut bench = Bench::in_room("general", 4);
    let general = room_id("general");
    bench.receive(&ServerFrame::Read { room: general.clone(), seq: 9 });
    bench.receive(&ServerFrame::Read { room: general.clone(), seq: 7 });
    assert_eq!(bench.events, [Event::Read { room: general, seq: 9 }]);
    bench.run_for(5_000);
    assert!(!bench.sent_types().contains(&"read"), "the server knows");
}
