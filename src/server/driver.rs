use std::collections::HashMap;
use std::future::pending;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use rustc_hash::FxHashMap;
use tokio::runtime::Builder;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::accounts::News;
use super::connection::Heard;
use super::hub_handle::Question;
use super::identity::Identification;
use super::notice::Notice;
use super::store::{Reply, Store};
use super::told;
use super::visitor::Visitor;
use super::websocket::Frame;
use super::workers::{Orders, Workers};
use crate::hub::{ConnId, Hub, Now, Output};
use crate::protocol::CloseCode;

/// Inputs taken at one waking.
const INPUTS_AT_ONCE: usize = 64;
/// After so many inputs the workers get what came of them, and have something to do meanwhile.
const INPUTS_BEFORE_ORDERS: usize = 256;
/// What the clients of a stopping server get to take their leave.
const FAREWELL: Duration = Duration::from_secs(2);

/// Owns the hub: feeds it and does what it says. It waits for no socket and for no disk.
pub struct Driver {
    hub: Hub,
    store: Store,
    started: Instant,
    sources: Sources,
    identification: Identification,
    orders: Orders<Box<Visitor>>,
    clients: FxHashMap<ConnId, Client>,
    /// Open connections of each network.
    counts: HashMap<IpAddr, usize>,
    connections_per_address: usize,
}

/// What feeds the driver, beside the clients.
pub struct Sources {
    pub heard: mpsc::Receiver<Vec<Heard>>,
    pub questions: mpsc::Receiver<Question>,
    pub replies: UnboundedReceiver<Reply>,
    pub notices: UnboundedReceiver<Notice>,
}

struct Client {
    network: IpAddr,
    /// What the request told, until it is known who it is.
    visitor: Option<Box<Visitor>>,
}

impl Driver {
    pub fn new(
        hub: Hub,
        store: Store,
        identification: Identification,
        sources: Sources,
        workers: &Workers<Box<Visitor>>,
        connections_per_address: usize,
    ) -> Self {
        Self {
            hub,
            store,
            started: Instant::now(),
            sources,
            identification,
            orders: workers.orders(),
            clients: FxHashMap::default(),
            counts: HashMap::new(),
            connections_per_address,
        }
    }

    /// Runs on a thread of its own, for everybody waits for what is decided here. Gives back the log once it has stopped; that
    /// nothing comes means that it has failed.
    pub fn start(self, stopping: watch::Receiver<bool>) -> io::Result<oneshot::Receiver<Store>> {
        let runtime = Builder::new_current_thread().enable_time().build()?;
        let (stopped, store) = oneshot::channel();
        thread::Builder::new().name("hub".into()).spawn(move || {
            let store = runtime.block_on(self.run(stopping));
            // A server that fails elsewhere does not wait for this.
            let _ = stopped.send(store);
        })?;
        Ok(store)
    }

    /// Runs until it is to stop and the clients have been told so.
    async fn run(mut self, mut stopping: watch::Receiver<bool>) -> Store {
        loop {
            tokio::select! {
                biased;
                () = told(&mut stopping) => break,
                () = self.take_inputs() => {}
            }
        }
        let now = self.now();
        self.hub.handle_shutdown(now);
        self.carry_out();
        self.orders.give();
        if timeout(FAREWELL, self.await_closing()).await.is_err() {
            tracing::info!(clients = self.clients.len(), "did not wait for clients that do not answer");
        }
        self.store
    }

    async fn await_closing(&mut self) {
        while !self.clients.is_empty() {
            self.take_inputs().await;
        }
    }

    /// Waits for something to happen and handles it. Nothing is lost if this is dropped while it waits.
    async fn take_inputs(&mut self) {
        let (mut heard, mut questions, mut replies, mut notices) = (vec![], vec![], vec![], vec![]);
        let timer_at = self.hub.poll_timeout().map(|ms| self.started + Duration::from_millis(ms));
        let timer = async {
            match timer_at {
                Some(at) => sleep_until(at).await,
                None => pending().await,
            }
        };
        tokio::select! {
            biased;
            1.. = self.sources.replies.recv_many(&mut replies, INPUTS_AT_ONCE) => {}
            1.. = self.sources.notices.recv_many(&mut notices, INPUTS_AT_ONCE) => {}
            1.. = self.sources.questions.recv_many(&mut questions, INPUTS_AT_ONCE) => {}
            Some(more) = self.sources.heard.recv() => heard = more,
            () = timer => {}
        }
        let now = self.now();
        for reply in replies {
            self.handle_reply(now, reply);
        }
        self.carry_out();
        for notice in notices {
            self.handle_notice(now, notice);
            self.carry_out();
        }
        for question in questions {
            self.handle_question(now, question);
        }
        for (at, heard) in (1..).zip(heard) {
            self.handle_heard(now, heard);
            self.carry_out();
            if at % INPUTS_BEFORE_ORDERS == 0 {
                self.orders.give();
            }
        }
        // Also when a flood of inputs lets no timer through.
        if self.hub.poll_timeout().is_some_and(|due| due <= now.mono_ms) {
            self.hub.handle_timeout(now);
        }
        self.carry_out();
        self.orders.give();
    }

