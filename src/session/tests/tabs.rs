use super::*;

fn unsent(id: &str) -> Unsent {
    Unsent { id: message_id(id), room: room_id("general"), body: "hi".into(), refused: None }
}

/// A tab that is in a room, beside another one that sends.
fn beside() -> Bench {
    let mut bench = Bench::new(1);
    bench.session = Session::new(1, None, Saved::default());
    bench.command(Command::Enter { name: Some("Ada".into()) });
    bench.open();
    bench.welcome("epoch-1", &["general"]);
    bench.joined("general", 0);
    bench.forget();
    bench
}

fn note(bench: &mut Bench, note: Note) {
    bench.session.handle_note(bench.now_ms, note);
    bench.drain();
}

#[test]
fn a_tab_that_does_not_send_keeps_shows_and_tells_what_was_written_in_it() {
    let mut bench = beside();
    bench.say("general", "m1", "hi");
    assert_eq!(bench.sent, [] as [Value; 0]);
    assert_eq!(bench.kept.last(), Some(&Keep::Unsent(unsent("m1"))));
    assert_eq!(bench.told, [Note::Queued(unsent("m1"))]);
    assert!(matches!(bench.events[..], [Event::Queued { .. }]));
    bench.run_for(20_000);
    assert_eq!(bench.sent_ids(), [] as [&str; 0]);
}

#[test]
fn the_tab_that_sends_sends_for_all_in_the_order_told() {
    let mut bench = Bench::in_room("general", 0);
    note(&mut bench, Note::Queued(unsent("m1")));
    bench.say("general", "m2", "hi");
    note(&mut bench, Note::Queued(unsent("m3")));
    note(&mut bench, Note::Queued(unsent("m1")));
    for (n, id) in ["m1", "m2", "m3"].into_iter().enumerate() {
        bench.accepted("general", id, n as u64 + 1);
    }
    assert_eq!(bench.sent_ids(), ["m1", "m2", "m3"]);
    let accepted = bench.told.iter().filter(|note| matches!(note, Note::Accepted { .. })).count();
    assert_eq!(accepted, 3, "whoever wrote it is told");
}

#[test]
fn what_became_of_a_message_is_shown_in_every_tab() {
    let mut bench = beside();
    for id in ["m1", "m2", "m3"] {
        note(&mut bench, Note::Queued(unsent(id)));
    }
    bench.forget();
    let (id, room) = (message_id("m1"), room_id("general"));
    note(&mut bench, Note::Accepted { id: id.clone(), room: room.clone(), seq: 1, at: 5 });
    note(&mut bench, Note::Refused { id: message_id("m2"), code: ErrorCode::MessageTooLong });
    note(&mut bench, Note::Discarded { id: message_id("m2") });
    bench.entry("general", 1, "m3");
    assert!(matches!(
        &bench.events[..],
        [
            Event::Accepted { .. },
            Event::Refused { .. },
            Event::Discarded { .. },
            Event::Accepted { .. },
            Event::Entry(_)
        ]
    ));
    assert_eq!(bench.kept.iter().filter(|keep| matches!(keep, Keep::Settled { .. })).count(), 1);
}

#[test]
fn the_next_tab_goes_on_with_what_was_kept_and_what_it_wrote_itself() {
    let mut bench = beside();
    bench.say("general", "mine", "hi");
    bench.session.handle_lead(bench.now_ms, vec![unsent("m1"), unsent("m2")]);
    bench.drain();
    for (n, id) in ["m1", "m2", "mine"].into_iter().enumerate() {
        bench.accepted("general", id, n as u64 + 1);
    }
    assert_eq!(bench.sent_ids(), ["m1", "m2", "mine"]);
}

#[test]
fn a_refused_message_waits_for_the_person_over_a_change_of_tabs() {
    let mut bench = beside();
    let refused = Unsent { refused: Some(ErrorCode::MessageTooLong), ..unsent("m1") };
    bench.session.handle_lead(bench.now_ms, vec![refused, unsent("m2")]);
    bench.drain();
    assert_eq!(bench.sent_ids(), ["m2"]);
    bench.accepted("general", "m2", 1);
    bench.command(Command::Resend { id: message_id("m1") });
    assert_eq!(bench.sent_ids(), ["m2", "m1"]);
    assert_eq!(bench.kept.last(), Some(&Keep::Unsent(unsent("m1"))), "to the end of the outbox");
}

#[test]
fn a_note_that_something_was_written_ends_the_wait_for_a_link() {
    let mut bench = Bench::in_room("general", 0);
    bench.close(1006);
    bench.forget();
    note(&mut bench, Note::Queued(unsent("m1")));
    assert_eq!(bench.connects, 1);
}

#[test]
fn what_a_tab_told_and_died_before_it_was_kept_is_kept_and_sent_by_the_next_one() {
    let mut bench = beside();
    note(&mut bench, Note::Queued(unsent("kept")));
    note(&mut bench, Note::Queued(unsent("theirs")));
    note(&mut bench, Note::Queued(unsent("later")));
    bench.kept.clear();
    bench.session.handle_lead(bench.now_ms, ["unheard", "kept", "later"].map(unsent).into());
    bench.drain();
    assert_eq!(bench.kept, ["theirs", "later"].map(|id| Keep::Unsent(unsent(id))), "in this order from now on");
    for (n, id) in ["unheard", "kept", "theirs", "later"].into_iter().enumerate() {
        bench.accepted("general", id, n as u64 + 1);
    }
    assert_eq!(bench.sent_ids(), ["unheard", "kept", "theirs", "later"], "as they were written");
}

#[test]
fn a_note_that_comes_after_the_entry_does_not_bring_the_message_back() {
    let mut bench = beside();
    note(&mut bench, Note::Queued(unsent("m1")));
    bench.entry("general", 1, "m1");
    bench.forget();
    note(&mut bench, Note::Queued(unsent("m1")));
    assert_eq!(bench.events, []);
}

#[test]
fn a_tab_tells_also_what_it_learns_from_the_entry() {
    let mut bench = beside();
    bench.say("general", "m1", "hi");
    bench.told.clear();
    bench.entry("general", 1, "m1");
    assert!(matches!(&bench.told[..], [Note::Accepted { seq: 1, .. }]), "others may get it only as part of a gap");
}
