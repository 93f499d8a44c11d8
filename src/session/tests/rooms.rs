use super::*;
use crate::protocol::HistoryPage;
use crate::protocol::limits::ANSWER_WITHIN_MS;

fn resets(bench: &Bench) -> Vec<bool> {
    let reset = |event: &Event| if let Event::Joined { reset, .. } = event { Some(*reset) } else { None };
    bench.events.iter().filter_map(reset).collect()
}

fn page(before: Seq, first: Seq, last: Seq) -> HistoryPage {
    let entries = (first..=last).map(|seq| entry("general", seq, &format!("m{seq}"))).collect();
    HistoryPage { room: room_id("general"), before, entries, more: first > 1 }
}

#[test]
fn entries_are_shown_once_and_in_order() {
    let mut bench = Bench::in_room("general", 4);
    for seq in [5, 5, 6, 4, 1, 6, 7] {
        bench.entry("general", seq, &format!("m{seq}"));
    }
    assert_eq!(bench.shown(), [5, 6, 7]);
    assert_eq!(bench.sent, [] as [Value; 0]);
}

#[test]
fn a_hole_is_never_shown_and_exactly_its_range_is_asked_for() {
    let mut bench = Bench::in_room("general", 4);
    bench.entry("general", 5, "m5");
    bench.entry("general", 8, "m8");
    bench.entry("general", 10, "m10");
    assert_eq!(bench.shown(), [5]);
    assert_eq!(bench.sent, [json!({"type": "history", "room": "general", "before": 8, "limit": 2})], "asked for once");
    bench.receive(&ServerFrame::History(page(8, 6, 7)));
    assert_eq!(bench.shown(), [5, 6, 7, 8]);
    assert_eq!(bench.sent[1], json!({"type": "history", "room": "general", "before": 10, "limit": 1}));
    bench.entry("general", 9, "m9");
    assert_eq!(bench.shown(), [5, 6, 7, 8, 9, 10], "what fills the hole first is good enough");
    bench.receive(&ServerFrame::History(page(10, 9, 9)));
    assert_eq!(bench.shown().len(), 6);
}

#[test]
fn a_hole_that_history_does_not_fill_is_replayed() {
    let mut bench = Bench::in_room("general", 4);
    bench.entry("general", 8, "m8");
    bench.receive(&ServerFrame::History(HistoryPage { more: false, ..page(8, 5, 4) }));
    assert_eq!(bench.sent.last().unwrap(), &json!({"type": "join", "room": "general", "since": 4}));
    bench.joined("general", 4);
    for seq in 5..=8 {
        bench.entry("general", seq, &format!("m{seq}"));
    }
    assert_eq!(bench.shown(), [5, 6, 7, 8]);
    assert_eq!(resets(&bench), [false]);
}

#[test]
fn a_hole_is_asked_for_again_when_the_server_could_not_answer() {
    let mut bench = Bench::in_room("general", 4);
    bench.entry("general", 8, "m8");
    let refusal = Refusal { room: Some(room_id("general")), retry_after_ms: Some(1_500), ..unavailable("history") };
    bench.receive(&ServerFrame::Error(refusal));
    assert_eq!(bench.events, [], "nothing that a person could do about it");
    bench.run_for(1_499);
    assert!(!bench.sent_types()[1..].contains(&"history"));
    bench.run_for(1);
    assert_eq!(bench.sent_types().iter().filter(|name| **name == "history").count(), 2);
}

#[test]
fn a_reconnect_resumes_from_the_cursor_by_itself() {
    let mut bench = Bench::in_room("general", 4);
    bench.entry("general", 5, "m5");
    bench.reconnect("epoch-1", &["general"]);
    let hello = bench.sent.last().unwrap();
    assert_eq!((&hello["cursors"], &hello["epoch"]), (&json!({"general": 5}), &json!("epoch-1")));
    bench.joined("general", 5);
    bench.entry("general", 6, "m6");
    assert_eq!(bench.shown(), [5, 6]);
    assert_eq!(resets(&bench), [false], "what is on the screen stays");
}

