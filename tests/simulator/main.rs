//! The real session and the real hub against each other and a log, over links that fail, on a virtual clock.
//!
//! Everything is drawn from one seed. `PARLOR_SEED=7 cargo test --test simulator` replays the run of seed 7,
//! `PARLOR_SEEDS=100000` runs that many.

mod agenda;
mod checks;
mod codes;
mod crowds;
mod faults;
mod governing;
mod happen;
mod lobby;
mod logins;
mod people;
#[cfg(feature = "planted-bugs")]
mod planted;
mod server;
mod standing;
mod storage;
mod tab;
mod wire;
mod world;

use std::panic::catch_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use world::World;

/// As many as somebody at work waits for; `make test` runs ten times as many.
const SEEDS: u64 = 1_000;
const FAULTS_MS: u64 = 60_000;
/// A slow link, three resends and the longest wait between two attempts all fit in.
const PEACE_MS: u64 = 180_000;
const TALK_MS: u64 = 30_000;
const TALK_EVERY_MS: u64 = 1_500;

/// How many entries the log has in the end, and how many on the screens stand for many.
fn run(seed: u64) -> (u64, u64) {
    let mut world = World::new(seed);
    faults::run(&mut world, FAULTS_MS);
    faults::stop(&mut world);
    // People go on to talk for a while, so that nothing is mended only because it got quiet.
    let (talk_until, peace_until) = (world.now_ms + TALK_MS, world.now_ms + PEACE_MS);
    while world.now_ms < talk_until {
        world.run_until(world.now_ms + TALK_EVERY_MS);
        world.write_something();
    }
    world.run_until(peace_until);
    checks::converged(&world);
    let screens = world.tabs.values().flat_map(|tab| tab.screens.values());
    (world.entries(), screens.map(tab::Screen::crowds).sum())
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

#[test]
fn every_seed_ends_with_all_messages_in_one_order_on_every_screen() {
    if let Some(seed) = number("PARLOR_SEED") {
        run(seed);
        return;
    }
    let seeds = number("PARLOR_SEEDS").unwrap_or(SEEDS);
    let (next, entries, crowds) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds {
                return;
            }
            match catch_unwind(|| run(seed)) {
                Ok((n, many)) => {
                    entries.fetch_add(n, Ordering::Relaxed);
                    crowds.fetch_add(many, Ordering::Relaxed);
                }
                Err(_) => panic!("seed {seed} fails; replay it with PARLOR_SEED={seed} cargo test --test simulator"),
            };
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let (entries, crowds) = (entries.into_inner(), crowds.into_inner());
    assert!(crowds > seeds, "people come and go in crowds: {crowds} in {seeds} runs");
    assert!(entries > seeds * 20, "the runs are not idle: {entries} entries in {seeds} runs");
}
