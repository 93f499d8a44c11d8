use std::collections::BTreeMap;

use parlor::hub::{ConnId, Hub, Now, PageRequest};
use parlor::log::{Secret, Ticket, Unavailable};
use parlor::protocol::{MessageId, RoomId, Seq, Token, UserId};
use parlor::session::{Command, Note, Session};

use crate::agenda::Agenda;
use crate::governing::Keys;
use crate::logins;
use crate::people::Written;
use crate::server::Server;
use crate::storage::Storage;
use crate::tab::{Tab, TabId};
use crate::wire::Wire;

pub const ROOMS: [&str; 3] = ["General", "Random", "Help"];

/// Whose browsers there are, whether they have locks, whether they have cookies, and how many tabs are open at first.
const BROWSERS: [(usize, bool, bool, usize); 4] =
    [(0, true, true, 2), (0, true, false, 1), (1, true, true, 2), (2, false, true, 2)];

/// Something that happens at a certain time.
pub enum Happening {
    Opened(ConnId),
    ToServer(ConnId, String),
    ToClient(ConnId, String),
    /// A frame that was overtaken.
    ToClientLate(ConnId, String),
    Written(ConnId, usize),
    ServerLearnsOfEnd(ConnId),
    ClientLearnsOfEnd(ConnId, u16),
    /// These are of one life of the server.
    Committed(u32),
    PageRead(u32, PageRequest),
    HubTimer,
    ServerStarts,
    /// A password was hashed, or looked at.
    Hashed(u32, Ticket, Result<Secret, Unavailable>),
    Verified(u32, Ticket, Result<bool, Unavailable>),
    DiskMended,
    /// The person at this browser, after the login has ended.
    SignsIn(usize),
    TabTimer(TabId),
    TabWakes(TabId),
    /// The tab gets the lock of its browser.
    TabLeads(TabId),
    Kept(TabId),
    Noted(TabId, Note),
}

/// A browser on a device: what it keeps, and its tabs.
pub struct Browser {
    pub person: usize,
    pub has_locks: bool,
    /// Otherwise its pages keep the secret of the login, as programs do.
    pub has_cookies: bool,
    /// Nobody has come by it yet.
    pub is_new: bool,
    /// The secret of the person's login.
    pub login: Option<Token>,
    pub storage: Storage,
    pub leader: Option<TabId>,
}

