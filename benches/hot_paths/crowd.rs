use std::net::{IpAddr, Ipv4Addr};

use parlor::hub::{Codes, ConnId, Hub, Identity, Now, Output};
use parlor::log::{Batch, Engine, MemoryEngine, Reader, Secret, Unavailable, parlor};
use parlor::protocol::{
    Access, ClientFrame, EntryKind, Epoch, Hello, InviteCode, InviteId, LoginId, MessageId, Profile, RoomId, User,
    UserId, encode,
};

/// A hub with many people in one room, a log in memory, and sockets that take everything.
pub struct Crowd {
    hub: Hub,
    log: MemoryEngine,
    now: Now,
    conns: u64,
    said: u64,
    seq: u64,
}

struct NoCodes;

impl Codes for NoCodes {
    fn new_code(&mut self) -> (InviteId, InviteCode) {
        unreachable!("nobody makes a link")
    }

    fn digest(&self, code: &InviteCode) -> Secret {
        Secret::new(code.as_str())
    }
}

impl Crowd {
    pub fn of(people: u64) -> Self {
        let mut log = MemoryEngine::new(Epoch::parse("epoch").unwrap());
        let created = parlor::log::Append {
            ticket: parlor::log::Ticket(0),
            room: room(),
            at: 1,
            by: parlor(),
            kind: EntryKind::Created { name: "Hall".into(), access: Access::Open },
            repeat_only: false,
            secret: None,
        };
        log.commit(Batch { appends: vec![created], reads: vec![] }).unwrap();
        let loaded = log.load().unwrap();
        let hub = Hub::new(loaded.epoch, loaded.rooms, 1, Box::new(NoCodes)).with_messages_per_second(100_000);
        let now = Now { mono_ms: 1_000, unix_ms: 1_764_000_000_000 };
        let mut crowd = Self { hub, log, now, conns: 0, said: 0, seq: 0 };
        for n in 0..people {
            crowd.enter(n);
            if n % 32 == 0 {
                crowd.ack_all();
            }
        }
        crowd.now.mono_ms += 10_000;
        crowd.hub.handle_timeout(crowd.now);
        crowd.carry_out();
        crowd.ack_all();
        crowd
    }

    fn enter(&mut self, n: u64) {
        let conn = ConnId(n);
        self.conns += 1;
        self.hub.handle_opened(self.now, conn, IpAddr::V4(Ipv4Addr::LOCALHOST));
        self.hear(conn, &ClientFrame::Hello(Hello { name: Some(format!("Somebody {n}")), ..Hello::default() }));
        let user = User { id: UserId::parse(&format!("person-{n}")).unwrap(), name: format!("Somebody {n}") };
        let login = LoginId::parse(&format!("login-{n}")).unwrap();
        let profile = Profile { user, secured: false, admin: false };
        self.hub.handle_identified(self.now, conn, Ok(Identity { profile, login, token: None }));
        self.carry_out();
        self.hear(conn, &ClientFrame::Join { room: room(), since: None, password: None, invite: None });
        self.carry_out();
        self.ack(conn);
    }

    fn hear(&mut self, conn: ConnId, frame: &ClientFrame) {
        self.hub.handle_text(self.now, conn, &encode(frame));
    }

    pub fn ack_all(&mut self) {
        (0..self.conns).for_each(|n| self.ack(ConnId(n)));
    }

    fn ack(&mut self, conn: ConnId) {
        self.hear(conn, &ClientFrame::Ack { cursors: [(room(), self.seq)].into() });
        self.carry_out();
    }

    /// What somebody says, decoded but not handled yet.
    pub fn message(&mut self) -> ClientFrame {
        self.said += 1;
        let id = MessageId::parse(&format!("message-{}", self.said)).unwrap();
        ClientFrame::Send { room: room(), id, body: "Good morning, everybody in the hall".into() }
    }

    /// Somebody says something, and everybody gets it. Returns the outputs that this took, and the deliveries.
    pub fn say(&mut self, message: ClientFrame) -> (usize, usize) {
        self.now.mono_ms += 1;
        self.hub.handle_frame(self.now, ConnId(0), Ok(message));
        self.carry_out()
    }

    fn carry_out(&mut self) -> (usize, usize) {
        let (mut outputs, mut deliveries) = (0, 0);
        while let Some(output) = self.hub.poll_output() {
            outputs += 1;
            match output {
                Output::Transmit { conn, frame } => {
                    deliveries += 1;
                    self.hub.handle_written(self.now, conn, 1, frame.len());
                }
                Output::Broadcast { conns, frame } => {
                    deliveries += conns.len();
                    for conn in conns {
                        self.hub.handle_written(self.now, conn, 1, frame.len());
                    }
                }
                Output::Append(append) => {
                    let ticket = append.ticket;
                    let batch = Batch { appends: vec![append], reads: vec![] };
                    let result = self.log.commit(batch).unwrap().remove(0);
                    self.seq = result.as_ref().unwrap().entry.seq;
                    self.hub.handle_appended(self.now, ticket, result);
                }
                Output::Read(request) => {
                    let page = self.log.reader().unwrap().page(&request.room, request.range, request.limit);
                    self.hub.handle_page(self.now, request, page.map_err(|_| Unavailable));
                }
                Output::Identify { .. } | Output::MarkRead(_) => {}
                output => panic!("unexpected here: {output:?}"),
            }
        }
        (outputs, deliveries)
    }
}

fn room() -> RoomId {
    RoomId::parse("hall").unwrap()
}
