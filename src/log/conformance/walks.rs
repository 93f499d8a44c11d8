use std::collections::BTreeMap;

use fastrand::Rng;

use super::{Answer, Fixture, append, entries, mark, room, user, with_secret};
use crate::log::{Append, AppendError, Batch, Engine, LoadedRoom, RoomState};
use crate::protocol::{Access, Entry, EntryKind, InviteId, MessageId, Role, RoomId, Seq};

const SEEDS: u64 = 24;
const BATCHES: usize = 40;
/// Rooms are closed from this one on.
const CLOSING_FROM: usize = 30;
/// The log is opened anew after so many.
const OPENED_ANEW_EVERY: usize = 10;
const PEOPLE: [&str; 5] = ["ada", "bo", "cy", "dee", "eve"];

pub fn a_log_loads_as_what_its_entries_have_made_of_it<F: Fixture>(fixture: &mut F) {
    let mut model = Model::default();
    let mut engine = fixture.open();
    for seed in 0..SEEDS {
        let mut walk = Walk::new(seed);
        for n in 0..BATCHES {
            walk.may_close = n >= CLOSING_FROM;
            let batch = walk.batch(&model);
            let fails = walk.rng.u8(..10) == 0;
            if fails {
                fixture.set_space(Some(0));
            }
            // What appends nothing may succeed without space.
            if let Ok(answers) = engine.commit(batch.clone()) {
                model.take(batch, answers);
            }
            if fails {
                fixture.set_space(None);
            }
            if n % OPENED_ANEW_EVERY == 0 {
                drop(engine);
                engine = fixture.open();
            }
            model.check(&mut engine);
        }
        model.check_entries(&engine);
    }
    let has_all = |kept: &Kept| !kept.state.bans.is_empty() && !kept.state.mutes.is_empty();
    assert!(model.0.values().any(has_all) && model.0.values().any(|kept| kept.state.is_closed), "the walks go far");
}

/// What a log must hold after what was committed, by the rules alone.
#[derive(Default)]
struct Model(BTreeMap<RoomId, Kept>);

#[derive(Default)]
struct Kept {
    state: RoomState,
    head: Seq,
    entries: Vec<Entry>,
}

impl Model {
    fn take(&mut self, batch: Batch, answers: Vec<Answer>) {
        for (append, answer) in batch.appends.into_iter().zip(answers) {
            let known = self.0.get(&append.room);
            match answer {
                Ok(appended) if appended.new => self.append(&append, appended.entry),
                Ok(repeated) => assert_eq!(Some(&repeated.entry), known.and_then(|kept| kept.at(repeated.entry.seq))),
                Err(AppendError::RoomExists) => assert!(known.is_some()),
                Err(AppendError::NoSuchRoom) => assert!(known.is_none()),
                Err(AppendError::RoomClosed) => assert!(known.is_some_and(|kept| kept.state.is_closed)),
                Err(AppendError::NoSuchMessage) => assert!(!known.is_some_and(|kept| kept.has(&append))),
                Err(error) => panic!("{error:?}"),
            }
        }
        for mark in batch.reads {
            if let Some(kept) = self.0.get_mut(&mark.room) {
                kept.state.mark_read(&mark.user, mark.seq.min(kept.head));
            }
        }
    }

    fn append(&mut self, append: &Append, entry: Entry) {
        assert_eq!((&append.room, append.at, &append.by), (&entry.room, entry.at, &entry.by));
        assert_eq!(append.kind, entry.kind);
        let kept = self.0.entry(entry.room.clone()).or_default();
        kept.head += 1;
        assert_eq!(entry.seq, kept.head);
        kept.state.apply(&entry, append.secret.as_ref());
        if let EntryKind::Deleted { seq } = entry.kind {
            kept.entries[seq as usize - 1].erase();
        }
        kept.entries.push(entry);
        if kept.state.is_closed {
            kept.entries.clear();
        }
    }

    fn check(&self, engine: &mut impl Engine) {
        let mut rooms = engine.load().unwrap().rooms;
        rooms.sort_by(|a, b| a.room.cmp(&b.room));
        let load = |(room, kept): (&RoomId, &Kept)| LoadedRoom {
            room: room.clone(),
            head: kept.head,
            state: kept.state.clone(),
        };
        let expected: Vec<_> = self.0.iter().map(load).collect();
        assert_eq!(rooms, expected);
    }

    fn check_entries(&self, engine: &impl Engine) {
        for (room, kept) in &self.0 {
            assert_eq!(entries(engine, room.as_str()), kept.entries);
        }
    }

    fn head(&self, id: &str) -> Seq {
        self.0.get(&room(id)).map_or(0, |kept| kept.head)
    }
}

