use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::extract::ws::Utf8Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep_until, timeout};
use tracing::{debug, error};

use super::identity::identify;
use super::store::{Loaded, Log, Store, StoreEvent};
use crate::hub::{ConnId, Hub, Now, Output};
use crate::protocol::limits::FRAMES_IN_FLIGHT_MAX;
use crate::protocol::{CloseCode, RoomSummary};

/// Inputs that may wait for the hub. When it is full, sockets are read no further until it has caught up.
const INPUTS_WAITING_MAX: usize = 4_096;
/// What the hub may send beyond its frames in flight: the last of a batch of states, `bye`, and the closing itself.
const FRAMES_BEYOND: usize = 32;

/// Something for the hub to take in.
#[derive(Debug)]
enum Input {
    Opened(ConnId, mpsc::Sender<Outgoing>),
    Text(ConnId, Utf8Bytes),
    Violation(ConnId, CloseCode),
    Written(ConnId, usize),
    Closed(ConnId),
    Store(StoreEvent),
    RoomList(oneshot::Sender<Vec<RoomSummary>>),
    /// To be over after this time at the latest.
    Stop(Duration),
}

/// Something for a socket to write.
#[derive(Debug)]
pub enum Outgoing {
    Frame(Utf8Bytes),
    Close(CloseCode),
}

/// The one task that owns the hub: feeds it sockets, log and clock, and carries out what it wants.
pub struct Driver {
    hub: Hub,
    log: Log,
    inputs: mpsc::Receiver<Input>,
    sockets: HashMap<ConnId, mpsc::Sender<Outgoing>>,
    /// Connections whose tasks have not ended.
    open: usize,
    stop_by: Option<Instant>,
    started: Instant,
}

/// How the rest of the server reaches the hub.
#[derive(Debug, Clone)]
pub struct Handle {
    inputs: mpsc::Sender<Input>,
    next_conn: Arc<AtomicU64>,
    is_log_healthy: Arc<AtomicBool>,
}

impl Driver {
    pub fn new(store: Store, loaded: Loaded) -> (Self, Handle) {
        let (sender, inputs) = mpsc::channel(INPUTS_WAITING_MAX);
        let answers = sender.clone();
        // On a thread of the log. Once the driver has ended, nobody waits for the answer.
        let log = store.start(move |event| drop(answers.blocking_send(Input::Store(event))));
        let handle = Handle { inputs: sender, next_conn: Arc::default(), is_log_healthy: log.health() };
        let seed = getrandom::u64().unwrap_or_default();
        let hub = Hub::new(loaded.epoch, loaded.rooms, seed);
        let (sockets, started) = (HashMap::new(), Instant::now());
        (Self { hub, log, inputs, sockets, open: 0, stop_by: None, started }, handle)
    }

    pub async fn run(mut self) {
        let mut batch = Vec::new();
        while !self.is_over() {
            let wake_at = self.wake_at();
            tokio::select! {
                count = self.inputs.recv_many(&mut batch, 256) => if count == 0 { break },
                () = sleep_until(wake_at.unwrap_or(self.started).into()), if wake_at.is_some() => {}
            }
            for input in batch.drain(..) {
                self.take_in(input);
                self.drain();
            }
            let now = self.now();
            if self.hub.poll_timeout().is_some_and(|at| at <= now.mono_ms) {
                self.hub.handle_timeout(now);
                self.drain();
            }
        }
        // The log still commits what has queued; closing the inputs first lets its threads end.
        let Self { log, inputs, .. } = self;
        drop(inputs);
        if tokio::task::spawn_blocking(move || drop(log)).await.is_err() {
            error!("the log could not be closed");
        }
    }

