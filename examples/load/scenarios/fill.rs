use std::fs;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use parlor::log::{Append, Batch, Engine, Ticket};
use parlor::protocol::{Access, EntryKind, MessageId, RoomId, User, UserId};
use parlor::server::store::{SqliteEngine, sqlite};

use crate::dialect::filled_room_name;
use crate::options::Options;
use crate::report::Report;

/// As many as the server takes together at most.
const APPENDS_PER_COMMIT: u64 = 16_384;
/// All that was said was said in this time up to now.
const YEAR_MS: u64 = 365 * 24 * 60 * 60 * 1_000;
const PROGRESS_EVERY: Duration = Duration::from_secs(3);
/// No stamp is at its front, so nobody who hears it takes it for something of their own run.
const WORDS: &str = "A message as people write them in a chat, most often of one line. ";

/// Writes rooms with members and messages through the engine of the log itself.
pub fn play(
    options: &Options,
    data: &Path,
    messages: u64,
    rooms: u32,
    members: u32,
    report: &mut Report,
) -> Result<(), String> {
    if rooms == 0 || members == 0 {
        return Err("--rooms and --members: at least one".into());
    }
    fs::create_dir_all(data).map_err(|error| format!("--data: {error}"))?;
    let mut engine = SqliteEngine::open(data).map_err(|error| format!("--data: {error}"))?;
    if !engine.load().map_err(|error| error.to_string())?.rooms.is_empty() {
        return Err("--data: there is a log in it already".into());
    }
    let now_ms = SystemTime::UNIX_EPOCH.elapsed().map_or(YEAR_MS, |since| since.as_millis() as u64);
    let past = Past { begin_ms: now_ms - YEAR_MS, messages, rooms, members, body: body(options.body_bytes) };
    let (began, mut told) = (Instant::now(), Instant::now());
    commit(&mut engine, past.beginnings())?;
    for first in (0..messages).step_by(APPENDS_PER_COMMIT as usize) {
        commit(&mut engine, (first..messages.min(first + APPENDS_PER_COMMIT)).map(|n| past.message(n)).collect())?;
        if told.elapsed() > PROGRESS_EVERY {
            told = Instant::now();
            let a_second = first as f64 / began.elapsed().as_secs_f64();
            eprintln!("{first} of {messages} messages, {a_second:.0} a second");
        }
    }
    // Leaves one file that is the whole log.
    drop(engine);
    let seconds = began.elapsed().as_secs_f64();
    let bytes = fs::metadata(sqlite::path(data)).map_err(|error| error.to_string())?.len();
    report.row("messages", messages);
    report.number("seconds", seconds);
    report.number("messages_per_second", messages as f64 / seconds);
    report.row("database_bytes", bytes);
    report.number("database_mib", bytes as f64 / 1_048_576.0);
    Ok(())
}

fn commit(engine: &mut SqliteEngine, appends: Vec<Append>) -> Result<(), String> {
    let answers = engine.commit(Batch { appends, reads: vec![] }).map_err(|error| error.to_string())?;
    match answers.into_iter().find_map(Result::err) {
        Some(error) => Err(format!("the log refuses: {error:?}")),
        None => Ok(()),
    }
}

/// All that has happened before anybody comes. People and rooms take turns.
struct Past {
    begin_ms: u64,
    messages: u64,
    rooms: u32,
    members: u32,
    body: String,
}

impl Past {
    /// The first of its members has made a room.
    fn beginnings(&self) -> Vec<Append> {
        let created = |room| EntryKind::Created { name: filled_room_name(room), access: Access::Open };
        let made = (0..self.rooms).map(|room| self.append(room, 0, self.begin_ms, created(room)));
        let everybody = (0..self.rooms).flat_map(|room| (0..self.members).map(move |member| (room, member)));
        made.chain(
            everybody
                .map(|(room, member)| self.append(room, member, self.begin_ms, EntryKind::Joined { invite: None })),
        )
        .collect()
    }

    fn message(&self, n: u64) -> Append {
        let at_ms = self.begin_ms + (u128::from(n) * u128::from(YEAR_MS) / u128::from(self.messages)) as u64;
        let rooms = u64::from(self.rooms);
        let (room, member) = ((n % rooms) as u32, (n / rooms % u64::from(self.members)) as u32);
        // Like those that browsers make.
        let id = MessageId::v7(at_ms, fastrand::u128(..));
        self.append(room, member, at_ms, EntryKind::Message { id, body: self.body.clone(), mentions: vec![] })
    }

    fn append(&self, room: u32, member: u32, at: u64, kind: EntryKind) -> Append {
        let room_id = RoomId::parse(&filled_room_name(room)).expect("the name keeps to the rule of ids");
        // As long as those that the server gives.
        let person = room * self.members + member;
        let id = UserId::parse(&format!("{:032x}", u128::from(person) + 1)).expect("it keeps to the rule of ids");
        let by = User { id, name: format!("Member {person}") };
        Append { ticket: Ticket(0), room: room_id, at, by, kind, repeat_only: false, secret: None }
    }
}

fn body(bytes: usize) -> String {
    WORDS.chars().cycle().take(bytes.max(1)).collect()
}
