use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use parlor::hub::{ConnId, Hub, Identity, Now, Output};
use parlor::protocol::{Epoch, MessageId, RoomId, Token, UserId};
use parlor::session::{Action, Command, Session};

use crate::client::Client;
use crate::log::Log;

const ROOMS: [&str; 3] = ["General", "Random", "Help"];
const PEOPLE: usize = 3;
const TABS: usize = 5;

/// Something that happens at a certain time.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Opened(ConnId),
    ToServer(ConnId, String),
    ToClient(ConnId, String),
    ServerLearnsOfEnd(ConnId),
    ClientLearnsOfEnd(ConnId, u16),
    Written(ConnId),
    Committed,
    HubTimer,
    ClientTimer(usize),
    ServerStarts,
}

/// A socket, as long as either side believes in it.
struct Wire {
    client: usize,
    /// Nothing passes any more, whether or not a side has noticed.
    is_cut: bool,
    /// The earliest time at which the next frame can arrive, per direction: frames do not overtake each other.
    to_server_at: u64,
    to_client_at: u64,
}

pub struct World {
    pub clients: Vec<Client>,
    pub log: Log,
    hub: Option<Hub>,
    wires: BTreeMap<ConnId, Wire>,
    /// The wire that each client uses now.
    current: Vec<Option<ConnId>>,
    agenda: BinaryHeap<Reverse<(u64, u64, Happening)>>,
    now_ms: u64,
    counter: u64,
    has_faults: bool,
    rng: fastrand::Rng,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let session = |tab: usize, rng: &mut fastrand::Rng| Session::new(rng.u64(..), Some(token(tab % PEOPLE)));
        let clients = (0..TABS).map(|tab| Client::new(session(tab, &mut rng), tab % PEOPLE)).collect();
        let mut world = Self {
            clients,
            log: Log::with_rooms(&ROOMS),
            hub: None,
            wires: BTreeMap::new(),
            current: vec![None; TABS],
            agenda: BinaryHeap::new(),
            now_ms: 10_000,
            counter: 0,
            has_faults: false,
            rng,
        };
        world.start_server();
        for tab in 0..TABS {
            world.command(tab, Command::Enter { name: format!("Person {}", tab % PEOPLE) });
        }
        world
    }

    pub fn run_with_faults(&mut self, ms: u64) {
        self.has_faults = true;
        let until = self.now_ms + ms;
        while self.now_ms < until {
            let pause_ms = self.rng.u64(1..400);
            self.run_until(self.now_ms + pause_ms);
            match self.rng.u32(..100) {
                0..6 => self.cut(),
                6..8 => self.crash(),
                8..10 => self.network_event(),
                10..25 => self.membership(),
                _ => self.write(),
            }
        }
        self.has_faults = false;
    }

    pub fn run_in_peace(&mut self, ms: u64) {
        for tab in 0..TABS {
            self.clients[tab].session.handle_network(self.now_ms, true);
            self.drain_client(tab);
        }
        self.run_until(self.now_ms + ms);
    }

    pub fn entries(&self) -> u64 {
        self.log.rooms.values().map(|entries| entries.len() as u64).sum()
    }

    pub fn user_of(&self, person: usize) -> UserId {
        UserId::parse(&format!("person-{person}")).unwrap()
    }

    fn write(&mut self) {
        let tab = self.rng.usize(..TABS);
        let rooms: Vec<RoomId> = self.clients[tab].screens.keys().cloned().collect();
        let Some(room) = self.rng.choice(rooms) else { return };
        self.counter += 1;
        let id = MessageId::parse(&format!("m{}", self.counter)).unwrap();
        self.clients[tab].written.push((room.clone(), id.clone()));
        self.command(tab, Command::Send { id, room, body: format!("message {}", self.counter) });
    }

    fn membership(&mut self) {
        let tab = self.rng.usize(..TABS);
        let room = RoomId::from_name(ROOMS[self.rng.usize(..ROOMS.len())]).unwrap();
        let command = match self.rng.u32(..10) {
            0 => Command::Leave { room },
            1 | 2 => Command::LoadOlder { room },
            _ => Command::Join { room },
        };
        self.command(tab, command);
    }

    fn network_event(&mut self) {
        let tab = self.rng.usize(..TABS);
        match self.rng.u32(..3) {
            0 => self.clients[tab].session.handle_network(self.now_ms, self.rng.bool()),
            1 => self.clients[tab].session.handle_wake(self.now_ms),
            _ => self.clients[tab].session.handle_command(self.now_ms, Command::ReconnectNow),
        }
        self.drain_client(tab);
    }

    /// Cuts a wire; each side learns of it now, later, or by its own heartbeat.
    fn cut(&mut self) {
        let conns: Vec<ConnId> = self.wires.iter().filter(|(_, wire)| !wire.is_cut).map(|(conn, _)| *conn).collect();
        let Some(conn) = self.rng.choice(conns) else { return };
        self.cut_wire(conn);
    }

    fn cut_wire(&mut self, conn: ConnId) {
        if let Some(wire) = self.wires.get_mut(&conn) {
            wire.is_cut = true;
        }
        if self.rng.u32(..3) > 0 {
            let at = self.now_ms + self.rng.u64(..2_000);
            self.plan(at, Happening::ServerLearnsOfEnd(conn));
        }
        if self.rng.u32(..3) > 0 {
            let at = self.now_ms + self.rng.u64(..2_000);
            self.plan(at, Happening::ClientLearnsOfEnd(conn, 1006));
        }
    }

    /// The server dies: what was queued for the log is lost, or was committed without anyone being told.
    fn crash(&mut self) {
        if self.hub.take().is_none() {
            return;
        }
        while let Some(append) = self.log.queue.pop_front() {
            if self.rng.bool() {
                let _ = self.log.commit(&append);
            } else {
                self.log.queue.clear();
            }
        }
        for conn in self.wires.keys().copied().collect::<Vec<_>>() {
            self.cut_wire(conn);
        }
        let back_at = self.now_ms + self.rng.u64(100..8_000);
        self.plan(back_at, Happening::ServerStarts);
    }

    fn start_server(&mut self) {
        self.hub = Some(Hub::new(Epoch::parse("epoch-1").unwrap(), self.log.load(), self.rng.u64(..)));
    }

    fn run_until(&mut self, until: u64) {
        while self.agenda.peek().is_some_and(|Reverse((at, ..))| *at <= until) {
            let Some(Reverse((at, _, happening))) = self.agenda.pop() else { return };
            self.now_ms = self.now_ms.max(at);
            self.happen(happening);
        }
        self.now_ms = until;
    }

    fn happen(&mut self, happening: Happening) {
        let now = self.now();
        match happening {
            Happening::Opened(conn) => self.opened(conn),
            Happening::ToServer(conn, text) if self.passes(conn) => {
                self.with_hub(|hub| hub.handle_text(now, conn, &text))
            }
            Happening::ToClient(conn, text) if self.passes(conn) => {
                let at = self.now_ms + self.latency_ms();
                self.plan(at, Happening::Written(conn));
                self.with_client_of(conn, |session, now_ms| session.handle_text(now_ms, &text));
            }
            Happening::ToServer(..) | Happening::ToClient(..) => {}
            Happening::Written(conn) => self.with_hub(|hub| hub.handle_written(now, conn, 1)),
            Happening::ServerLearnsOfEnd(conn) => self.with_hub(|hub| hub.handle_closed(now, conn)),
            Happening::ClientLearnsOfEnd(conn, code) => {
                self.with_client_of(conn, |session, now_ms| session.handle_closed(now_ms, code));
            }
            Happening::Committed => self.commit(),
            Happening::HubTimer => self.with_hub(|hub| {
                if hub.poll_timeout().is_some_and(|at| at <= now.mono_ms) {
                    hub.handle_timeout(now);
                }
            }),
            Happening::ClientTimer(tab) => {
                if self.clients[tab].session.poll_timeout().is_some_and(|at| at <= self.now_ms) {
                    self.clients[tab].session.handle_timeout(self.now_ms);
                    self.drain_client(tab);
                }
            }
            Happening::ServerStarts => self.start_server(),
        }
    }

    fn opened(&mut self, conn: ConnId) {
        let now = self.now();
        let Some(wire) = self.wires.get(&conn).filter(|wire| !wire.is_cut) else { return };
        if self.hub.is_none() {
            let refused = Happening::ClientLearnsOfEnd(conn, 1006);
            return self.plan(self.now_ms, refused);
        }
        let client = wire.client;
        self.with_hub(|hub| hub.handle_opened(now, conn));
        if self.current[client] == Some(conn) {
            self.clients[client].session.handle_opened(self.now_ms);
            self.drain_client(client);
        }
    }

    fn commit(&mut self) {
        let Some(append) = self.log.queue.pop_front() else { return };
        let result = self.log.commit(&append);
        let now = self.now();
        self.with_hub(|hub| hub.handle_appended(now, append.ticket, result));
    }

    fn command(&mut self, tab: usize, command: Command) {
        self.clients[tab].session.handle_command(self.now_ms, command);
        self.drain_client(tab);
    }

    fn with_client_of(&mut self, conn: ConnId, input: impl FnOnce(&mut Session, u64)) {
        let Some(client) = self.wires.get(&conn).map(|wire| wire.client) else { return };
        // What a socket says that its client has dropped reaches nobody.
        if self.current[client] == Some(conn) {
            input(&mut self.clients[client].session, self.now_ms);
            self.drain_client(client);
        }
    }

    fn with_hub(&mut self, input: impl FnOnce(&mut Hub)) {
        if let Some(hub) = &mut self.hub {
            input(hub);
            self.drain_hub();
        }
    }

    fn drain_client(&mut self, tab: usize) {
        while let Some(action) = self.clients[tab].session.poll_action() {
            match action {
                Action::Connect => self.connect(tab),
                Action::Transmit(text) => {
                    if let Some(conn) = self.current[tab] {
                        self.send_to_server(conn, text);
                    }
                }
                Action::Disconnect(_) => {
                    if let Some(conn) = self.current[tab].take() {
                        let at = self.now_ms + self.latency_ms();
                        self.plan(at, Happening::ServerLearnsOfEnd(conn));
                    }
                }
                Action::Notify(event) => self.clients[tab].show(event),
            }
        }
        if let Some(at) = self.clients[tab].session.poll_timeout() {
            self.plan(at, Happening::ClientTimer(tab));
        }
    }

    fn drain_hub(&mut self) {
        let now = self.now();
        while let Some(output) = self.hub.as_mut().and_then(Hub::poll_output) {
            match output {
                Output::Transmit { conn, frame } => {
                    let text = String::from_utf8(frame.to_vec()).unwrap();
                    self.send_to_client(conn, Happening::ToClient(conn, text));
                }
                Output::Close { conn, code } => {
                    self.send_to_client(conn, Happening::ClientLearnsOfEnd(conn, code.number()));
                }
                Output::Identify { conn, token } => {
                    let token = token.expect("every tab has its person's token");
                    let user = UserId::parse(token.as_str().trim_end_matches('_')).unwrap();
                    self.hub.as_mut().unwrap().handle_identified(now, conn, Identity { user, token });
                }
                Output::Append(append) => {
                    self.log.queue.push_back(append);
                    let at = self.now_ms + self.latency_ms();
                    self.plan(at, Happening::Committed);
                }
                Output::Read(request) => {
                    let page = self.log.read(&request);
                    self.hub.as_mut().unwrap().handle_page(now, request, Ok(page));
                }
            }
        }
        if let Some(at) = self.hub.as_ref().and_then(Hub::poll_timeout) {
            self.plan(at, Happening::HubTimer);
        }
    }

    fn connect(&mut self, tab: usize) {
        self.counter += 1;
        let conn = ConnId(self.counter);
        let wire = Wire { client: tab, is_cut: false, to_server_at: 0, to_client_at: 0 };
        self.wires.insert(conn, wire);
        self.current[tab] = Some(conn);
        let at = self.now_ms + self.latency_ms();
        self.plan(at, Happening::Opened(conn));
    }

    fn send_to_server(&mut self, conn: ConnId, text: String) {
        let earliest = self.now_ms + self.latency_ms();
        if let Some(wire) = self.wires.get_mut(&conn) {
            wire.to_server_at = wire.to_server_at.max(earliest);
            let at = wire.to_server_at;
            self.plan(at, Happening::ToServer(conn, text));
        }
    }

    fn send_to_client(&mut self, conn: ConnId, happening: Happening) {
        let earliest = self.now_ms + self.latency_ms();
        if let Some(wire) = self.wires.get_mut(&conn) {
            wire.to_client_at = wire.to_client_at.max(earliest);
            let at = wire.to_client_at;
            self.plan(at, happening);
        }
    }

    fn passes(&self, conn: ConnId) -> bool {
        self.wires.get(&conn).is_some_and(|wire| !wire.is_cut)
    }

    /// Mostly short; under faults now and then a stall of seconds.
    fn latency_ms(&mut self) -> u64 {
        if self.has_faults && self.rng.u32(..50) == 0 { self.rng.u64(1_000..15_000) } else { self.rng.u64(1..80) }
    }

    fn plan(&mut self, at: u64, happening: Happening) {
        self.counter += 1;
        self.agenda.push(Reverse((at.max(self.now_ms), self.counter, happening)));
    }

    fn now(&self) -> Now {
        Now { mono_ms: self.now_ms, unix_ms: 1_700_000_000_000 + self.now_ms }
    }
}

fn token(person: usize) -> Token {
    Token::parse(&format!("{:_<32}", format!("person-{person}"))).unwrap()
}
