use std::collections::HashMap;
use std::future::pending;
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc::{self, UnboundedReceiver, error::TrySendError};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::hub_handle::{Input, Outgoing};
use super::identity::identify;
use super::store::{Reply, Store};
use super::told;
use crate::hub::{ConnId, Hub, Now, Output};

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
    /// Every open socket; without an outbox once the hub is done with it.
    sockets: HashMap<ConnId, Option<mpsc::Sender<Outgoing>>>,
}

impl Driver {
    pub fn new(hub: Hub, store: Store, inputs: mpsc::Receiver<Input>, replies: UnboundedReceiver<Reply>) -> Self {
        Self { hub, store, started: Instant::now(), inputs, replies, sockets: HashMap::new() }
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
        let (mut inputs, mut replies) = (Vec::new(), Vec::new());
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
            1.. = self.inputs.recv_many(&mut inputs, INPUTS_AT_ONCE) => {}
            () = timer => {}
        }
        let now = self.now();
        for reply in replies {
            self.handle_reply(now, reply);
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

    fn handle_input(&mut self, now: Now, input: Input) {
        match input {
            Input::Opened { conn, outbox } => {
                self.sockets.insert(conn, Some(outbox));
                self.hub.handle_opened(now, conn, std::net::IpAddr::from([127, 0, 0, 1]));
            }
            Input::Text { conn, text } => self.hub.handle_text(now, conn, text.as_str()),
            Input::Violation { conn, code } => self.hub.handle_violation(now, conn, code),
            Input::Written { conn, frames } => self.hub.handle_written(now, conn, frames),
            Input::Closed { conn } => {
                self.sockets.remove(&conn);
                self.hub.handle_closed(now, conn);
            }
            Input::RoomList { answer } => {
                // Whoever asked may have gone.
                let _ = answer.send(self.hub.room_list(None));
            }
        }
    }

    fn carry_out(&mut self, now: Now) {
        while let Some(output) = self.hub.poll_output() {
            match output {
                Output::Transmit { conn, frame } => self.post(now, conn, Outgoing::Frame(frame)),
                Output::Close { conn, code } => {
                    tracing::debug!(conn = conn.0, ?code, "closing");
                    self.post(now, conn, Outgoing::Close(code));
                    self.drop_outbox(conn);
                }
                Output::Identify { conn, claim } => self.hub.handle_identified(now, conn, Ok(identify(claim))),
                Output::HashPassword { .. } | Output::VerifyPassword { .. } => {}
                Output::Append(append) => self.store.append(append),
                Output::MarkRead(mark) => self.store.mark_read(mark),
                Output::Read(request) => self.store.read(request),
            }
        }
    }

    fn post(&mut self, now: Now, conn: ConnId, outgoing: Outgoing) {
        let Some(Some(outbox)) = self.sockets.get(&conn) else { return };
        // One that is closed has lost its socket, and says so itself.
        if let Err(TrySendError::Full(_)) = outbox.try_send(outgoing) {
            tracing::error!(conn = conn.0, "the hub sent more than a socket may have in flight");
            self.drop_outbox(conn);
            self.hub.handle_closed(now, conn);
        }
    }

    /// Nothing more comes for this socket.
    fn drop_outbox(&mut self, conn: ConnId) {
        if let Some(outbox) = self.sockets.get_mut(&conn) {
            *outbox = None;
        }
    }

    fn now(&self) -> Now {
        let unix_ms = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_millis() as u64);
        Now { mono_ms: self.started.elapsed().as_millis() as u64, unix_ms }
    }
}
