use std::collections::BTreeMap;

use crate::protocol::limits::FRAME_BYTES_MAX;
use crate::protocol::{Access, ErrorCode, RoomId, Seq, decode_client, encode};
use crate::session::{Action, Command, Event, Key, Note, Saved, SavedRoom, Session, Unsent};
use libfuzzer_sys::arbitrary::{self, Arbitrary};

use crate::answer::{Answer, entry};
use crate::names::{Number, code, epoch, message, password, room, token, user};
use crate::saying::{Body, Changing};

/// Actions after one input. One frame can release what a hole has held back, and all of that is shown and kept.
const ACTIONS_MAX: usize = 5_000;

#[derive(Debug, Arbitrary)]
pub struct Run {
    seed: u64,
    token: Option<u8>,
    kept: Vec<(u8, Number, Vec<u8>)>,
    outbox: Vec<(u8, u8)>,
    leaving: Vec<u8>,
    leads: bool,
    steps: Vec<Step>,
}

#[derive(Debug, Arbitrary)]
enum Step {
    Want(Want),
    Open,
    Hear(Answer),
    Babble(String),
    Close(u16),
    Network(bool),
    Wake,
    Hide,
    Lead(Vec<(u8, u8)>),
    Note(Told),
    Wait(u32),
}

#[derive(Debug, Arbitrary)]
enum Want {
    Enter(Option<u8>),
    Create(u8),
    Join(u8, Option<bool>),
    Change(u8, Changing),
    Members(u8, Option<u8>),
    Settings(u8),
    Leave(u8),
    Send(u8, u8, Body),
    Resend(u8),
    Discard(u8),
    Type(u8),
    LoadOlder(u8, Number),
    Read(u8, Number),
    ReconnectNow,
}

#[derive(Debug, Arbitrary)]
enum Told {
    Queued(u8, u8),
    Accepted(u8, u8, Number),
    Refused(u8),
    Discarded(u8),
}

/// The shell, as far as it can tell right from wrong.
struct Shell {
    session: Session,
    now_ms: u64,
    has_socket: bool,
    is_open: bool,
    /// The seq that the next entry of a room has to have.
    next: BTreeMap<RoomId, Seq>,
}

pub fn run(run: Run) {
    let leaving = run.leaving.into_iter().map(room).collect();
    let saved = Saved { leaving, ..saved(run.kept, &run.outbox) };
    let session = Session::new(run.seed, run.token.map(token), saved.clone());
    let mut shell = Shell { session, now_ms: 1_000, has_socket: false, is_open: false, next: BTreeMap::new() };
    shell.drain();
    if run.leads {
        shell.input(|session, now_ms| session.handle_lead(now_ms, saved.outbox));
    }
    for step in run.steps {
        shell.step(step);
    }
}

fn saved(kept: Vec<(u8, Number, Vec<u8>)>, outbox: &[(u8, u8)]) -> Saved {
    let rooms = kept.into_iter().map(|(number, cursor, mut seqs)| {
        seqs.sort_unstable();
        seqs.dedup();
        let entries = seqs.into_iter().map(|seq| entry(number, seq.into())).collect();
        (room(number), SavedRoom { cursor: cursor.exact(), read: 0, entries })
    });
    let outbox = outbox.iter().map(|(number, id)| unsent(*number, *id, Body::Short)).collect();
    Saved { user: Some(user(0)), epoch: Some(epoch(0)), rooms: rooms.collect(), outbox, ..Saved::default() }
}

fn unsent(number: u8, id: u8, body: Body) -> Unsent {
    Unsent { id: message(id), room: room(number), body: body.text(), refused: None }
}

impl Shell {
    fn step(&mut self, step: Step) {
        match step {
            Step::Want(want) => self.input(|session, now_ms| session.handle_command(now_ms, want.command())),
            Step::Open if self.has_socket && !self.is_open => {
                self.is_open = true;
                self.input(|session, now_ms| session.handle_opened(now_ms));
            }
            Step::Hear(answer) if self.is_open => {
                let text = encode(&answer.frame());
                self.input(|session, now_ms| session.handle_text(now_ms, &text));
            }
            Step::Babble(text) if self.is_open => {
                self.input(|session, now_ms| session.handle_text(now_ms, &text));
            }
            Step::Close(code) if self.has_socket => {
                (self.has_socket, self.is_open) = (false, false);
                self.input(|session, now_ms| session.handle_closed(now_ms, code));
            }
            Step::Open | Step::Hear(_) | Step::Babble(_) | Step::Close(_) => {}
            Step::Network(online) => self.input(|session, now_ms| session.handle_network(now_ms, online)),
            Step::Wake => self.input(|session, now_ms| session.handle_wake(now_ms)),
            Step::Hide => self.input(|session, now_ms| session.handle_hide(now_ms)),
            Step::Lead(outbox) => {
                let outbox = outbox.into_iter().map(|(number, id)| unsent(number, id, Body::Short)).collect();
                self.input(|session, now_ms| session.handle_lead(now_ms, outbox));
            }
            Step::Note(told) => self.input(|session, now_ms| session.handle_note(now_ms, told.note())),
            Step::Wait(ms) => self.wait(ms.into()),
        }
    }

