//! Does the simulator find what it is there to find? Each bug is planted alone, and has to be found by its checker.

use std::panic::{self, catch_unwind};

use parlor::planted::{Bug, plant};

/// Far more than any of them takes.
const SEEDS_MAX: u64 = 3_000;

/// The first seed that fails, and what the checker said.
fn first_failure(bug: Bug) -> Option<(u64, String)> {
    plant(Some(bug));
    let quiet = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let failure = (0..SEEDS_MAX).find_map(|seed| {
        let cause = catch_unwind(|| crate::run(seed)).err()?;
        let text = cause.downcast_ref::<String>().cloned();
        Some((seed, text.unwrap_or_else(|| cause.downcast_ref::<&str>().copied().unwrap_or_default().to_owned())))
    });
    panic::set_hook(quiet);
    plant(None);
    failure
}

/// One test, since the hook for panics is the whole process's.
#[test]
fn every_planted_bug_is_found_by_its_checker() {
    for (bug, checkers) in [
        (Bug::AckBeforeCommit, &["[durability]"][..]),
        (Bug::ResendWithoutDedup, &["[nothing twice]"]),
        (Bug::ReplayBeforeSubscribe, &["[stream]"]),
        (Bug::CursorBeforeData, &["[storage]"]),
        (Bug::GapIgnored, &["[no hole]"]),
        (Bug::RemovedStaysSubscribed, &["[removal]"]),
    ] {
        let (seed, said) = first_failure(bug).unwrap_or_else(|| panic!("{bug:?} was not found in {SEEDS_MAX} seeds"));
        println!("{bug:?}: seed {seed}: {said}");
        assert!(checkers.iter().any(|checker| said.contains(checker)), "{bug:?} was found by another checker: {said}");
    }
}
