//! How long a message takes, from the moment at which it was to be sent: `cargo bench --bench latency --features ssr
//! [-- MESSAGES]`. The real server runs in a process of its own; the load shares the machine with it.
//!
//! The load is open: a message is sent when it is due, however late earlier ones are, as people do it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use std::{env, fs};

use futures_util::{SinkExt, StreamExt};
use parlor::log::{Append, Batch, Engine, Ticket};
use parlor::protocol::{
    Access, ClientFrame, EntryKind, Hello, MessageId, RoomId, SUBPROTOCOL, ServerFrame, User, UserId, decode_server,
    encode,
};
use parlor::server::store::SqliteEngine;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep_until};
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

/// In the log, for the time that a start takes.
const MESSAGES: u64 = 1_000_000;
const ROOMS: usize = 10;
/// Each sends below what a person may send in the long run.
const PEOPLE: usize = 100;
const RATES: [u32; 3] = [10, 100, 400];
const LASTING: Duration = Duration::from_secs(5);
const STARTS: usize = 5;

/// Nobody gets the name of somebody else.
static PEOPLE_ENTERED: AtomicU32 = AtomicU32::new(0);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[tokio::main]
async fn main() {
    let messages = env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(MESSAGES);
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("there is a folder for what tests write");
    println!(
        "| messages a second, {PEOPLE} people in {ROOMS} rooms | to `accepted`: p50 | p99 | to the others: p50 | p99 |"
    );
    println!("|---|---|---|---|---|");
    for rate in RATES {
        let data = dir.path().join(rate.to_string());
        let (_server, address) = start(&data).await;
        let [accepted, seen] = talk(address, rate).await;
        println!("| {rate} | {} | {} | {} | {} |", at(&accepted, 50), at(&accepted, 99), at(&seen, 50), at(&seen, 99));
    }
    println!(
        "\n| from the start of the program to the first `welcome` | median | longest of {STARTS} |\n|---|---|---|"
    );
    for messages in [0, messages] {
        let data = dir.path().join(format!("long-{messages}"));
        fill(&data, messages);
        let times = starts(&data).await;
        println!("| {messages} messages in the log | {} | {} |", at(&times, 50), at(&times, 100));
    }
}

/// The program and the address at which it serves.
async fn start(data: &Path) -> (Child, SocketAddr) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlor"));
    command.args(["--listen", "127.0.0.1:0", "--log", "error", "--data"]).arg(data);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).await.unwrap();
    let address = line.trim().strip_prefix("Parlor is at http://").expect("it says where it is");
    let address = address.parse().unwrap();
    (child, address)
}

/// Everybody says something in turn, in a room with nine others. The times until it was accepted, and until each of
/// the others had it.
async fn talk(server: SocketAddr, rate: u32) -> [Vec<Duration>; 2] {
    let (times, mut measured) = unbounded_channel();
    let messages = rate * LASTING.as_secs() as u32;
    let every = LASTING / messages;
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        let room = room(n % ROOMS);
        let mut socket = enter(server).await;
        say(&mut socket, &ClientFrame::Join { room: room.clone(), since: None, password: None, invite: None }).await;
        while !matches!(hear(&mut socket).await, ServerFrame::Joined(_)) {}
        people.push((socket, room));
    }
    let began = Instant::now() + Duration::from_millis(500);
    let mut tasks = JoinSet::new();
    for (n, (socket, room)) in people.into_iter().enumerate() {
        let turns = (n as u32..messages).step_by(PEOPLE).map(|turn| (turn, began + every * turn)).collect();
        tasks.spawn(live(socket, room, turns, began, every, times.clone()));
    }
    drop(times);
    let end = began + LASTING + Duration::from_secs(2);
    tokio::time::sleep_until(end).await;
    tasks.shutdown().await;
    let mut kinds = [Vec::new(), Vec::new()];
    while let Some((kind, time)) = measured.recv().await {
        kinds[kind as usize].push(time);
    }
    assert_eq!(kinds[0].len(), messages as usize, "all are accepted");
    assert_eq!(kinds[1].len(), messages as usize * (PEOPLE / ROOMS - 1), "everybody else has them all");
    kinds.map(sorted)
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Accepted,
    Seen,
}