    fn handle_reply(&mut self, now: Now, reply: Reply) {
        match reply {
            Reply::Appended { ticket, result } => self.hub.handle_appended(now, ticket, result),
            Reply::Page { request, result } => self.hub.handle_page(now, request, result),
        }
    }

    fn handle_notice(&mut self, now: Now, notice: Notice) {
        match notice {
            Notice::Identified { conn, result } => {
                if let Some(client) = self.clients.get_mut(&conn).filter(|_| result.is_ok()) {
                    client.visitor = None;
                }
                self.hub.handle_identified(now, conn, result);
            }
            Notice::News(News::LoginEnded(login)) => self.hub.handle_login_ended(now, &login),
            Notice::News(News::Profile(profile)) => self.hub.handle_profile(now, profile),
            Notice::News(News::PersonGone(user)) => self.hub.handle_person_gone(now, &user),
            Notice::Hashed { ticket, result } => self.hub.handle_hashed(now, ticket, result),
            Notice::Verified { ticket, result } => self.hub.handle_verified(now, ticket, result),
        }
    }

    fn handle_heard(&mut self, now: Now, heard: Heard) {
        match heard {
            Heard::Opened { conn, visitor, network } => self.open(now, conn, visitor, network),
            Heard::Frame { conn, frame } => self.hub.handle_frame(now, conn, frame),
            Heard::Violation { conn, code } => self.hub.handle_violation(now, conn, code),
            Heard::Written { conn, frames, bytes } => self.hub.handle_written(now, conn, frames, bytes),
            Heard::Closed { conn } => {
                self.forget(conn);
                self.hub.handle_closed(now, conn);
            }
        }
    }

    fn handle_question(&mut self, now: Now, question: Question) {
        match question {
            Question::RoomList { viewer, answer } => reply(answer, self.hub.room_list(viewer.as_ref())),
            Question::AdminRooms { answer } => reply(answer, self.hub.admin_rooms()),
            Question::IsValidInvite { room, code, answer } => {
                reply(answer, self.hub.is_valid_invite(now, &room, &code));
            }
            Question::CloseRoom { by, room, answer } => {
                reply(answer, self.hub.handle_close_room(now, by, room));
            }
        }
    }

    fn open(&mut self, now: Now, conn: ConnId, visitor: Box<Visitor>, network: IpAddr) {
        let count = self.counts.entry(network).or_default();
        *count += 1;
        let is_one_too_many = *count > self.connections_per_address;
        self.hub.handle_opened(now, conn, network);
        self.clients.insert(conn, Client { network, visitor: Some(visitor) });
        if is_one_too_many {
            self.hub.handle_violation(now, conn, CloseCode::TooManyConnections);
        }
    }

    fn forget(&mut self, conn: ConnId) {
        let Some(Client { network, .. }) = self.clients.remove(&conn) else { return };
        if let Some(count) = self.counts.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(&network);
            }
        }
    }

    fn carry_out(&mut self) {
        while let Some(output) = self.hub.poll_output() {
            match output {
                Output::Transmit { conn, frame } => self.orders.send(conn, Arc::new(frame.into())),
                Output::Broadcast { conns, frame } => self.orders.broadcast(conns, &Arc::new(Frame::from(frame))),
                Output::Close { conn, code } => {
                    tracing::debug!(conn = conn.0, ?code, "closing");
                    self.orders.close(conn, code.number(), code.reason());
                }
                Output::Identify { conn, claim } => {
                    if let Some(visitor) = self.clients.get(&conn).and_then(|client| client.visitor.as_ref()) {
                        self.identification.identify(conn, claim, visitor);
                    }
                }
                Output::HashPassword { ticket, password } => self.identification.hash(ticket, password),
                Output::VerifyPassword { ticket, password, hash } => self.identification.verify(ticket, password, hash),
                Output::Append(append) => self.store.append(append),
                Output::MarkRead(mark) => self.store.mark_read(mark),
                Output::Read(request) => self.store.read(request),
            }
        }
    }

    fn now(&self) -> Now {
        let unix_ms = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_millis() as u64);
        Now { mono_ms: self.started.elapsed().as_millis() as u64, unix_ms }
    }
}

fn reply<T>(answer: oneshot::Sender<T>, value: T) {
    // Whoever asked may have gone.
    let _ = answer.send(value);
}
