//! The session against a server played by the test, on a clock that the test moves.

mod doors;
mod keeping;
mod link;
mod people;
mod receipts;
mod rooms;
mod tabs;
mod talk;

use serde_json::{Value, json};

use super::*;
use crate::protocol::{
    Access, Entry, EntryKind, ErrorCode, Heartbeat, Joined, Left, Limits, MessageId, Profile, Refusal, Role,
    RoomSummary, Seq, ServerFrame, User, UserId, Welcome,
};

/// A session whose outputs are collected, and the time.
struct Bench {
    session: Session,
    now_ms: u64,
    sent: Vec<Value>,
    events: Vec<Event>,
    kept: Vec<Keep>,
    told: Vec<Note>,
    connects: usize,
    outbox_reads: usize,
    disconnects: Vec<u16>,
}

impl Bench {
    fn new(seed: u64) -> Self {
        Self::over(seed, Saved::default())
    }

    /// The only tab of a browser that has kept something.
    fn over(seed: u64, saved: Saved) -> Self {
        let mut session = Session::new(seed, None, saved.clone());
        session.handle_lead(1_000, saved.outbox);
        Self {
            session,
            now_ms: 1_000,
            sent: vec![],
            events: vec![],
            kept: vec![],
            told: vec![],
            connects: 0,
            outbox_reads: 0,
            disconnects: vec![],
        }
    }

    /// A person who has entered and is online.
    fn online(seed: u64) -> Self {
        let mut bench = Self::new(seed);
        bench.command(Command::Enter { name: Some("Ada".into()) });
        bench.open();
        bench.welcome("epoch-1", &[]);
        bench
    }

    /// The same, in one room whose log ends at `head`.
    fn in_room(room: &str, head: Seq) -> Self {
        let mut bench = Self::online(1);
        bench.command(join(room));
        bench.joined(room, head);
        bench.forget();
        bench
    }

    fn drain(&mut self) {
        while let Some(action) = self.session.poll_action() {
            match action {
                Action::Connect => self.connects += 1,
                Action::Transmit(text) => self.sent.push(serde_json::from_str(&text).unwrap()),
                Action::Disconnect(code) => self.disconnects.push(code),
                Action::Keep(keep) => self.kept.push(keep),
                Action::Tell(note) => self.told.push(note),
                Action::ReadOutbox => self.outbox_reads += 1,
                Action::Notify(event) => self.events.push(event),
            }
        }
    }

    fn forget(&mut self) {
        self.sent.clear();
        self.events.clear();
        self.disconnects.clear();
        self.connects = 0;
    }

    fn command(&mut self, command: Command) {
        self.session.handle_command(self.now_ms, command);
        self.drain();
    }

    fn say(&mut self, room: &str, id: &str, body: &str) {
        let id = message_id(id);
        self.command(Command::Send { id, room: room_id(room), body: body.into() });
    }

    fn older(&mut self, before: Seq) {
        self.command(Command::LoadOlder { room: room_id("general"), before });
    }

    fn open(&mut self) {
        self.session.handle_opened(self.now_ms);
        self.drain();
    }

    fn receive(&mut self, frame: &ServerFrame) {
        self.session.handle_text(self.now_ms, &encode(frame));
        self.drain();
    }

    fn close(&mut self, code: u16) {
        self.session.handle_closed(self.now_ms, code);
        self.drain();
    }

    fn welcome(&mut self, epoch: &str, member_of: &[&str]) {
        self.receive(&ServerFrame::Welcome(Welcome {
            profile: Profile { user: ada(), secured: false, admin: false },
            token: Some(Token::parse(&"t".repeat(32)).unwrap()),
            epoch: Epoch::parse(epoch).unwrap(),
            member_of: member_of.iter().map(|room| room_id(room)).collect(),
            heartbeat: Heartbeat::default(),
            limits: Limits::default(),
        }));
    }

    fn joined(&mut self, room: &str, after: Seq) {
        self.receive(&joined(room, after, after, after));
    }

