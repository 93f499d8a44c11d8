use std::collections::HashMap;
use std::future::pending;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc::{self, UnboundedReceiver, error::TrySendError};
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::accounts::News;
use super::hub_handle::{Input, Outgoing};
use super::identity::Identification;
use super::notice::Notice;
use super::store::{Reply, Store};
use super::told;
use super::visitor::{Visitor, network};
use crate::hub::{ConnId, Hub, Now, Output};
use crate::protocol::CloseCode;

/// Inputs taken at one waking.
const INPUTS_AT_ONCE: usize = 64;
/// What the clients of a stopping server get to take their leave.
const FAREWELL: Duration = Duration::from_secs(2);

/// Owns the hub: feeds it and does what it says. It waits for no socket and for no disk.
pub struct Driver {
    hub: Hub,
    store: Store,
    started: Instant,
    inputs: mpsc::Receiver<Input>,
    replies: UnboundedReceiver<Reply>,
    notices: UnboundedReceiver<Notice>,
    identification: Identification,
    sockets: HashMap<ConnId, Socket>,
    /// Open sockets of each network.
    counts: HashMap<IpAddr, usize>,
    connections_per_address: usize,
}

/// What feeds the driver, beside the clients.
pub struct Sources {
    pub inputs: mpsc::Receiver<Input>,
    pub replies: UnboundedReceiver<Reply>,
    pub notices: UnboundedReceiver<Notice>,
}

struct Socket {
    /// There is none once the hub is done with it.
    outbox: Option<mpsc::Sender<Outgoing>>,
    visitor: Visitor,
}

impl Driver {
    pub fn new(
        hub: Hub,
        store: Store,
        identification: Identification,
        sources: Sources,
        connections_per_address: usize,
    ) -> Self {
        let Sources { inputs, replies, notices } = sources;
        Self {
            hub,
            store,
            started: Instant::now(),
            inputs,
            replies,
            notices,
            identification,
            sockets: HashMap::new(),
            counts: HashMap::new(),
            connections_per_address,
        }
    }

    /// Runs until it is to stop and the clients have been told so. Gives back the log to be closed.
    pub async fn run(mut self, mut stopping: watch::Receiver<bool>) -> Store {
        loop {
            tokio::select! {
                biased;
                () = told(&mut stopping) => break,
                () = self.take_inputs() => {}
            }
        }
        let now = self.now();
        self.hub.handle_shutdown(now);
        self.carry_out(now);
        if timeout(FAREWELL, self.await_closing()).await.is_err() {
            tracing::info!(sockets = self.sockets.len(), "did not wait for clients that do not answer");
        }
        self.store
    }

    async fn await_closing(&mut self) {
        while !self.sockets.is_empty() {
            self.take_inputs().await;
        }
    }

    /// Waits for something to happen and handles it. Nothing is lost if this is dropped while it waits.
    async fn take_inputs(&mut self) {
        let (mut inputs, mut replies, mut notices) = (Vec::new(), Vec::new(), Vec::new());
        let timer_at = self.hub.poll_timeout().map(|ms| self.started + Duration::from_millis(ms));
        let timer = async {
            match timer_at {
                Some(at) => sleep_until(at).await,
                None => pending().await,
            }
        };
        tokio::select! {
            biased;
            1.. = self.replies.recv_many(&mut replies, INPUTS_AT_ONCE) => {}
            1.. = self.notices.recv_many(&mut notices, INPUTS_AT_ONCE) => {}
            1.. = self.inputs.recv_many(&mut inputs, INPUTS_AT_ONCE) => {}
            () = timer => {}
        }
        let now = self.now();
        for reply in replies {
            self.handle_reply(now, reply);
            self.carry_out(now);
        }
        for notice in notices {
            self.handle_notice(now, notice);
            self.carry_out(now);
        }
        for input in inputs {
            self.handle_input(now, input);
            self.carry_out(now);
        }
        // Also when a flood of inputs lets no timer through.
        if self.hub.poll_timeout().is_some_and(|due| due <= now.mono_ms) {
            self.hub.handle_timeout(now);
            self.carry_out(now);
        }
    }

