//! How fast the log on disk is: `cargo bench --bench log --features ssr [-- MESSAGES]`.
//!
//! Disks differ, so each run measures a bare flush of the same disk first, and figures are also told in flushes.

use std::collections::VecDeque;
use std::env;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use parlor::hub::{ConnId, PagePurpose, PageRequest};
use parlor::log::{Append, Batch, Engine, PageRange, Reader, Ticket};
use parlor::protocol::{Access, EntryKind, MessageId, RoomId, RoomName, User, UserId};
use parlor::server::store::{Reply, SqliteEngine, Store};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const MESSAGES: u64 = 1_000_000;
const ROOMS: u64 = 10;
const PEOPLE: u64 = 500;
/// Each figure is taken over this time.
const LASTING: Duration = Duration::from_secs(3);

fn main() {
    let messages = env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(MESSAGES);
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("there is a folder for what tests write");
    let flush = flushes(dir.path());
    commits(&dir.path().join("commits"), flush);
    senders(&dir.path().join("senders"), flush);
    long_log(&dir.path().join("long"), messages);
}

/// Writes 4 KiB and flushes them, over and over. The median.
fn flushes(dir: &Path) -> Duration {
    let file = File::create(dir.join("flushed")).unwrap();
    file.write_all_at(&[1; 4_096 * 256], 0).unwrap();
    file.sync_all().unwrap();
    let times = repeat(LASTING, |n| {
        file.write_all_at(&[n as u8; 4_096], n % 256 * 4_096).unwrap();
        file.sync_data().unwrap();
    });
    println!("| 4 KiB and an fdatasync | p50 | p99 | a second |\n|---|---|---|---|");
    println!("| | {} | {} | {:.0} |\n", ms(times.at(50)), ms(times.at(99)), times.a_second());
    times.at(50)
}

fn commits(dir: &Path, flush: Duration) {
    println!("| appends in a commit | appends a second | p50 | p99 | p50 in flushes |\n|---|---|---|---|---|");
    for size in [1, 8, 64, 512, 4_096] {
        let mut people = People::new();
        let mut engine = open(&dir.join(size.to_string()));
        let times = repeat(LASTING, |_| {
            let answers = engine.commit(people.batch(size)).unwrap();
            assert!(answers.iter().all(|answer| answer.as_ref().is_ok_and(|appended| appended.new)));
        });
        let a_second = times.a_second() * size as f64;
        let (p50, p99, ratio) = (times.at(50), times.at(99), times.at(50).div_duration_f64(flush));
        println!("| {size} | {a_second:.0} | {} | {} | {ratio:.1} |", ms(p50), ms(p99));
    }
    println!();
}

/// People who send as soon as their last message is answered: the store makes groups of what waits.
fn senders(dir: &Path, flush: Duration) {
    println!("| senders waiting | appends a second | p50 | p99 | for each flush |\n|---|---|---|---|---|");
    for senders in [1, 8, 64, 512, 4_096, 8_192] {
        let mut people = People::new();
        let dir = dir.join(senders.to_string());
        drop(open(&dir));
        let (replies, mut answers) = unbounded_channel();
        let (store, _) = Store::open(&dir, replies).unwrap();
        let mut sent = VecDeque::new();
        let began = Instant::now();
        for _ in 0..senders {
            store.append(people.message());
            sent.push_back(Instant::now());
        }
        let mut times = Vec::new();
        while began.elapsed() < LASTING {
            await_append(&mut answers);
            times.extend(sent.pop_front().map(|at: Instant| at.elapsed()));
            store.append(people.message());
            sent.push_back(Instant::now());
        }
        let times = Times::new(times, began.elapsed());
        let for_each_flush = times.a_second() * flush.as_secs_f64();
        let (p50, p99) = (ms(times.at(50)), ms(times.at(99)));
        println!("| {senders} | {:.0} | {p50} | {p99} | {for_each_flush:.1} |", times.a_second());
        store.close();
    }
    println!();
}

fn long_log(dir: &Path, messages: u64) {
    println!("| with {messages} messages in the log | | p50 | p99 |\n|---|---|---|---|");
    let mut people = People::new();
    let mut engine = open(dir);
    let began = Instant::now();
    for _ in 0..messages / 4_000 {
        engine.commit(people.batch(4_000)).unwrap();
    }
    println!("| to write them | {:.1} s | | |", began.elapsed().as_secs_f64());
    drop(engine);
    let bytes = dir.join("parlor.sqlite").metadata().unwrap().len();
    println!("| bytes on disk for each | {} | | |", bytes / messages);

    let times = repeat(LASTING, |_| drop(SqliteEngine::open(dir).unwrap().load().unwrap()));
    row("start: open and load", &times);
    let engine = SqliteEngine::open(dir).unwrap();
    let mut reader = engine.reader().unwrap();
    let mut rng = fastrand::Rng::with_seed(1);
    let in_room = messages / ROOMS;
    for (what, limit, newest) in [("newest 100", 100, true), ("any 100", 100, false), ("any 1", 1, false)] {
        let times = repeat(LASTING, |n| {
            let before = if newest { u64::MAX } else { rng.u64(101..in_room) };
            let page = reader.page(&room(n % ROOMS), PageRange::Before(before), limit).unwrap();
            assert_eq!(page.entries.len(), limit);
        });
        row(&format!("page: {what}"), &times);
    }
    drop((reader, engine));
    while_written(dir, in_room, &mut people);
}