pub struct World {
    pub server: Server,
    pub browsers: Vec<Browser>,
    pub tabs: BTreeMap<TabId, Tab>,
    pub wires: BTreeMap<ConnId, Wire>,
    pub agenda: Agenda<Happening>,
    pub now_ms: u64,
    pub counter: u64,
    pub has_faults: bool,
    pub has_lossy_wires: bool,
    pub rng: fastrand::Rng,
    /// What people wrote and expect to find, in the order written.
    pub written: Vec<Written>,
    pub refused: Vec<(MessageId, RoomId)>,
    /// What the server has promised anybody.
    pub promised: BTreeMap<(RoomId, Seq), MessageId>,
    pub keys: Keys,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let browser = |(person, has_locks, has_cookies, _)| Browser {
            person,
            has_locks,
            has_cookies,
            is_new: true,
            login: None,
            storage: Storage::default(),
            leader: None,
        };
        let mut world = Self {
            server: Server::with_rooms(&ROOMS),
            browsers: BROWSERS.into_iter().map(browser).collect(),
            tabs: BTreeMap::new(),
            wires: BTreeMap::new(),
            agenda: Agenda::default(),
            now_ms: 10_000,
            counter: 0,
            has_faults: false,
            has_lossy_wires: false,
            rng: fastrand::Rng::with_seed(seed),
            written: Vec::new(),
            refused: Vec::new(),
            promised: BTreeMap::new(),
            keys: Keys::default(),
        };
        world.server.start(seed);
        for (browser, (person, _, has_cookies, tabs)) in BROWSERS.into_iter().enumerate() {
            world.browsers[browser].login = has_cookies.then(|| world.server.logins.begin(person));
            (0..tabs).for_each(|_| world.open_tab(browser));
        }
        world
    }

    pub fn run_until(&mut self, until_ms: u64) {
        while let Some((at_ms, happening)) = self.agenda.next_until(until_ms) {
            self.now_ms = self.now_ms.max(at_ms);
            self.happen(happening);
        }
        self.now_ms = until_ms;
    }

    pub fn open_tab(&mut self, browser: usize) {
        self.counter += 1;
        let id = TabId(self.counter as usize);
        let Browser { person, has_locks, has_cookies, is_new, login, storage, leader } = &mut self.browsers[browser];
        let token = login.clone().filter(|_| !*has_cookies);
        let name = (std::mem::take(is_new) && !*has_cookies).then(|| logins::name(*person));
        let session = Session::new(self.rng.u64(..), token, storage.read());
        let leads = !*has_locks || leader.is_none();
        if leads {
            *leader = Some(id);
        }
        let user = logins::user(*person);
        self.tabs.insert(id, Tab::new(session, browser, user));
        self.command(id, Command::Enter { name });
        if leads {
            self.after(1..50, Happening::TabLeads(id));
        }
    }

    /// The tab is gone, with what the browser has not kept yet.
    pub fn end_tab(&mut self, id: TabId) {
        let Some(tab) = self.tabs.remove(&id) else { return };
        if let Some(conn) = tab.wire {
            self.cut(conn);
        }
        let browser = &mut self.browsers[tab.browser];
        browser.storage.forget(id);
        let kept = |id: &MessageId| browser.storage.saved.outbox.iter().any(|unsent| unsent.id == *id);
        for written in self.written.iter_mut().filter(|written| written.tab == id && !kept(&written.id)) {
            written.may_be_lost |= !self.server.has_message(&written.room, &written.id);
        }
        if browser.has_locks && browser.leader == Some(id) {
            browser.leader = None;
            if let Some(next) = self.tabs_of(tab.browser).first() {
                self.browsers[tab.browser].leader = Some(*next);
                self.after(1..50, Happening::TabLeads(*next));
            }
        }
    }

    /// Cuts a wire; each side learns of it now, later, or by its own heartbeat.
    pub fn cut(&mut self, conn: ConnId) {
        if let Some(wire) = self.wires.get_mut(&conn) {
            wire.is_cut = true;
        }
        if self.rng.u32(..3) > 0 {
            self.after(0..2_000, Happening::ServerLearnsOfEnd(conn));
        }
        if self.rng.u32(..3) > 0 {
            self.after(0..2_000, Happening::ClientLearnsOfEnd(conn, 1006));
        }
    }

    pub fn lose_all_wires(&mut self) {
        self.wires.keys().copied().collect::<Vec<_>>().into_iter().for_each(|conn| self.cut(conn));
    }

    /// Another log goes on, without what came after the backup. That was promised of the log that is gone.
    pub fn forget_what_the_backup_lacks(&mut self) {
        let (server, promised) = (&self.server, &mut self.promised);
        let mut lost = Vec::new();
        promised.retain(|(room, seq), id| {
            let holds = server.holds(room, *seq, id);
            if !holds {
                lost.push(id.clone());
            }
            holds
        });
        self.written.retain(|written| !lost.contains(&written.id));
        self.lose_what_nobody_has();
    }

    /// What a browser has forgotten may be gone, unless it is in the log.
    pub fn lose_what_nobody_has(&mut self) {
        let server = &self.server;
        for written in self.written.iter_mut().filter(|written| written.is_forgotten && !written.may_be_lost) {
            written.may_be_lost = !server.has_message(&written.room, &written.id);
        }
    }

    pub fn command(&mut self, tab: TabId, command: Command) {
        self.with_tab(tab, |session, now_ms| session.handle_command(now_ms, command));
    }

    pub fn with_tab(&mut self, id: TabId, input: impl FnOnce(&mut Session, u64)) {
        if let Some(tab) = self.tabs.get_mut(&id) {
            input(&mut tab.session, self.now_ms);
            self.drain_tab(id);
        }
    }

    pub fn with_hub(&mut self, input: impl FnOnce(&mut Hub, Now)) {
        let now = self.now();
        if let Some(hub) = &mut self.server.hub {
            input(hub, now);
            self.drain_hub();
        }
    }

    pub fn tabs_of(&self, browser: usize) -> Vec<TabId> {
        self.tabs.iter().filter(|(_, tab)| tab.browser == browser).map(|(id, _)| *id).collect()
    }

    pub fn rooms(&self) -> impl Iterator<Item = RoomId> {
        ROOMS.iter().map(|name| RoomId::from_name(name).unwrap())
    }

    pub fn people(&self) -> impl Iterator<Item = UserId> {
        (0..3).map(logins::user)
    }

    pub fn user_of(&self, tab: TabId) -> UserId {
        logins::user(self.browsers[self.tabs[&tab].browser].person)
    }

    pub fn entries(&self) -> u64 {
        self.rooms().map(|room| self.server.entries(&room).len() as u64).sum()
    }

    pub fn after(&mut self, delay_ms: std::ops::Range<u64>, happening: Happening) {
        let at_ms = self.now_ms + self.rng.u64(delay_ms);
        self.agenda.plan(at_ms, happening);
    }

    /// Mostly short; under faults now and then a stall of seconds.
    pub fn latency_ms(&mut self) -> u64 {
        if self.has_faults && self.rng.u32(..50) == 0 { self.rng.u64(1_000..15_000) } else { self.rng.u64(1..80) }
    }

    pub fn now(&self) -> Now {
        let unix_ms = (1_700_000_000_000 + self.now_ms).saturating_add_signed(self.server.clock_off_ms);
        Now { mono_ms: self.now_ms, unix_ms }
    }
}