/// Sends when it is due, and takes the time of what comes. The number of a message tells when it was due.
async fn live(
    mut socket: Socket,
    room: RoomId,
    turns: Vec<(u32, Instant)>,
    began: Instant,
    every: Duration,
    times: UnboundedSender<(Kind, Duration)>,
) {
    let mut turns = turns.into_iter().peekable();
    let mut own = HashMap::new();
    // As often as browsers ack.
    let mut acks = interval(Duration::from_millis(500));
    let (mut cursor, mut acked) = (0, 0);
    loop {
        let due = turns.peek().map(|(_, due)| *due);
        let next = async {
            match due {
                Some(due) => sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = next => {
                let Some((turn, due)) = turns.next() else { return };
                let id = MessageId::parse(&turn.to_string()).unwrap();
                own.insert(id.clone(), due);
                say(&mut socket, &ClientFrame::Send { room: room.clone(), id, body: "Good morning".into() }).await;
            }
            _ = acks.tick() => {
                if std::mem::replace(&mut acked, cursor) < cursor {
                    let cursors = [(room.clone(), cursor)].into();
                    say(&mut socket, &ClientFrame::Ack { cursors }).await;
                }
            }
            frame = hear(&mut socket) => match frame {
                ServerFrame::Accepted { id, .. } => drop(times.send((Kind::Accepted, own[&id].elapsed()))),
                ServerFrame::Entry(entry) => {
                    if let EntryKind::Message { id, .. } = &entry.kind && !own.contains_key(id) {
                        let due = began + every * id.as_str().parse::<u32>().unwrap();
                        let _ = times.send((Kind::Seen, due.elapsed()));
                    }
                    cursor = entry.seq;
                }
                ServerFrame::Error(refusal) => panic!("{refusal:?}"),
                _ => {}
            }
        }
    }
}

async fn starts(data: &Path) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let began = Instant::now();
        let (mut server, address) = start(data).await;
        drop(enter(address).await);
        times.push(began.elapsed());
        server.kill().await.unwrap();
    }
    sorted(times)
}

async fn enter(server: SocketAddr) -> Socket {
    let request = ClientRequestBuilder::new(format!("ws://{server}/ws").parse().unwrap());
    // As browsers do, without Nagle's algorithm, which would have an ack wait for the one before.
    let connecting = connect_async_with_config(request.with_sub_protocol(SUBPROTOCOL), None, true);
    let (mut socket, _) = connecting.await.unwrap();
    let name = format!("Somebody {}", PEOPLE_ENTERED.fetch_add(1, Ordering::Relaxed));
    say(&mut socket, &ClientFrame::Hello(Hello { name: Some(name), ..Hello::default() })).await;
    while !matches!(hear(&mut socket).await, ServerFrame::Welcome(_)) {}
    socket
}

async fn say(socket: &mut Socket, frame: &ClientFrame) {
    socket.send(Message::text(encode(frame))).await.unwrap();
}

async fn hear(socket: &mut Socket) -> ServerFrame {
    loop {
        if let Message::Text(text) = socket.next().await.expect("the server goes on").unwrap() {
            return decode_server(&text).unwrap();
        }
    }
}

/// A log as after years of use.
fn fill(data: &Path, messages: u64) {
    fs::create_dir_all(data).unwrap();
    let mut engine = SqliteEngine::open(data).unwrap();
    let append = |n: u64, kind| Append {
        ticket: Ticket(n),
        room: room(n as usize % ROOMS),
        at: 1_764_000_000_000 + n,
        by: User { id: UserId::parse(&format!("person-{}", n % 500)).unwrap(), name: "Somebody".into() },
        kind,
        repeat_only: false,
        secret: None,
    };
    let created =
        (0..ROOMS as u64).map(|n| append(n, EntryKind::Created { name: format!("Room {n}"), access: Access::Open }));
    engine.commit(Batch { appends: created.collect(), reads: vec![] }).unwrap();
    for first in (0..messages).step_by(4_000) {
        let id = |n| MessageId::parse(&format!("m-{n}")).unwrap();
        let said = |n| EntryKind::Message { id: id(n), body: "Good morning".into(), mentions: vec![] };
        let appends = (first..messages.min(first + 4_000)).map(|n| append(n, said(n))).collect();
        engine.commit(Batch { appends, reads: vec![] }).unwrap();
    }
}

fn room(number: usize) -> RoomId {
    RoomId::parse(&format!("room-{number}")).unwrap()
}

fn sorted(mut times: Vec<Duration>) -> Vec<Duration> {
    times.sort_unstable();
    times
}

fn at(sorted: &[Duration], percent: usize) -> String {
    let time = sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)];
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}