impl Kept {
    fn at(&self, seq: Seq) -> Option<&Entry> {
        self.entries.get(seq as usize - 1)
    }

    /// Whether there is what is to be repeated or deleted.
    fn has(&self, append: &Append) -> bool {
        match &append.kind {
            EntryKind::Message { id, .. } => {
                self.entries.iter().any(|entry| entry.by.id == append.by.id && entry.message_id() == Some(id))
            }
            EntryKind::Deleted { seq: 0 } => false,
            EntryKind::Deleted { seq } => {
                self.at(*seq).is_some_and(|entry| matches!(entry.kind, EntryKind::Message { .. }))
            }
            _ => false,
        }
    }
}

/// Draws what people do, most often something that can be done.
struct Walk {
    rng: Rng,
    rooms: [String; 3],
    now: u64,
    may_close: bool,
}

impl Walk {
    /// In rooms of its own.
    fn new(seed: u64) -> Self {
        let rooms = ["general", "random", "茶室"].map(|name| format!("{name}-{seed}"));
        Self { rng: Rng::with_seed(seed), rooms, now: 0, may_close: false }
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.rng.usize(..from.len())]
    }

    fn room(&mut self) -> String {
        self.rooms[self.rng.usize(..self.rooms.len())].clone()
    }

    fn person(&mut self) -> &'static str {
        self.pick(&PEOPLE)
    }

    fn batch(&mut self, model: &Model) -> Batch {
        let size = self.pick(&[0, 1, 2, 5, 20]);
        let appends = (0..size).map(|_| self.append(model)).collect();
        let reads = (0..self.rng.usize(..3)).map(|_| {
            let (at_room, by) = (self.room(), self.person());
            mark(&at_room, by, self.rng.u64(..=model.head(&at_room) + 2))
        });
        Batch { appends, reads: reads.collect() }
    }

    fn append(&mut self, model: &Model) -> Append {
        self.now += self.rng.u64(..5);
        let (at_room, by) = (self.room(), self.person());
        let kind = self.kind(model.head(&at_room));
        let appended = Append { at: self.now, ..append(&at_room, by, kind) };
        let appended = Append { repeat_only: self.rng.u8(..20) == 0 && is_message(&appended), ..appended };
        let secret = format!("secret-{}", self.rng.u8(..));
        if self.rng.bool() { with_secret(appended, &secret) } else { appended }
    }

    fn kind(&mut self, head: Seq) -> EntryKind {
        if head == 0 {
            return EntryKind::Created { name: format!("Room {}", self.rng.u8(..)), access: self.pick(&Access::ALL) };
        }
        let user = user(self.person());
        let invite = InviteId::parse(&format!("i-{}", self.rng.u8(..6))).unwrap();
        match self.rng.u8(..40) {
            0..8 => EntryKind::Joined { invite: self.rng.bool().then_some(invite) },
            8..10 => EntryKind::Left,
            10..21 => self.message(),
            21 => EntryKind::Renamed { name: format!("Room {}", self.rng.u8(..)) },
            22 => EntryKind::Topic { topic: format!("topic {}", self.rng.u8(..)) },
            23 => EntryKind::Access { access: self.pick(&Access::ALL) },
            24 => EntryKind::SlowMode { seconds: self.rng.u32(..100) },
            25..27 => EntryKind::Role { user, role: self.pick(&Role::ALL) },
            27 => EntryKind::Removed { user },
            28 => EntryKind::Banned { user },
            29 => EntryKind::Unbanned { user },
            30..32 => EntryKind::Muted { user, until: self.pick(&[0, 1, self.now, self.now + 100]) },
            32..35 => {
                let expires_at = self.rng.bool().then(|| self.now + self.rng.u64(..60));
                EntryKind::Invited { invite, expires_at, uses_max: self.rng.bool().then(|| self.rng.u32(1..4)) }
            }
            35 => EntryKind::InviteRevoked { invite },
            36..39 => EntryKind::Deleted { seq: self.rng.u64(head.saturating_sub(20)..=head + 2) },
            _ if self.may_close => EntryKind::Closed,
            _ => EntryKind::Created { name: "Again".into(), access: Access::Open },
        }
    }

    fn message(&mut self) -> EntryKind {
        let mentions = (0..self.rng.usize(..4)).map(|_| user(self.person()).id).collect();
        let id = MessageId::parse(&format!("m-{}", self.rng.u16(..400))).unwrap();
        EntryKind::Message { id, body: "hi ".repeat(self.rng.usize(..30)), mentions }
    }
}

fn is_message(append: &Append) -> bool {
    matches!(append.kind, EntryKind::Message { .. })
}
