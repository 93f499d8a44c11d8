use std::collections::BTreeMap;

use parlor::hub::ConnId;
use parlor::protocol::{Entry, EntryKind, Joined, MemberPage, MessageId, RoomId, RoomList, RoomSummary, Seq, UserId};
use parlor::session::{Command, Event, Link, Session};

use crate::checks;
use crate::lobby::{Lobby, Told};

/// A tab from its opening to its end; a reload makes another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TabId(pub usize);

/// The real session and what its screen shows.
pub struct Tab {
    pub session: Session,
    pub browser: usize,
    pub user: UserId,
    /// Its page shows the way in.
    pub is_signed_out: bool,
    /// The wire that it uses now.
    pub wire: Option<ConnId>,
    /// Its timers stand still and its frames wait, as in a sleeping laptop.
    pub asleep_until: u64,
    /// Writes to the storage and notes to other tabs arrive in order.
    pub keeps_at: u64,
    pub notes_at: u64,
    pub link: Link,
    pub screens: BTreeMap<RoomId, Screen>,
    /// The room list.
    pub listed: BTreeMap<RoomId, RoomSummary>,
    /// Messages that are shown as waiting.
    pub waiting: BTreeMap<MessageId, RoomId>,
}

/// What is shown of a room.
#[derive(Default)]
pub struct Screen {
    pub entries: BTreeMap<Seq, Entry>,
    /// The next entry follows this one.
    pub after: Seq,
    pub read: Seq,
    pub lobby: Lobby,
    told: Told,
}

impl Tab {
    pub fn new(session: Session, browser: usize, user: UserId) -> Self {
        Self {
            session,
            browser,
            user,
            is_signed_out: false,
            wire: None,
            asleep_until: 0,
            keeps_at: 0,
            notes_at: 0,
            link: Link::Idle,
            screens: BTreeMap::new(),
            listed: BTreeMap::new(),
            waiting: BTreeMap::new(),
        }
    }

    fn sign_out(&mut self) {
        self.screens.clear();
        self.waiting.clear();
        self.listed.clear();
        self.is_signed_out = true;
    }

    fn list(&mut self, list: &RoomList) {
        if list.all {
            self.listed.clear();
        }
        self.listed.retain(|room, _| !list.gone.contains(room));
        self.listed.extend(list.rooms.iter().map(|room| (room.id.clone(), room.clone())));
    }

    /// Shows an event as the page would, and checks what must hold at every moment. Returns what the page asks for then.
    pub fn show(&mut self, event: &Event) -> Option<Command> {
        match event {
            Event::SignedOut => self.sign_out(),
            Event::Link(link) => self.link = *link,
            Event::Reset => {
                self.screens.clear();
                self.waiting.clear();
            }
            Event::Restored { room, cursor, read, entries } => {
                let screen = self.screens.entry(room.clone()).or_default();
                checks::cursor_is_kept_with_its_entry(room, *cursor, entries);
                screen.entries.clear();
                for entry in entries {
                    checks::is_new_on_screen(entry, screen);
                    screen.entries.insert(entry.seq, entry.clone());
                }
                (screen.after, screen.read) = (*cursor, *read);
            }
            Event::Joined { joined, reset } => {
                let Joined { room, after, .. } = joined;
                let screen = self.screens.entry(room.id.clone()).or_default();
                if *reset {
                    *screen = Screen::default();
                }
                checks::goes_on_or_leaves_a_gap(&room.id, screen, *after);
                screen.after = *after;
                screen.told = screen.lobby.joined(joined);
                screen.lobby.read(screen.read);
                return Some(Command::Members { room: room.id.clone(), after: None });
            }
            Event::Members(page) => return self.screens.get_mut(&page.room)?.members(page),
            Event::Left(left) => _ = self.screens.remove(&left.room),
            Event::Entry(entry) => {
                let screen = self.screens.get_mut(&entry.room).expect("entries come only for rooms one is in");
                return screen.next(entry, &self.user);
            }
            Event::Older(page) => {
                let screen = self.screens.get_mut(&page.room).expect("history comes only for rooms one is in");
                for entry in &page.entries {
                    checks::is_new_on_screen(entry, screen);
                    screen.entries.insert(entry.seq, entry.clone());
                }
            }
            Event::Read { room, seq } => {
                if let Some(screen) = self.screens.get_mut(room) {
                    checks::moves_forward(room, screen.read, *seq);
                    screen.read = *seq;
                    screen.lobby.read(*seq);
                }
            }
            Event::Rooms(list) => self.list(list),
            Event::Queued { id, room, .. } => _ = self.waiting.insert(id.clone(), room.clone()),
            Event::Accepted { id, .. } | Event::Refused { id, .. } | Event::Discarded { id, .. } => {
                self.waiting.remove(id);
            }
            _ => {}
        }
        None
    }
}

impl Screen {
    fn next(&mut self, entry: &Entry, user: &UserId) -> Option<Command> {
        checks::is_next_on_screen(entry, self);
        self.after = entry.seq;
        self.entries.insert(entry.seq, entry.clone());
        self.lobby.apply(entry, user, self.told);
        self.lobby.read(self.read);
        if let EntryKind::Deleted { seq } = &entry.kind
            && let Some(deleted) = self.entries.get_mut(seq)
        {
            deleted.erase();
        }
        // Who they are can only be asked.
        let is_stale = is_of_many(entry) && self.told.members.is_some_and(|at| entry.seq > at);
        is_stale.then(|| Command::Members { room: entry.room.clone(), after: None })
    }

    fn members(&mut self, page: &MemberPage) -> Option<Command> {
        self.lobby.members(page);
        self.told.members = Some(page.at);
        // It may be older than what has come before it, when something on the way has held it up.
        let mut is_stale = false;
        for entry in self.entries.range(page.at + 1..).map(|(_, entry)| entry) {
            self.lobby.apply_to_members(entry);
            is_stale |= is_of_many(entry);
        }
        is_stale.then(|| Command::Members { room: page.room.clone(), after: None })
    }

    /// How many entries stand for many who came and went.
    pub fn crowds(&self) -> u64 {
        self.entries.values().filter(|entry| is_of_many(entry)).count() as u64
    }
}

fn is_of_many(entry: &Entry) -> bool {
    matches!(entry.kind, EntryKind::CameAndWent { .. })
}
