//! Kills the real server again and again under load, and looks whether anything that it promised is gone.
//!
//! `PARLOR_KILLS` says how often, `PARLOR_SEED` draws the moments of an earlier run again.

#[path = "crash/client.rs"]
mod client;
#[path = "crash/copy.rs"]
mod copy;
#[path = "crash/record.rs"]
mod record;
#[path = "crash/server.rs"]
mod server;
#[path = "crash/verdict.rs"]
mod verdict;
#[path = "crash/visit.rs"]
mod visit;

use std::env;
use std::str::FromStr;
use std::time::{Duration, Instant};

use fastrand::Rng;
use parlor::protocol::RoomId;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use client::{Client, Habit, Written};
use record::{Phase, Record, Shared};
use server::Server;
use verdict::Log;

const ROOMS: [&str; 3] = ["general", "book-club", "茶室"];
/// What all clients together get to send the rest and to read what they missed.
const SETTLE_WITHIN: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_accepted_or_seen_is_lost_when_the_server_is_killed() {
    let (kills, seed) = (setting("PARLOR_KILLS", 50), setting("PARLOR_SEED", fastrand::u64(..)));
    println!("PARLOR_SEED={seed} PARLOR_KILLS={kills}");
    let (mut rng, began) = (Rng::with_seed(seed), Instant::now());
    let dir = tempfile::tempdir().unwrap();
    let mut server = Server::start(dir.path(), None).await;
    let address = server.address;
    let shared = Shared::new(address);
    let mut clients = JoinSet::new();
    for client in crowd(&mut rng, &shared) {
        clients.spawn(visit::again_and_again(client));
    }
    let people = clients.len();
    for _ in 0..kills {
        unless_a_client_fails(&mut clients, sleep(draw(&mut rng, 20..900))).await;
        server.kill().await;
        shared.next_life();
        if rng.u32(..4) == 0 {
            // In the middle of the recovery from the kill before.
            let starting = Server::spawn(dir.path(), Some(address));
            sleep(draw(&mut rng, 0..200)).await;
            starting.kill().await;
            shared.next_life();
        }
        server = Server::start(dir.path(), Some(address)).await;
    }

    shared.enter(Phase::Settling);
    let settled = timeout(SETTLE_WITHIN, shared.all_settled(people));
    unless_a_client_fails(&mut clients, settled).await.expect("every message is accepted in the end");
    let log = verdict::read_over_the_wire(address, &rooms()).await;
    shared.enter(Phase::CatchingUp(log.iter().map(|(room, entries)| (room.clone(), entries.len() as u64)).collect()));
    let written = timeout(SETTLE_WITHIN, clients.join_all()).await.expect("everyone catches up");
    server.kill().await;

    let record = shared.into_record();
    verdict::judge(&log, &written, &record);
    verdict::compare_with_disk(dir.path(), &log);
    report(kills, &log, &record, began.elapsed());
}

fn crowd(rng: &mut Rng, shared: &Shared) -> Vec<Client> {
    let habits = [(Habit::Careful, 8), (Habit::Hasty, 6), (Habit::Slow, 1), (Habit::Wandering, 1)];
    let everyone = habits.into_iter().flat_map(|(habit, count)| (0..count).map(move |n| (habit, n)));
    let client = |(habit, n)| Client::new(&format!("{habit:?}-{n}"), habit, rooms(), rng.fork(), shared.clone());
    everyone.map(client).collect()
}

fn report(kills: usize, log: &Log, record: &Record, took: Duration) {
    let (accepted, silent) = (record.accepted.len(), record.kept_in_silence);
    let entries = log.values().map(Vec::len).sum::<usize>();
    println!("{kills} kills, {accepted} messages accepted, {silent} of them by a later server, {entries} entries");
    println!("{:.1} s", took.as_secs_f32());
    assert!(accepted >= 20 * kills, "only {accepted} messages were accepted, which proves little");
}

fn rooms() -> Vec<RoomId> {
    ROOMS.map(|room| RoomId::parse(room).unwrap()).into()
}

fn setting<T: FromStr>(name: &str, default: T) -> T {
    env::var(name)
        .map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is {text:?}, which is not a number")))
}

fn draw(rng: &mut Rng, ms: std::ops::Range<u64>) -> Duration {
    Duration::from_millis(rng.u64(ms))
}

/// A client that finds something wrong panics, and what it says is what the test says.
async fn unless_a_client_fails<T>(clients: &mut JoinSet<Written>, work: impl Future<Output = T>) -> T {
    tokio::select! {
        done = work => done,
        Some(ended) = clients.join_next() => panic!("a client ended early: {ended:?}"),
    }
}