/// Pages, while everybody writes.
fn while_written(dir: &Path, in_room: u64, people: &mut People) {
    let (replies, mut answers) = unbounded_channel();
    let (store, _) = Store::open(dir, replies).unwrap();
    let mut rng = fastrand::Rng::with_seed(1);
    let mut times = Vec::new();
    for _ in 0..1_024 {
        store.append(people.message());
    }
    let began = Instant::now();
    let ask = |rng: &mut fastrand::Rng| {
        let range = PageRange::Before(rng.u64(101..in_room));
        store.read(PageRequest {
            conn: ConnId(0),
            room: room(rng.u64(..ROOMS)),
            range,
            limit: 100,
            purpose: PagePurpose::History,
        });
        Instant::now()
    };
    let mut asked_at = ask(&mut rng);
    while began.elapsed() < LASTING {
        match answers.blocking_recv() {
            Some(Reply::Appended { result, .. }) => {
                result.unwrap();
                store.append(people.message());
            }
            Some(Reply::Page { result, .. }) => {
                assert_eq!(result.unwrap().entries.len(), 100);
                times.push(asked_at.elapsed());
                asked_at = ask(&mut rng);
            }
            None => unreachable!("the store lives"),
        }
    }
    row("page: any 100, with 1024 senders", &Times::new(times, began.elapsed()));
    store.close();
}

fn await_append(answers: &mut UnboundedReceiver<Reply>) {
    match answers.blocking_recv() {
        Some(Reply::Appended { result: Ok(_), .. }) => {}
        other => panic!("an append was due, but came {other:?}"),
    }
}

fn open(dir: &Path) -> SqliteEngine {
    let mut engine = SqliteEngine::open(dir).unwrap();
    let create = |n| {
        let name = RoomName::parse(&format!("Room {n}")).unwrap();
        append(name.id().clone(), person(0), EntryKind::Created { name: name.as_str().into(), access: Access::Open })
    };
    engine.commit(Batch { appends: (0..ROOMS).map(create).collect(), reads: vec![] }).unwrap();
    engine
}

fn append(room: RoomId, by: User, kind: EntryKind) -> Append {
    Append { ticket: Ticket(0), room, at: 1_764_000_000_000, by, kind, repeat_only: false, secret: None }
}

fn room(n: u64) -> RoomId {
    RoomId::parse(&format!("room-{n}")).unwrap()
}

fn person(n: u64) -> User {
    User {
        id: UserId::parse(&format!("{:032x}", u128::from(n) * 0x9e37_79b9_7f4a_7c15_f39c)).unwrap(),
        name: format!("Person {n}"),
    }
}

/// Who write to all rooms in turn, under ids like those of the web page.
struct People {
    rng: fastrand::Rng,
    sent: u64,
}

impl People {
    fn new() -> Self {
        Self { rng: fastrand::Rng::with_seed(1), sent: 0 }
    }

    fn message(&mut self) -> Append {
        self.sent += 1;
        let id = MessageId::v7(1_764_000_000_000 + self.sent / 10, self.rng.u128(..));
        let body = "A message as people write them in a chat, most often of one line.".into();
        append(
            room(self.sent % ROOMS),
            person(self.rng.u64(..PEOPLE)),
            EntryKind::Message { id, body, mentions: vec![] },
        )
    }

    fn batch(&mut self, size: usize) -> Batch {
        Batch { appends: (0..size).map(|_| self.message()).collect(), reads: vec![] }
    }
}

struct Times {
    sorted: Vec<Duration>,
    took: Duration,
}

impl Times {
    fn new(mut times: Vec<Duration>, took: Duration) -> Self {
        times.sort_unstable();
        Self { sorted: times, took }
    }

    fn at(&self, percent: usize) -> Duration {
        self.sorted[(self.sorted.len() - 1) * percent / 100]
    }

    fn a_second(&self) -> f64 {
        self.sorted.len() as f64 / self.took.as_secs_f64()
    }
}

fn repeat(lasting: Duration, mut act: impl FnMut(u64)) -> Times {
    let began = Instant::now();
    let mut times = Vec::new();
    while began.elapsed() < lasting || times.len() < 2 {
        let at = Instant::now();
        act(times.len() as u64);
        times.push(at.elapsed());
    }
    Times::new(times, began.elapsed())
}

fn row(what: &str, times: &Times) {
    println!("| {what} | | {} | {} |", ms(times.at(50)), ms(times.at(99)));
}

fn ms(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1_000.0)
}
