//! Clients that do not take what they are sent.

use std::fs;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use parlor::protocol::limits::{IN_FLIGHT_BYTES_MAX, MESSAGES_BURST, RESENDS_MAX};
use parlor::protocol::{Bye, ClientFrame, Hello, SUBPROTOCOL, Seq, ServerFrame, encode};
use tokio::net::TcpSocket;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Message};
use tokio_tungstenite::{MaybeTlsStream, client_async};

use crate::client::{Client, body_of, room_id};
use crate::program::Server;
use crate::running::Running;

const SLOW_READERS: usize = 8;
/// What a slow reader takes for one entry, as long as nobody hurries it.
const SLOW_READ: Duration = Duration::from_millis(500);
const SMALL_BUFFER_BYTES: u32 = 16 * 1024;
const LAST: &str = "that is all";
/// So far.
static SENDERS: AtomicU32 = AtomicU32::new(0);
const SPEAK_EVERY: Duration = Duration::from_secs(2);
/// Twice the time after which a socket counts as stuck.
const GIVEN_UP_WITHIN: Duration = Duration::from_secs(60);

#[tokio::test]
async fn whoever_never_acks_is_sent_the_same_again_and_then_sent_away() {
    let server = Running::start().await;
    let mut deaf = Client::enter(server.address, "Deaf").await;
    deaf.acks = false;
    deaf.join("general").await;
    let mut seqs = Vec::new();
    let bye = loop {
        match deaf.next_frame().await.expect("first it is told why") {
            ServerFrame::Entry(entry) => seqs.push(entry.seq),
            ServerFrame::Bye(Bye { code, .. }) => break code,
            _ => {}
        }
    };
    assert_eq!((bye, deaf.end().await), (4005, (None, Some(4005))));
    // The room was created, and the client has joined it: nothing else was said there.
    assert_eq!(seqs, [1, 2].repeat(1 + RESENDS_MAX as usize));
    let mut hello = deaf.hello_again();
    hello.cursors = [(room_id("general"), 1)].into();
    let mut listens = Client::greet(server.address, hello).await;
    assert_eq!(listens.entry().await.seq, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_readers_cost_bounded_memory_hold_up_nobody_and_catch_up() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), None).await;
    let mut quick = Client::enter(server.address, "Quick").await;
    quick.join("general").await;
    // Fills what the server keeps in any case: the database's cache and the newest entries of the room.
    for _ in 0..100 {
        somebody_says_much(server.address, &mut quick).await;
    }
    let before = resident_bytes(server.child.id().unwrap());
    let hurry = watch::Sender::new(false);
    let mut slow = JoinSet::new();
    for n in 0..SLOW_READERS {
        let mut reader = enter_with_small_buffer(server.address, &format!("Slow {n}")).await;
        let after = reader.join("general").await.after;
        slow.spawn(read_slowly(reader, after, hurry.subscribe()));
    }
    let mut sent = 0;
    for _ in 0..24 {
        sent += somebody_says_much(server.address, &mut quick).await;
    }
    let may_cost = 2 * SLOW_READERS * IN_FLIGHT_BYTES_MAX;
    assert!(sent > may_cost * 3 / 2, "{sent} bytes are not enough to show it");
    if let (Some(before), Some(after)) = (before, resident_bytes(server.child.id().unwrap())) {
        println!("{} KiB for {SLOW_READERS} slow readers", after.saturating_sub(before) / 1_024);
        assert!(after < before + may_cost, "{before} bytes in memory became {after}");
    }
    let last = quick.tell("general", "m-last", LAST).await.0;
    hurry.send_replace(true);
    assert_eq!(slow.join_all().await, vec![last; SLOW_READERS]);
}

/// As much as a person may say at once. Returns the bytes of it when somebody else has read them all.
async fn somebody_says_much(server: SocketAddr, reader: &mut Client) -> usize {
    let long = "🦀".repeat(4_000);
    let mut sender = Client::enter(server, &format!("Sender {}", SENDERS.fetch_add(1, Ordering::Relaxed))).await;
    sender.join("general").await;
    for n in 0..MESSAGES_BURST {
        sender.send("general", &format!("m-{n}"), &long).await;
    }
    for _ in 0..MESSAGES_BURST {
        reader.entries_until(&long).await;
    }
    MESSAGES_BURST as usize * long.len()
}

/// Returns the last seq when it has read everything, without a hole.
async fn read_slowly(mut client: Client, after: Seq, hurry: watch::Receiver<bool>) -> Seq {
    let mut cursor = after;
    loop {
        let entry = client.entry().await;
        assert_eq!(entry.seq, cursor + 1);
        cursor = entry.seq;
        if body_of(&entry) == Some(LAST) {
            return cursor;
        }
        if !*hurry.borrow() {
            let _ = timeout(SLOW_READ, hurry.clone().wait_for(|hurry| *hurry)).await;
        }
    }
}

async fn enter_with_small_buffer(server: SocketAddr, name: &str) -> Client {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(SMALL_BUFFER_BYTES).unwrap();
    let stream = MaybeTlsStream::Plain(socket.connect(server).await.unwrap());
    let request = ClientRequestBuilder::new(format!("ws://{server}/ws").parse().unwrap());
    let (socket, _) = client_async(request.with_sub_protocol(SUBPROTOCOL), stream).await.unwrap();
    let mut client = Client::over(socket);
    client.say(&ClientFrame::Hello(Hello { name: Some(name.into()), ..Hello::default() })).await;
    client.await_welcome().await;
    client
}

/// What the system says that a process has in memory; `None` where it does not say so in a file.
fn resident_bytes(process: u32) -> Option<usize> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<usize>().ok()? * 1_024)
}

#[tokio::test]
async fn a_socket_that_takes_nothing_is_given_up() {
    let server = Running::start().await;
    let mut stuck = enter_with_small_buffer(server.address, "Stuck").await;
    stuck.join("general").await;
    let mut quick = Client::enter(server.address, "Quick").await;
    quick.join("general").await;
    for _ in 0..10 {
        somebody_says_much(server.address, &mut quick).await;
    }
    // It still speaks, so that its silence is no reason.
    let speaking = async {
        while stuck.try_write(Message::text(encode(&ClientFrame::Ping))).await.is_ok() {
            sleep(SPEAK_EVERY).await;
        }
    };
    timeout(GIVEN_UP_WITHIN, speaking).await.expect("the server gives it up");
    assert_eq!(stuck.end().await, (None, None), "there was no way to tell it why");
}
