//! The real session and the real hub against each other, over links that fail, on a virtual clock.
//!
//! Everything is drawn from one seed. `PARLOR_SEED=7 cargo test --test simulator` replays the run of seed 7,
//! `PARLOR_SEEDS=100000` runs that many.

#[path = "simulator/checks.rs"]
mod checks;
#[path = "simulator/client.rs"]
mod client;
#[path = "simulator/log.rs"]
mod log;
#[path = "simulator/world.rs"]
mod world;

use world::World;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

fn run(seed: u64) -> u64 {
    let mut world = World::new(seed);
    world.run_with_faults(60_000);
    world.run_in_peace(90_000);
    checks::converged(&world);
    world.entries()
}

#[test]
fn every_seed_ends_with_all_messages_in_one_order_on_every_screen() {
    if let Some(seed) = number("PARLOR_SEED") {
        run(seed);
        return;
    }
    let seeds = number("PARLOR_SEEDS").unwrap_or(400);
    let mut entries = 0;
    for seed in 0..seeds {
        match std::panic::catch_unwind(|| run(seed)) {
            Ok(n) => entries += n,
            Err(_) => panic!("seed {seed} fails; replay it with PARLOR_SEED={seed} cargo test --test simulator"),
        }
    }
    assert!(entries > seeds * 20, "the runs are not idle: {entries} entries in {seeds} runs");
}