    /// As a shell with a timer does it, which may also have slept.
    fn wait(&mut self, ms: u64) {
        let until = self.now_ms + ms % 200_000;
        if ms >= 1 << 31 {
            self.now_ms = until;
        }
        while let Some(at) = self.session.poll_timeout().filter(|at| *at <= until) {
            self.now_ms = at.max(self.now_ms);
            self.input(|session, now_ms| session.handle_timeout(now_ms));
            let next = self.session.poll_timeout();
            assert!(next.is_none_or(|next| next > self.now_ms), "a timer that fires again and again");
        }
        self.now_ms = until;
    }

    fn input(&mut self, put: impl FnOnce(&mut Session, u64)) {
        put(&mut self.session, self.now_ms);
        self.drain();
    }

    fn drain(&mut self) {
        for count in 0.. {
            assert!(count < ACTIONS_MAX, "too many actions for one input");
            let Some(action) = self.session.poll_action() else { return };
            match action {
                Action::Connect => (self.has_socket, self.is_open) = (true, false),
                Action::Transmit(text) => {
                    assert!(self.is_open, "nobody hears {text}");
                    assert!(text.len() <= FRAME_BYTES_MAX && decode_client(&text).is_ok(), "{text}");
                }
                Action::Disconnect(_) => (self.has_socket, self.is_open) = (false, false),
                Action::Notify(event) => self.show(event),
                Action::Keep(_) | Action::Tell(_) | Action::ReadOutbox => {}
            }
        }
    }

    fn show(&mut self, event: Event) {
        match event {
            Event::Joined { joined, .. } => drop(self.next.insert(joined.room.id, joined.after + 1)),
            Event::Entry(entry) => {
                let next = self.next.get_mut(&entry.room).expect("only of rooms that were joined");
                assert_eq!(entry.first(), *next, "out of order");
                *next = entry.seq + 1;
            }
            _ => {}
        }
    }
}

fn key_of(by_password: bool) -> Key {
    if by_password { Key::Password(password(0)) } else { Key::Invite(code(0)) }
}

impl Want {
    fn command(self) -> Command {
        match self {
            Self::Enter(number) => Command::Enter { name: number.map(|number| format!("Person {}", number % 2)) },
            Self::Create(number) => {
                let access = Access::ALL[usize::from(number % 4)];
                Command::Create { name: format!("Room {}", number % 4), access, password: None }
            }
            Self::Join(number, key) => Command::Join { room: room(number), key: key.map(key_of) },
            Self::Change(number, changing) => Command::Change { room: room(number), change: changing.change() },
            Self::Members(number, after) => Command::Members { room: room(number), after: after.map(user) },
            Self::Settings(number) => Command::Settings { room: room(number) },
            Self::Leave(number) => Command::Leave { room: room(number) },
            Self::Send(number, id, body) => Command::Send { id: message(id), room: room(number), body: body.text() },
            Self::Resend(id) => Command::Resend { id: message(id) },
            Self::Discard(id) => Command::Discard { id: message(id) },
            Self::Type(number) => Command::Type { room: room(number) },
            Self::LoadOlder(number, before) => Command::LoadOlder { room: room(number), before: before.exact() },
            Self::Read(number, seq) => Command::Read { room: room(number), seq: seq.exact() },
            Self::ReconnectNow => Command::ReconnectNow,
        }
    }
}

impl Told {
    fn note(self) -> Note {
        match self {
            Self::Queued(number, id) => Note::Queued(unsent(number, id, Body::Short)),
            Self::Accepted(number, id, seq) => {
                Note::Accepted { id: message(id), room: room(number), seq: seq.exact(), at: 1_000 }
            }
            Self::Refused(id) => Note::Refused { id: message(id), code: ErrorCode::NotInRoom },
            Self::Discarded(id) => Note::Discarded { id: message(id) },
        }
    }
}
