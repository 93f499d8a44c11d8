use super::*;
use crate::protocol::HistoryPage;

fn saved(cursor: Seq, seqs: impl IntoIterator<Item = Seq>) -> Saved {
    let entries = seqs.into_iter().map(|seq| entry("general", seq, &format!("m{seq}"))).collect();
    Saved {
        user: Some(ada().id),
        epoch: Some(Epoch::parse("epoch-1").unwrap()),
        rooms: [(room_id("general"), SavedRoom { cursor, read: 2, entries })].into(),
        ..Saved::default()
    }
}

/// A browser with these, which has come online.
fn returning(saved: Saved, epoch: &str, member_of: &[&str]) -> Bench {
    let mut bench = Bench::over(1, saved);
    bench.command(Command::Enter { name: Some("Ada".into()) });
    bench.open();
    bench.welcome(epoch, member_of);
    bench
}

#[test]
fn what_was_kept_is_shown_before_there_is_a_link() {
    let mut bench = Bench::over(1, saved(3, 1..=3));
    bench.drain();
    let Event::Restored { cursor, read, entries, .. } = &bench.events[0] else { panic!("{:?}", bench.events) };
    assert_eq!((*cursor, *read, entries.len()), (3, 2, 3));
    assert_eq!(bench.connects, 0);
}

#[test]
fn a_reload_asks_only_for_what_is_new() {
    let mut bench = returning(saved(3, 1..=3), "epoch-1", &["general"]);
    assert_eq!(bench.sent[0]["cursors"], json!({"general": 3}));
    bench.joined("general", 3);
    bench.entry("general", 4, "m4");
    assert_eq!(bench.shown(), [4]);
    assert!(bench.events.iter().all(|event| !matches!(event, Event::Reset | Event::Joined { reset: true, .. })));
}

#[test]
fn entries_are_kept_together_with_the_cursor_that_they_make_true() {
    let mut bench = Bench::in_room("general", 4);
    bench.entry("general", 5, "m5");
    let keep = Keep::Entries {
        epoch: Epoch::parse("epoch-1").unwrap(),
        room: room_id("general"),
        cursor: 5,
        entries: vec![entry("general", 5, "m5")],
    };
    assert_eq!(bench.kept.last(), Some(&keep));
}

/// Another tab may have dropped the room since, and what lies between these entries and the cursor with it.
#[test]
fn older_entries_are_kept_with_no_more_of_a_cursor_than_they_make_true() {
    let mut bench = returning(saved(9, [1, 2, 8, 9]), "epoch-1", &["general"]);
    bench.joined("general", 9);
    bench.older(8);
    let entries = (3..=7).map(|seq| entry("general", seq, &format!("m{seq}"))).collect();
    bench.receive(&ServerFrame::History(HistoryPage { room: room_id("general"), before: 8, entries, more: true }));
    let Some(Keep::Entries { cursor, entries, .. }) = bench.kept.last() else { panic!("{:?}", bench.kept) };
    assert_eq!((*cursor, entries.len()), (7, 5));
}

#[test]
fn what_was_kept_of_another_log_is_forgotten() {
    let bench = returning(saved(3, 1..=3), "epoch-2", &["general"]);
    assert!(bench.events.contains(&Event::Reset));
    let owner = Keep::Owner { user: ada().id, epoch: Epoch::parse("epoch-2").unwrap() };
    assert!(bench.kept.contains(&owner));
}

#[test]
fn what_was_kept_of_another_person_is_forgotten() {
    let other = Saved { user: Some(UserId::parse("somebody").unwrap()), ..saved(3, 1..=3) };
    let mut bench = returning(other, "epoch-1", &[]);
    assert!(bench.events.contains(&Event::Reset));
    assert_eq!(bench.sent_types(), ["hello"], "and their rooms are not entered");
    bench.joined("general", 0);
    bench.entry("general", 1, "m1");
    assert_eq!(bench.shown(), [1]);
}

#[test]
fn a_gap_among_what_was_kept_can_be_filled() {
    let mut bench = returning(saved(9, [1, 2, 8, 9]), "epoch-1", &["general"]);
    bench.joined("general", 9);
    bench.forget();
    bench.older(8);
    assert_eq!(bench.sent[0], json!({"type": "history", "room": "general", "before": 8, "limit": 5}));
}