#[test]
fn after_a_long_absence_the_newest_page_comes_first_and_the_gap_is_filled_on_demand() {
    let mut bench = Bench::in_room("general", 0);
    for seq in 1..=4 {
        bench.entry("general", seq, &format!("m{seq}"));
    }
    bench.forget();
    bench.reconnect("epoch-1", &["general"]);
    bench.joined("general", 70);
    bench.entry("general", 71, "m71");
    assert_eq!((resets(&bench), bench.shown()), (vec![false], vec![71]));
    bench.forget();
    bench.older(71);
    assert_eq!(bench.sent[0], json!({"type": "history", "room": "general", "before": 71, "limit": 50}));
    bench.receive(&ServerFrame::History(page(71, 21, 70)));
    bench.older(21);
    assert_eq!(bench.sent[1]["limit"], 16, "no more than is missing");
    bench.receive(&ServerFrame::History(page(21, 5, 20)));
    bench.older(5);
    assert_eq!(bench.sent.len(), 2, "then nothing is missing");
    let older = |event: &Event| if let Event::Older(page) = event { Some(page.entries.len()) } else { None };
    assert_eq!(bench.events.iter().filter_map(older).collect::<Vec<_>>(), [50, 16]);
}

#[test]
fn a_cursor_beyond_the_end_of_the_log_starts_anew() {
    let mut bench = Bench::in_room("general", 900);
    bench.reconnect("epoch-1", &["general"]);
    bench.joined("general", 12);
    assert_eq!(resets(&bench), [true]);
    assert!(bench.kept.contains(&Keep::ForgetRoom { room: room_id("general") }));
    bench.entry("general", 13, "m13");
    assert_eq!(bench.shown(), [13]);
}

#[test]
fn a_server_with_another_log_is_joined_anew() {
    let mut bench = Bench::in_room("general", 4);
    bench.reconnect("epoch-2", &[]);
    assert_eq!(bench.sent.last().unwrap(), &json!({"type": "join", "room": "general"}));
    bench.joined("general", 4);
    assert_eq!(resets(&bench), [true], "the same number means another entry there");
}

#[test]
fn a_room_left_on_another_device_is_left_here() {
    let mut bench = Bench::in_room("general", 4);
    bench.reconnect("epoch-1", &[]);
    assert!(bench.events.contains(&Event::Left(left("general"))));
    assert_eq!(bench.sent_types(), ["hello"]);
}

#[test]
fn a_room_entered_on_another_device_is_entered_here() {
    let mut bench = Bench::online(1);
    bench.joined("general", 4);
    bench.entry("general", 5, "m5");
    assert_eq!(bench.shown(), [5]);
}

#[test]
fn a_room_asked_for_while_offline_is_joined_later() {
    let mut bench = Bench::online(1);
    bench.close(1006);
    bench.command(join("general"));
    bench.run_for(1_000);
    bench.open();
    bench.welcome("epoch-1", &[]);
    assert_eq!(bench.sent.last().unwrap(), &json!({"type": "join", "room": "general"}));
}

#[test]
fn leaving_takes_effect_at_once_and_survives_a_broken_link() {
    let mut bench = Bench::in_room("general", 4);
    bench.say("general", "m1", "one");
    bench.close(1006);
    bench.command(Command::Leave { room: room_id("general") });
    assert_eq!(bench.events.last(), Some(&Event::Left(left("general"))));
    bench.run_for(1_000);
    bench.open();
    bench.welcome("epoch-1", &["general"]);
    assert_eq!(bench.sent.last().unwrap(), &json!({"type": "leave", "room": "general"}));
    bench.forget();
    bench.joined("general", 4);
    bench.entry("general", 5, "m5");
    assert_eq!((&bench.events[..], bench.sent_ids()), (&[][..], vec![]), "neither room nor message comes back");
    bench.receive(&ServerFrame::Left(left("general")));
    bench.command(join("general"));
    bench.joined("general", 6);
    assert_eq!(resets(&bench), [true]);
}

#[test]
fn leaving_and_entering_again_in_one_breath_ends_inside() {
    let mut bench = Bench::in_room("general", 4);
    bench.command(Command::Leave { room: room_id("general") });
    bench.command(join("general"));
    assert_eq!(bench.sent_types(), ["leave", "join"]);
    bench.forget();
    bench.receive(&ServerFrame::Left(left("general")));
    bench.joined("general", 6);
    bench.entry("general", 7, "m7");
    assert_eq!((resets(&bench), bench.shown()), (vec![true], vec![7]));
    assert!(!bench.events.contains(&Event::Left(left("general"))));
}

