//! The real session and the real server, with a network between them that fails in the ways of TCP.
//!
//! `PARLOR_SEED` draws the faults of an earlier run again. When they hit is up to the machine.

#[path = "faults/browser.rs"]
mod browser;
#[expect(dead_code, reason = "the tests of the server use the rest of it")]
#[path = "server/client.rs"]
mod client;
#[expect(dead_code, reason = "the crash test uses the rest of it")]
#[path = "crash/server.rs"]
mod program;
#[path = "faults/proxy.rs"]
mod proxy;
#[expect(dead_code, reason = "the tests of the server use the rest of it")]
#[path = "server/running.rs"]
mod running;
#[path = "faults/socket.rs"]
mod socket;
#[path = "faults/storage.rs"]
mod storage;
#[path = "faults/unread.rs"]
mod unread;

use std::env;
use std::time::Duration;

use fastrand::Rng;
use futures_util::future::join_all;
use parlor::protocol::{ClientFrame, Entry, EntryKind, MessageId, RoomId, ServerFrame};
use parlor::session::{Command, Link};
use tokio::time::{sleep, timeout};

use browser::{Browser, Input, View};
use client::{Client, room_id};
use proxy::{Door, Mood, Proxy};
use running::Running;

const ROOMS: [&str; 2] = ["general", "book-club"];
const BROWSERS: usize = 4;
const STEPS: usize = 160;
/// Two heartbeats, and the longest pause before an attempt.
const CALM_WITHIN: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_network_does_everything_arrives_once_and_in_order() {
    let seed = env::var("PARLOR_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("PARLOR_SEED={seed}");
    let mut rng = Rng::with_seed(seed);
    let server = Running::start().await;
    let proxy = Proxy::before(server.address).await;
    let start = |n| Browser::start(&format!("Person {n}"), proxy.address, ROOMS.map(room_id).into(), n as u64);
    let mut browsers: Vec<_> = (0..BROWSERS).map(start).collect();
    let mut written: [Vec<(RoomId, MessageId)>; BROWSERS] = Default::default();
    for _ in 0..STEPS {
        let person = rng.usize(..BROWSERS);
        let message = (room_id(ROOMS[rng.usize(..ROOMS.len())]), message_id(person, written[person].len()));
        written[person].push(message.clone());
        browsers[person].put(Input::Command(send(message, &mut rng)));
        misfortune(&proxy, &browsers, &mut rng);
        sleep(Duration::from_millis(rng.u64(20..250))).await;
    }

    let sockets: usize = browsers.iter().map(|browser| browser.view.borrow().sockets).sum();
    assert!(sockets > 2 * BROWSERS, "a network with only {sockets} links is too good to prove anything");
    proxy.set_door(Door::Open);
    proxy.set_all(Mood::Clear);
    all_see(&mut browsers, |view| view.link == Link::Online && view.unsent == 0).await;
    let mut auditor = Client::enter(server.address, "Auditor").await;
    for room in ROOMS.map(room_id) {
        let log = read_log(&mut auditor, &room).await;
        browsers.iter().for_each(|browser| browser.put(Input::ScrollBack));
        all_see(&mut browsers, |view| view.screens[&room].entries.values().eq(&log)).await;
        for (person, written) in written.iter().enumerate() {
            let written: Vec<_> = written.iter().filter(|(to, _)| *to == room).map(|(_, id)| id).collect();
            assert_eq!(said_by(person, &log), written, "once each, in the order of writing");
        }
    }
    println!("{STEPS} messages, {sockets} links under faults");
}

fn misfortune(proxy: &Proxy, browsers: &[Browser], rng: &mut Rng) {
    let bytes = rng.usize(..300);
    match rng.u32(..32) {
        0 => proxy.set_one(rng, Mood::Swallow),
        1..6 => proxy.set_one(rng, Mood::Cut(bytes)),
        6..10 => proxy.set_one(rng, Mood::Reset(bytes)),
        10..13 => proxy.set_one(rng, Mood::Stall),
        13..15 => proxy.set_one(rng, Mood::Trickle),
        15..17 => {
            let delay = Duration::from_millis(rng.u64(..300));
            proxy.set_one(rng, Mood::Delay(delay));
        }
        17 => proxy.set_door(Door::Refusing),
        18 => proxy.set_door(Door::Silent),
        19..23 => proxy.set_door(Door::Open),
        23..26 => proxy.set_all(Mood::Clear),
        26 => browsers[rng.usize(..BROWSERS)].put(Input::Reload),
        27 | 28 => browsers[rng.usize(..BROWSERS)].put(Input::Wake),
        29 => browsers[rng.usize(..BROWSERS)].put(Input::Network(rng.bool())),
        _ => {}
    }
}

async fn all_see(browsers: &mut [Browser], look: impl Fn(&View) -> bool) {
    let all = join_all(browsers.iter_mut().map(|browser| browser.sees(&look)));
    if timeout(CALM_WITHIN, all).await.is_err() {
        let views: Vec<_> = browsers.iter().map(|browser| format!("{:?}", browser.view.borrow())).collect();
        panic!("the faults have gone, and not all is well:\n{}", views.join("\n"));
    }
}

fn message_id(person: usize, number: usize) -> MessageId {
    MessageId::parse(&format!("{person}-{number}")).unwrap()
}

fn send((room, id): (RoomId, MessageId), rng: &mut Rng) -> Command {
    let body = "茶".repeat(if rng.u32(..10) == 0 { 3_000 } else { rng.usize(1..50) });
    Command::Send { id, room, body }
}

async fn read_log(client: &mut Client, room: &RoomId) -> Vec<Entry> {
    let mut before = client.join(room.as_str()).await.head + 1;
    let mut log = Vec::new();
    while before > 1 {
        client.say(&ClientFrame::History { room: room.clone(), before, limit: 100 }).await;
        let page = |frame| if let ServerFrame::History(page) = frame { Some(page.entries) } else { None };
        log.splice(0..0, client.expect("history", page).await);
        before = log[0].seq;
    }
    log
}

/// The ids of what a person has said, which tell who and when.
fn said_by(person: usize, log: &[Entry]) -> Vec<&MessageId> {
    let ids = log.iter().filter_map(|entry| match &entry.kind {
        EntryKind::Message { id, .. } => Some(id),
        _ => None,
    });
    ids.filter(|id| id.as_str().starts_with(&format!("{person}-"))).collect()
}
