use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{Fixture, commit, commit_one, created, entries, loaded, message, open_with_room, page, room, seqs};
use crate::log::{AppendError, Engine, PageRange, Reader, damaged};
use crate::protocol::limits::PAGE_BYTES_MAX;
use crate::protocol::{Seq, encode};

fn messages(seqs: std::ops::RangeInclusive<Seq>, body: &str) -> Vec<crate::log::Append> {
    seqs.map(|seq| message("general", "ada", &format!("m-{seq}"), body)).collect()
}

pub fn a_page_is_the_entries_next_to_its_bound<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    commit(&mut engine, messages(2..=10, "hi"));
    commit(&mut engine, vec![created("random"), message("random", "ada", "m-1", "elsewhere")]);
    for (range, limit, expected) in [
        (PageRange::After(0), 3, 1..=3),
        (PageRange::After(8), 5, 9..=10),
        (PageRange::Before(9), 3, 6..=8),
        (PageRange::Before(3), 5, 1..=2),
        (PageRange::Before(11), 2, 9..=10),
        (PageRange::Before(Seq::MAX), 2, 9..=10),
        (PageRange::After(0), usize::MAX, 1..=10),
    ] {
        assert_eq!(seqs(&page(&engine, "general", range, limit)), expected.collect::<Vec<_>>(), "{range:?}");
    }
    for nothing in [PageRange::After(10), PageRange::After(Seq::MAX), PageRange::Before(1), PageRange::Before(0)] {
        assert_eq!(page(&engine, "general", nothing, 5), [], "{nothing:?}");
    }
    assert_eq!(page(&engine, "general", PageRange::After(0), 0), []);
    assert_eq!(page(&engine, "nowhere", PageRange::After(0), 5), []);
}

pub fn a_page_holds_to_its_bytes_and_never_leaves_a_hole<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    commit(&mut engine, messages(2..=20, &"ä".repeat(4_000)));
    let next = page(&engine, "general", PageRange::After(1), 100);
    let bytes: usize = next.iter().map(|entry| encode(entry).len()).sum();
    assert!(bytes <= PAGE_BYTES_MAX && bytes + encode(&next[0]).len() > PAGE_BYTES_MAX, "{bytes}");
    assert_eq!(seqs(&next), (2..2 + next.len() as Seq).collect::<Vec<_>>());
    let last = page(&engine, "general", PageRange::Before(21), 100);
    assert_eq!(seqs(&last), (21 - last.len() as Seq..=20).collect::<Vec<_>>());

    commit_one(&mut engine, message("general", "ada", "m-21", &"x".repeat(PAGE_BYTES_MAX))).unwrap();
    assert_eq!(seqs(&page(&engine, "general", PageRange::After(20), 100)), [21]);
    assert_eq!(seqs(&page(&engine, "general", PageRange::Before(22), 100)), [21]);
}

pub fn a_damaged_entry_is_marked_in_its_place_and_harms_no_other<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    commit(&mut engine, messages(2..=5, "what was said"));
    let mut expected = entries(&engine, "general");
    drop(engine);
    for seq in [3, 5] {
        fixture.damage(&room("general"), seq);
        expected[seq as usize - 1] = damaged(&room("general"), seq);
    }

    let mut engine = fixture.open();
    assert_eq!(entries(&engine, "general"), expected);
    assert_eq!(page(&engine, "general", PageRange::Before(5), 2), expected[2..4]);
    assert_eq!(loaded(&mut engine, "general").head, 5);
    let answers = commit(&mut engine, messages(2..=6, "what was said"));
    let answered: Vec<_> = answers.iter().map(|answer| answer.as_ref().map(|it| (it.entry.seq, it.new))).collect();
    let lost = Err(&AppendError::Damaged);
    assert_eq!(answered, [Ok((2, false)), lost, Ok((4, false)), lost, Ok((6, true))]);
}

pub fn readers_see_whole_commits_while_the_writer_goes_on<F: Fixture>(fixture: &mut F) {
    let mut engine = open_with_room(fixture);
    let mut reader = engine.reader().unwrap();
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let mut seen = 0;
            // Looked at before the read, so that the last read is of all there is.
            while !is_done.load(Ordering::Acquire) || seen < 91 {
                let entries = reader.page(&room("general"), PageRange::After(0), 100).unwrap().entries;
                assert!(entries.len() >= seen && entries.len() % 3 == 1, "{} after {seen}", entries.len());
                seen = entries.len();
            }
            seen
        });
        for first in (2..=91).step_by(3) {
            commit(&mut engine, messages(first..=first + 2, "hi"));
        }
        is_done.store(true, Ordering::Release);
        assert_eq!(reading.join().unwrap(), 91);
    });
}