#[test]
fn a_join_that_is_refused_takes_its_messages_along() {
    let mut bench = Bench::online(1);
    bench.command(join("general"));
    bench.say("general", "m1", "one");
    let refusal = Refusal {
        code: ErrorCode::TooManyRooms,
        about: Some("join".into()),
        room: Some(room_id("general")),
        ..unavailable("join")
    };
    bench.receive(&ServerFrame::Error(refusal.clone()));
    let refused = Event::Refused { id: message_id("m1"), room: room_id("general"), code: ErrorCode::TooManyRooms };
    assert!(bench.events.contains(&refused));
    assert!(bench.events.contains(&Event::Problem(refusal)));
}

#[test]
fn older_entries_join_those_at_hand_without_a_hole() {
    let mut bench = Bench::in_room("general", 100);
    bench.older(101);
    bench.older(101);
    assert_eq!(bench.sent, [json!({"type": "history", "room": "general", "before": 101, "limit": 50})]);
    bench.receive(&ServerFrame::History(page(101, 51, 100)));
    bench.older(51);
    assert_eq!(bench.sent.last().unwrap()["before"], 51);
    bench.receive(&ServerFrame::History(page(51, 1, 50)));
    bench.older(1);
    assert_eq!(bench.sent.len(), 2, "there is nothing before the first entry");
    let older = bench.events.iter().filter(|event| matches!(event, Event::Older(_))).count();
    assert_eq!(older, 2);
}

#[test]
fn a_page_that_does_not_fit_is_not_shown() {
    let mut bench = Bench::in_room("general", 100);
    bench.older(101);
    bench.receive(&ServerFrame::History(page(90, 51, 89)));
    bench.receive(&ServerFrame::History(page(101, 51, 98)));
    assert_eq!(bench.events, []);
}

#[test]
fn a_room_cannot_be_made_without_a_link() {
    let mut bench = Bench::new(1);
    bench.command(Command::Create { name: "Tea".into(), access: Access::Open, password: None });
    assert!(matches!(&bench.events[..], [Event::Problem(refusal)] if refusal.code == ErrorCode::Unavailable));
}

#[test]
fn leaving_is_repeated_until_the_server_can() {
    let mut bench = Bench::in_room("general", 4);
    bench.command(Command::Leave { room: room_id("general") });
    bench.forget();
    let refusal = Refusal { room: Some(room_id("general")), retry_after_ms: Some(2_000), ..unavailable("leave") };
    bench.receive(&ServerFrame::Error(refusal));
    bench.run_for(2_000);
    assert_eq!(bench.sent, [json!({"type": "leave", "room": "general"})]);
    bench.receive(&ServerFrame::Left(left("general")));
    bench.run_for(20_000);
    assert_eq!(bench.sent.len(), 1);
}

#[test]
fn a_join_that_cannot_be_now_is_repeated_and_its_messages_wait() {
    let mut bench = Bench::online(1);
    bench.command(join("tea"));
    bench.say("tea", "m1", "one");
    bench.forget();
    for _ in 0..3 {
        let refusal = Refusal { room: Some(room_id("tea")), retry_after_ms: Some(2_000), ..unavailable("join") };
        bench.receive(&ServerFrame::Error(refusal));
        bench.run_for(2_000);
    }
    assert_eq!(bench.sent_types(), ["join", "join", "join"]);
    assert!(bench.events.iter().all(|event| matches!(event, Event::SlowDown { code: ErrorCode::Unavailable, .. })));
    bench.joined("tea", 0);
    assert_eq!(bench.sent_ids(), ["m1"]);
}

#[test]
fn a_join_without_an_answer_is_repeated() {
    let mut bench = Bench::online(1);
    bench.command(join("tea"));
    bench.run_for(ANSWER_WITHIN_MS);
    assert_eq!(bench.sent_types().iter().filter(|name| **name == "join").count(), 2);
}