    fn entry(&mut self, room: &str, seq: Seq, id: &str) {
        self.receive(&ServerFrame::Entry(entry(room, seq, id)));
    }

    fn accepted(&mut self, room: &str, id: &str, seq: Seq) {
        self.receive(&ServerFrame::Accepted { room: room_id(room), id: message_id(id), seq, at: 5 });
    }

    fn refuse(&mut self, code: ErrorCode, id: &str, retry_after_ms: Option<u64>) {
        self.receive(&ServerFrame::Error(Refusal {
            code,
            message: "why".into(),
            about: Some("send".into()),
            room: Some(room_id("general")),
            id: Some(message_id(id)),
            retry_after_ms,
        }));
    }

    /// Fires every deadline up to this moment, each at its own time.
    fn run_until(&mut self, until_ms: u64) {
        while let Some(at) = self.session.poll_timeout().filter(|at| *at <= until_ms) {
            assert!(at > self.now_ms || self.now_ms == at, "a deadline in the past would spin");
            self.now_ms = at.max(self.now_ms);
            self.session.handle_timeout(self.now_ms);
            self.drain();
            assert!(self.session.poll_timeout() != Some(at), "a deadline that stays would spin");
        }
        self.now_ms = until_ms;
    }

    fn run_for(&mut self, ms: u64) {
        self.run_until(self.now_ms + ms);
    }

    /// Loses the link, comes back, and is welcomed.
    fn reconnect(&mut self, epoch: &str, member_of: &[&str]) {
        self.close(1006);
        self.command(Command::ReconnectNow);
        self.open();
        self.welcome(epoch, member_of);
    }

    fn sent_types(&self) -> Vec<&str> {
        self.sent.iter().map(|frame| frame["type"].as_str().unwrap()).collect()
    }

    /// The ids of the messages sent, in order.
    fn sent_ids(&self) -> Vec<&str> {
        self.sent.iter().filter(|frame| frame["type"] == "send").map(|frame| frame["id"].as_str().unwrap()).collect()
    }

    fn links(&self) -> Vec<Link> {
        let link = |event: &Event| if let Event::Link(link) = event { Some(*link) } else { None };
        self.events.iter().filter_map(link).collect()
    }

    fn link(&self) -> Link {
        *self.links().last().expect("a link event")
    }

    /// The seqs of the entries shown.
    fn shown(&self) -> Vec<Seq> {
        let seq = |event: &Event| if let Event::Entry(entry) = event { Some(entry.seq) } else { None };
        self.events.iter().filter_map(seq).collect()
    }
}

fn room_id(room: &str) -> RoomId {
    RoomId::parse(room).unwrap()
}

fn message_id(id: &str) -> MessageId {
    MessageId::parse(id).unwrap()
}

fn ada() -> User {
    User { id: UserId::parse("ada").unwrap(), name: "Ada".into() }
}

fn summary(room: &str) -> RoomSummary {
    RoomSummary { id: room_id(room), name: room.into(), online: 1, members: 1, access: Access::Open }
}

fn joined(room: &str, head: Seq, after: Seq, read: Seq) -> ServerFrame {
    let (topic, role, mentions) = (String::new(), Role::Member, vec![]);
    ServerFrame::Joined(Joined {
        room: summary(room),
        head,
        after,
        read,
        topic,
        slow_mode_s: 0,
        role,
        muted_until: 0,
        mentions,
    })
}

fn unavailable(about: &str) -> Refusal {
    let (code, message) = (ErrorCode::Unavailable, "why".into());
    Refusal { code, message, about: Some(about.into()), room: None, id: None, retry_after_ms: None }
}

fn left(room: &str) -> Left {
    Left { room: room_id(room), reason: None, by: None }
}

fn join(room: &str) -> Command {
    Command::Join { room: room_id(room), key: None }
}

fn entry(room: &str, seq: Seq, id: &str) -> Entry {
    let kind = EntryKind::Message { id: message_id(id), body: "hi".into(), mentions: vec![] };
    Entry { room: room_id(room), seq, at: 5, by: ada(), kind }
}