    fn handle_reply(&mut self, now: Now, reply: Reply) {
        match reply {
            Reply::Appended { ticket, result } => self.hub.handle_appended(now, ticket, result),
            Reply::Page { request, result } => self.hub.handle_page(now, request, result),
        }
    }

    fn handle_notice(&mut self, now: Now, notice: Notice) {
        match notice {
            Notice::Identified { conn, result } => self.hub.handle_identified(now, conn, result),
            Notice::News(News::LoginEnded(login)) => self.hub.handle_login_ended(now, &login),
            Notice::News(News::Profile(profile)) => self.hub.handle_profile(now, profile),
            Notice::News(News::PersonGone(user)) => self.hub.handle_person_gone(now, &user),
            Notice::Hashed { ticket, result } => self.hub.handle_hashed(now, ticket, result),
            Notice::Verified { ticket, result } => self.hub.handle_verified(now, ticket, result),
        }
    }

    fn handle_input(&mut self, now: Now, input: Input) {
        match input {
            Input::Opened { conn, outbox, visitor } => self.open(now, conn, outbox, visitor),
            Input::Text { conn, text } => self.hub.handle_text(now, conn, text.as_str()),
            Input::Violation { conn, code } => self.hub.handle_violation(now, conn, code),
            Input::Written { conn, frames, bytes } => self.hub.handle_written(now, conn, frames, bytes),
            Input::Closed { conn } => {
                self.forget(conn);
                self.hub.handle_closed(now, conn);
            }
            Input::RoomList { viewer, answer } => reply(answer, self.hub.room_list(viewer.as_ref())),
            Input::AdminRooms { answer } => reply(answer, self.hub.admin_rooms()),
            Input::IsValidInvite { room, code, answer } => {
                reply(answer, self.hub.is_valid_invite(now, &room, &code));
            }
            Input::CloseRoom { by, room, answer } => {
                reply(answer, self.hub.handle_close_room(now, by, room));
            }
        }
    }

    fn open(&mut self, now: Now, conn: ConnId, outbox: mpsc::Sender<Outgoing>, visitor: Visitor) {
        let count = self.counts.entry(network(visitor.address)).or_default();
        *count += 1;
        let is_one_too_many = *count > self.connections_per_address;
        self.hub.handle_opened(now, conn, network(visitor.address));
        self.sockets.insert(conn, Socket { outbox: Some(outbox), visitor });
        if is_one_too_many {
            self.hub.handle_violation(now, conn, CloseCode::TooManyConnections);
        }
    }

    fn forget(&mut self, conn: ConnId) {
        let Some(socket) = self.sockets.remove(&conn) else { return };
        let network = network(socket.visitor.address);
        if let Some(count) = self.counts.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(&network);
            }
        }
    }

    fn carry_out(&mut self, now: Now) {
        while let Some(output) = self.hub.poll_output() {
            match output {
                Output::Transmit { conn, frame } => self.post(now, conn, Outgoing::Frame(frame)),
                Output::Broadcast { conns, frame } => {
                    for conn in conns {
                        self.post(now, conn, Outgoing::Frame(frame.clone()));
                    }
                }
                Output::Close { conn, code } => {
                    tracing::debug!(conn = conn.0, ?code, "closing");
                    self.post(now, conn, Outgoing::Close(code));
                    self.drop_outbox(conn);
                }
                Output::Identify { conn, claim } => {
                    if let Some(socket) = self.sockets.get(&conn) {
                        self.identification.identify(conn, claim, &socket.visitor);
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

    fn post(&mut self, now: Now, conn: ConnId, outgoing: Outgoing) {
        let Some(outbox) = self.sockets.get(&conn).and_then(|socket| socket.outbox.as_ref()) else { return };
        // One that is closed has lost its socket, and says so itself.
        if let Err(TrySendError::Full(_)) = outbox.try_send(outgoing) {
            tracing::error!(conn = conn.0, "the hub sent more than a socket may have in flight");
            self.drop_outbox(conn);
            self.hub.handle_closed(now, conn);
        }
    }

    /// Nothing more comes for this socket.
    fn drop_outbox(&mut self, conn: ConnId) {
        if let Some(socket) = self.sockets.get_mut(&conn) {
            socket.outbox = None;
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
