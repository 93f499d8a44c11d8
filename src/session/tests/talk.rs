use super::*;
use crate::protocol::limits::ANSWER_WITHIN_MS;

#[test]
fn messages_go_out_one_at_a_time_in_the_order_written() {
    let mut bench = Bench::in_room("general", 0);
    bench.say("general", "m1", "one");
    bench.say("general", "m2", "two");
    assert_eq!(bench.sent_ids(), ["m1"]);
    bench.accepted("general", "m1", 1);
    assert_eq!(bench.sent_ids(), ["m1", "m2"]);
    bench.accepted("general", "m2", 2);
    let accepted = bench.events.iter().filter(|event| matches!(event, Event::Accepted { .. })).count();
    assert_eq!(accepted, 2);
    assert!(bench.session.outbox.next_timeout().is_none());
}

#[test]
fn a_message_written_offline_goes_out_after_the_reconnect() {
    let mut bench = Bench::in_room("general", 0);
    bench.close(1006);
    bench.say("general", "m1", "one");
    bench.say("general", "m2", "two");
    assert_eq!(bench.sent_ids(), [] as [&str; 0]);
    bench.run_for(1_000);
    bench.open();
    bench.welcome("epoch-1", &["general"]);
    assert_eq!(bench.sent_ids(), [] as [&str; 0], "not before the room is joined again");
    bench.joined("general", 0);
    assert_eq!(bench.sent_ids(), ["m1"]);
    bench.accepted("general", "m1", 1);
    assert_eq!(bench.sent_ids(), ["m1", "m2"]);
}

#[test]
fn a_message_in_flight_when_the_link_breaks_is_sent_again_under_its_id() {
    let mut bench = Bench::in_room("general", 0);
    bench.say("general", "m1", "one");
    bench.reconnect("epoch-1", &["general"]);
    bench.joined("general", 0);
    assert_eq!(bench.sent_ids(), ["m1", "m1"]);
}

#[test]
fn a_message_without_an_answer_is_repeated_and_then_the_link_given_up() {
    let mut bench = Bench::in_room("general", 0);
    bench.say("general", "m1", "one");
    bench.run_for(ANSWER_WITHIN_MS);
    bench.run_for(ANSWER_WITHIN_MS);
    assert_eq!(bench.sent_ids(), ["m1", "m1", "m1"]);
    assert_eq!(bench.disconnects, [] as [u16; 0]);
    bench.run_for(ANSWER_WITHIN_MS);
    assert_eq!(bench.disconnects, [4001]);
}

#[test]
fn a_sender_in_haste_is_held_and_loses_nothing() {
    let mut bench = Bench::in_room("general", 0);
    bench.say("general", "m1", "one");
    bench.say("general", "m2", "two");
    bench.refuse(ErrorCode::RateLimited, "m1", Some(1_200));
    assert!(bench.events.contains(&Event::SlowDown { code: ErrorCode::RateLimited, retry_in_s: 2 }));
    bench.run_for(1_199);
    assert_eq!(bench.sent_ids(), ["m1"]);
    bench.run_for(1);
    assert_eq!(bench.sent_ids(), ["m1", "m1"], "the same message first, or the order would change");
}

#[test]
fn a_log_that_fails_is_tried_again() {
    let mut bench = Bench::in_room("general", 0);
    bench.say("general", "m1", "one");
    bench.refuse(ErrorCode::Unavailable, "m1", None);
    bench.run_for(2_000);
    assert_eq!(bench.sent_ids(), ["m1", "m1"]);
}

#[test]
fn a_refused_message_stays_with_its_reason_and_lets_the_others_pass() {
    let mut bench = Bench::in_room("general", 0);
    bench.say("general", "m1", "far too long");
    bench.say("general", "m2", "two");
    bench.refuse(ErrorCode::MessageTooLong, "m1", None);
    let (id, room) = (message_id("m1"), room_id("general"));
    assert!(bench.events.contains(&Event::Refused {
        id: id.clone(),
        room: room.clone(),
        code: ErrorCode::MessageTooLong
    }));
    assert_eq!(bench.sent_ids(), ["m1", "m2"]);
    bench.accepted("general", "m2", 1);

    bench.command(Command::Resend { id: id.clone() });
    assert_eq!(bench.sent_ids(), ["m1", "m2", "m1"]);
    bench.refuse(ErrorCode::MessageTooLong, "m1", None);
    bench.command(Command::Discard { id: id.clone() });
    assert_eq!(bench.events.last(), Some(&Event::Discarded { id: id.clone(), room }));
    bench.command(Command::Resend { id });
    assert_eq!(bench.sent_ids().len(), 3, "what is discarded is gone");
}

#[test]
fn an_answer_that_comes_twice_counts_once() {
    let mut bench = Bench::in_room("general", 0);
    bench.say("general", "m1", "one");
    bench.accepted("general", "m1", 1);
    bench.forget();
    bench.accepted("general", "m1", 1);
    assert_eq!(bench.events, []);
}

#[test]
fn typing_is_told_every_few_seconds_and_only_online() {
    let mut bench = Bench::in_room("general", 0);
    let room = room_id("general");
    bench.command(Command::Type { room: room.clone() });
    bench.command(Command::Type { room: room.clone() });
    assert_eq!(bench.sent_types(), ["typing"]);
    bench.run_for(3_000);
    bench.command(Command::Type { room: room.clone() });
    assert_eq!(bench.sent_types(), ["typing", "typing"]);
    bench.close(1006);
    bench.command(Command::Type { room });
    assert_eq!(bench.sent_types(), ["typing", "typing"]);
}

#[test]
fn who_types_again_after_a_message_is_seen_typing_at_once() {
    let mut bench = Bench::in_room("general", 0);
    let room = room_id("general");
    bench.command(Command::Type { room: room.clone() });
    bench.say("general", "m1", "one");
    bench.command(Command::Type { room });
    assert_eq!(bench.sent_types(), ["typing", "send", "typing"]);
}