#[test]
fn entering_again_while_the_server_cannot_let_go_ends_inside() {
    let mut bench = Bench::in_room("general", 4);
    bench.command(Command::Leave { room: room_id("general") });
    let refusal = Refusal { room: Some(room_id("general")), retry_after_ms: Some(2_000), ..unavailable("leave") };
    bench.receive(&ServerFrame::Error(refusal));
    bench.command(join("general"));
    bench.joined("general", 4); // still of the time before; passed over
    bench.forget();
    bench.run_for(2_000);
    assert_eq!(bench.sent_types(), ["join"]);
    bench.joined("general", 4);
    bench.entry("general", 5, "m5");
    assert_eq!(bench.shown(), [5]);
}

#[test]
fn a_replay_that_begins_before_the_cursor_takes_nothing_back() {
    let mut bench = Bench::in_room("general", 4);
    bench.entry("general", 5, "m5");
    bench.forget();
    bench.receive(&joined("general", 6, 4, 4));
    for seq in 5..=6 {
        bench.entry("general", seq, &format!("m{seq}"));
    }
    assert_eq!((resets(&bench), bench.shown()), (vec![false], vec![6]));
}

/// So many who came and went, from one place in the log to another.
fn crowd(first: Seq, seq: Seq) -> Entry {
    let joined = u32::try_from(seq - first + 1).unwrap();
    Entry { kind: EntryKind::CameAndWent { first, joined, left: 0 }, ..entry("general", seq, "x") }
}

/// From where to where each entry stands that was shown.
fn ranges(bench: &Bench) -> Vec<(Seq, Seq)> {
    let range = |event: &Event| if let Event::Entry(entry) = event { Some((entry.first(), entry.seq)) } else { None };
    bench.events.iter().filter_map(range).collect()
}

#[test]
fn an_entry_that_stands_for_many_moves_the_cursor_over_all_of_them() {
    let mut bench = Bench::in_room("general", 4);
    bench.receive(&ServerFrame::Entry(crowd(5, 104)));
    bench.entry("general", 104, "m104");
    bench.entry("general", 105, "m105");
    assert_eq!(ranges(&bench), [(5, 104), (105, 105)]);
    bench.reconnect("epoch-1", &["general"]);
    assert_eq!(bench.sent.last().unwrap()["cursors"], json!({"general": 105}));
}

#[test]
fn what_is_at_hand_of_many_is_not_shown_twice() {
    let mut bench = Bench::in_room("general", 4);
    bench.entry("general", 5, "m5");
    bench.receive(&ServerFrame::Entry(crowd(3, 20)));
    bench.receive(&ServerFrame::Entry(crowd(3, 20)));
    bench.receive(&ServerFrame::Entry(crowd(10, 30)));
    assert_eq!(ranges(&bench), [(5, 5), (6, 20), (21, 30)]);
    let Some(Event::Entry(last)) = bench.events.last() else { panic!() };
    assert_eq!(last.kind, EntryKind::CameAndWent { first: 21, joined: 10, left: 0 });
}

#[test]
fn a_hole_before_many_is_asked_for_up_to_the_first_of_them() {
    let mut bench = Bench::in_room("general", 4);
    bench.receive(&ServerFrame::Entry(crowd(8, 90)));
    bench.receive(&ServerFrame::Entry(crowd(8, 40)));
    bench.receive(&ServerFrame::Entry(crowd(20, 60)));
    bench.entry("general", 91, "m91");
    assert_eq!(bench.sent, [json!({"type": "history", "room": "general", "before": 8, "limit": 3})]);
    bench.receive(&ServerFrame::History(page(8, 5, 7)));
    assert_eq!(ranges(&bench), [(5, 5), (6, 6), (7, 7), (8, 40), (41, 90), (91, 91)]);
}

#[test]
fn history_before_many_goes_up_to_the_first_of_them_and_holds_none_itself() {
    let mut bench = Bench::in_room("general", 100);
    bench.receive(&ServerFrame::Entry(crowd(101, 200)));
    bench.forget();
    bench.older(101);
    assert_eq!(bench.sent[0], json!({"type": "history", "room": "general", "before": 101, "limit": 50}));
    let entries = vec![crowd(51, 100)];
    bench.receive(&ServerFrame::History(HistoryPage { entries, ..page(101, 51, 50) }));
    assert!(bench.events.is_empty());
    bench.older(101);
    bench.receive(&ServerFrame::History(page(101, 51, 100)));
    assert!(matches!(&bench.events[..], [Event::Older(page)] if page.entries.len() == 50));
}