#[test]
fn a_room_on_the_screen_is_entered_again_though_it_was_left_elsewhere() {
    let mut bench = Bench::over(1, saved(3, 1..=3));
    bench.command(join("general"));
    bench.command(Command::Enter { name: Some("Ada".into()) });
    bench.open();
    bench.welcome("epoch-1", &[]);
    assert_eq!(bench.sent.last().unwrap(), &json!({"type": "join", "room": "general"}));
}

#[test]
fn a_message_whose_entry_was_kept_is_not_sent_again() {
    let unsent = |id: &str| Unsent { id: message_id(id), room: room_id("general"), body: "hi".into(), refused: None };
    let outbox = vec![unsent("m3"), unsent("new")];
    let mut bench = Bench::over(1, Saved { outbox, ..saved(3, 1..=3) });
    bench.drain();
    assert_eq!(bench.kept, [Keep::Settled { id: message_id("m3") }]);
    let queued = |event: &Event| if let Event::Queued { id, .. } = event { Some(id.as_str().to_owned()) } else { None };
    assert_eq!(bench.events.iter().filter_map(queued).next().as_deref(), Some("new"));
}

#[test]
fn what_was_kept_of_a_deleted_message_is_erased_at_the_next_visit() {
    let mut kept = saved(3, 1..=2);
    let deleted = Entry { kind: EntryKind::Deleted { seq: 1 }, ..entry("general", 3, "x") };
    kept.rooms.get_mut(&room_id("general")).unwrap().entries.push(deleted);
    let mut bench = Bench::over(1, kept);
    bench.drain();
    let Event::Restored { entries, .. } = &bench.events[0] else { panic!("{:?}", bench.events) };
    assert_eq!(entries[0].kind, EntryKind::Erased { id: message_id("m1") });
    let erase = Keep::Erase { epoch: Epoch::parse("epoch-1").unwrap(), room: room_id("general"), seq: 1 };
    assert_eq!(bench.kept, [erase]);
}

#[test]
fn a_room_left_without_a_link_stays_left_over_a_reload() {
    let mut bench = Bench::in_room("general", 4);
    bench.close(1006);
    bench.command(Command::Leave { room: room_id("general") });
    assert_eq!(bench.kept.last(), Some(&Keep::Leaving { room: room_id("general") }));
    let was_left = Saved { rooms: [].into(), leaving: [room_id("general")].into(), ..saved(0, []) };
    let mut bench = returning(was_left, "epoch-1", &["general"]);
    assert_eq!(bench.sent.last().unwrap(), &json!({"type": "leave", "room": "general"}));
    bench.joined("general", 4);
    assert!(bench.events.iter().all(|event| !matches!(event, Event::Joined { .. })));
    bench.receive(&ServerFrame::Left(left("general")));
    assert_eq!(bench.kept.last(), Some(&Keep::ForgetRoom { room: room_id("general") }));
}

#[test]
fn many_that_were_kept_leave_no_gap_and_hide_what_another_tab_has_kept_of_them() {
    let crowd = |first: Seq, seq: Seq| {
        let joined = u32::try_from(seq - first + 1).unwrap();
        Entry { kind: EntryKind::CameAndWent { first, joined, left: 0 }, ..entry("general", seq, "x") }
    };
    let mut kept = saved(60, [7, 8, 9]);
    kept.rooms.get_mut(&room_id("general")).unwrap().entries.extend([crowd(9, 60), crowd(12, 20)]);
    let mut bench = returning(kept, "epoch-1", &["general"]);
    let Event::Restored { entries, .. } = &bench.events[0] else { panic!("{:?}", bench.events) };
    assert_eq!(entries.iter().map(|entry| (entry.first(), entry.seq)).collect::<Vec<_>>(), [(7, 7), (8, 8), (9, 60)]);
    bench.joined("general", 60);
    bench.forget();
    bench.older(9);
    assert_eq!(bench.sent, [] as [Value; 0]);
    bench.older(7);
    assert_eq!(bench.sent[0], json!({"type": "history", "room": "general", "before": 7, "limit": 6}));
}