    fn take_in(&mut self, input: Input) {
        let now = self.now();
        match input {
            Input::Opened(conn, socket) => {
                self.open += 1;
                self.sockets.insert(conn, socket);
                self.hub.handle_opened(now, conn);
            }
            Input::Text(conn, text) => self.hub.handle_text(now, conn, &text),
            Input::Violation(conn, code) => self.hub.handle_violation(now, conn, code),
            Input::Written(conn, frames) => self.hub.handle_written(now, conn, frames),
            Input::Closed(conn) => {
                self.open -= 1;
                self.sockets.remove(&conn);
                self.hub.handle_closed(now, conn);
            }
            Input::Store(StoreEvent::Appended(ticket, result)) => self.hub.handle_appended(now, ticket, result),
            Input::Store(StoreEvent::Page(request, result)) => self.hub.handle_page(now, request, result),
            // Whoever asked may have gone.
            Input::RoomList(answer) => drop(answer.send(self.hub.room_list())),
            Input::Stop(within) => {
                self.stop_by = Some(Instant::now() + within);
                self.hub.handle_shutdown(now);
            }
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.hub.poll_output() {
            match output {
                Output::Transmit { conn, frame } => match Utf8Bytes::try_from(frame) {
                    Ok(frame) => self.write(conn, Outgoing::Frame(frame)),
                    Err(cause) => error!(%cause, "a frame is not UTF-8"),
                },
                Output::Close { conn, code } => {
                    debug!(conn = conn.0, ?code, "closing");
                    self.write(conn, Outgoing::Close(code));
                    self.sockets.remove(&conn);
                }
                Output::Identify { conn, token } => match identify(token) {
                    Ok(identity) => {
                        let now = self.now();
                        self.hub.handle_identified(now, conn, identity);
                    }
                    Err(cause) => {
                        error!(%cause, "no random numbers for a token");
                        self.sockets.remove(&conn);
                    }
                },
                Output::Append(append) => self.log.append(append),
                Output::Read(request) => self.log.read(request),
            }
        }
    }

    fn write(&mut self, conn: ConnId, outgoing: Outgoing) {
        let Some(socket) = self.sockets.get(&conn) else { return };
        if let Err(mpsc::error::TrySendError::Full(_)) = socket.try_send(outgoing) {
            // The hub bounds what is in flight, so this is a mistake in it. Without its sender the socket closes, and
            // the client comes back to its cursor.
            error!(conn = conn.0, "more frames in flight than the hub may send");
            self.sockets.remove(&conn);
        }
    }

    fn wake_at(&self) -> Option<Instant> {
        let timer = self.hub.poll_timeout().map(|at| self.started + Duration::from_millis(at));
        [timer, self.stop_by].into_iter().flatten().min()
    }

    fn is_over(&self) -> bool {
        self.stop_by.is_some_and(|stop_by| self.open == 0 || stop_by <= Instant::now())
    }

    fn now(&self) -> Now {
        let unix_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, as_ms);
        Now { mono_ms: as_ms(self.started.elapsed()), unix_ms }
    }
}

impl Handle {
    /// Announces a socket that has opened. What it is to write comes by the receiver.
    pub async fn opened(&self) -> (ConnId, mpsc::Receiver<Outgoing>) {
        let conn = ConnId(self.next_conn.fetch_add(1, Ordering::Relaxed));
        let (sender, frames) = mpsc::channel(FRAMES_IN_FLIGHT_MAX + FRAMES_BEYOND);
        self.input(Input::Opened(conn, sender)).await;
        (conn, frames)
    }

    pub async fn text(&self, conn: ConnId, text: Utf8Bytes) {
        self.input(Input::Text(conn, text)).await;
    }

    pub async fn violation(&self, conn: ConnId, code: CloseCode) {
        self.input(Input::Violation(conn, code)).await;
    }

    pub async fn written(&self, conn: ConnId, frames: usize) {
        self.input(Input::Written(conn, frames)).await;
    }

    /// Each connection that was opened ends with this.
    pub async fn closed(&self, conn: ConnId) {
        self.input(Input::Closed(conn)).await;
    }

    pub async fn room_list(&self) -> Vec<RoomSummary> {
        let (answer, list) = oneshot::channel();
        self.input(Input::RoomList(answer)).await;
        list.await.unwrap_or_default()
    }

    pub async fn stop(&self, within: Duration) {
        self.input(Input::Stop(within)).await;
    }

    /// Whether messages can be taken: the hub answers, and the last commit succeeded.
    pub async fn is_healthy(&self) -> bool {
        let answers = timeout(Duration::from_secs(2), self.room_list()).await.is_ok();
        answers && !self.inputs.is_closed() && self.is_log_healthy.load(Ordering::Relaxed)
    }

    async fn input(&self, input: Input) {
        // It fails only after the driver has ended, when there is nothing left to tell.
        let _ = self.inputs.send(input).await;
    }
}

fn as_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
