use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};
use rustc_hash::FxHashMap;

use super::Order;
use super::door::{Door, WAKER};
use super::ear::Ear;
use super::outbox::SharedFrame;
use super::socket::{Heard, Socket, Stage};
use crate::hub::ConnId;
use crate::server::websocket::{Deflater, Frame, Inflater, Opened, Said, Violation};

const EVENTS_AT_ONCE: usize = 1_024;
/// Read by one system call, and by so many for one socket before it is another's turn.
const READ_BYTES: usize = 64 * 1024;
const READS_AT_ONCE: usize = 4;
/// What a client gets to answer the server's close frame.
const CLOSE_WITHIN: Duration = Duration::from_secs(3);
/// A socket that takes nothing for this long is given up.
const STUCK_AFTER: Duration = Duration::from_secs(30);

/// After it has written to so many sockets, a worker waits this long for each, and at most so long at all, before it
/// writes again: what comes meanwhile for the same sockets goes out with it, for a fraction of the cost. Nothing waits that
/// comes later than that, as all does where there is little to do. The longest wait is a third of what a screen takes for a
/// picture.
const GATHER_FOR_EACH: Duration = Duration::from_micros(100);
const GATHER_MAX: Duration = Duration::from_millis(5);
/// That messages are written is reported when there are so many, or so many bytes of them, or after this time. Whoever sends
/// them needs to know only when there may be more, and a report for each would cost nearly as much as the message.
const REPORT_MESSAGES: usize = 16;
const REPORT_BYTES: usize = 32 * 1024;
const REPORT_WITHIN: Duration = Duration::from_millis(100);

/// Sockets to look after at a certain time. All wait equally long, so the first in is the first out.
type Watch<T> = VecDeque<(Instant, ConnId, T)>;

/// One thread and its sockets.
pub struct Worker<T, E> {
    poll: Poll,
    doors: Arc<[Door<T>]>,
    at: usize,
    ear: E,
    message_bytes_max: usize,
    sockets: FxHashMap<ConnId, Box<Socket>>,
    /// Sockets with something to write.
    due: Vec<ConnId>,
    /// When it is written, if anything is due.
    write_at: Instant,
    /// Sockets that may have more to read.
    unread: Vec<ConnId>,
    /// Sockets of which something is to be reported, and when the first of it was written.
    unreported: Vec<ConnId>,
    unreported_since: Option<Instant>,
    closing: Watch<()>,
    /// With what each had written by then.
    blocked: Watch<u64>,
    buffer: Box<[u8]>,
    inflater: Inflater,
    deflater: Deflater,
    is_stopped: bool,
}

impl<T, E: Ear<T>> Worker<T, E> {
    pub fn new(poll: Poll, doors: Arc<[Door<T>]>, at: usize, ear: E, message_bytes_max: usize) -> Self {
        Self {
            poll,
            doors,
            at,
            ear,
            message_bytes_max,
            sockets: FxHashMap::default(),
            due: Vec::new(),
            write_at: Instant::now(),
            unread: Vec::new(),
            unreported: Vec::new(),
            unreported_since: None,
            closing: VecDeque::new(),
            blocked: VecDeque::new(),
            buffer: vec![0; READ_BYTES].into(),
            inflater: Inflater::default(),
            deflater: Deflater::default(),
            is_stopped: false,
        }
    }

    /// Until it is ordered to stop.
    pub fn run(mut self) {
        let mut events = Events::with_capacity(EVENTS_AT_ONCE);
        let mut orders = Vec::new();
        while !self.is_stopped {
            if let Err(error) = self.poll.poll(&mut events, self.patience()) {
                if error.kind() == std::io::ErrorKind::Interrupted {
                    continue;
                }
                return tracing::error!(%error, "could not wait for sockets");
            }
            for conn in std::mem::take(&mut self.unread) {
                self.read(conn);
            }
            for event in events.iter().filter(|event| event.token() != WAKER) {
                let conn = ConnId(event.token().0 as u64);
                if event.is_readable() {
                    self.read(conn);
                }
                if event.is_writable() {
                    self.became_writable(conn);
                }
            }
            self.doors[self.at].take(&mut orders);
            orders.drain(..).for_each(|order| self.carry_out(order));
            self.write_what_is_due();
            self.look_after();
            self.report_what_is_due();
            self.ear.pause();
        }
    }

    /// How long nothing is to be done unless something happens.
    fn patience(&self) -> Option<Duration> {
        if !self.unread.is_empty() {
            return Some(Duration::ZERO);
        }
        let closing = self.closing.front().map(|(at, ..)| *at);
        let blocked = self.blocked.front().map(|(at, ..)| *at);
        let report = self.unreported_since.map(|since| since + REPORT_WITHIN);
        let write = (!self.due.is_empty()).then_some(self.write_at);
        let at = [closing, blocked, report, write].into_iter().flatten().min()?;
        Some(at.saturating_duration_since(Instant::now()))
    }

    fn carry_out(&mut self, order: Order<T>) {
        match order {
            Order::Open { conn, opened, about } => self.open(conn, opened, about),
            Order::Send { conn, frame } => self.send(conn, Rc::new(frame)),
            Order::Broadcast { conns, frame } => {
                let frame = Rc::new(frame);
                conns.into_iter().for_each(|conn| self.send(conn, frame.clone()));
            }
            Order::Close { conn, code, reason } => self.close(conn, Frame::close(code, reason)),
            Order::Stop => self.is_stopped = true,
        }
    }

    fn open(&mut self, conn: ConnId, opened: Opened, about: T) {
        let Opened { stream, early, deflates } = opened;
        let mut stream = mio::net::TcpStream::from_std(stream);
        self.ear.opened(conn, about);
        // Asked for once and for all: the system tells when either becomes possible.
        let interest = Interest::READABLE | Interest::WRITABLE;
        if let Err(error) = self.poll.registry().register(&mut stream, Token(conn.0 as usize), interest) {
            tracing::error!(%error, "could not take over a socket");
            return self.ear.closed(conn);
        }
        let mut socket = Box::new(Socket::new(stream, self.message_bytes_max, deflates));
        let mut pongs = Vec::new();
        let heard = socket.feed(&mut early.to_vec(), &mut self.inflater, &mut |said| {
            told(&mut self.ear, conn, said, &mut pongs);
        });
        self.sockets.insert(conn, socket);
        self.answer(conn, pongs);
        self.after_reading(conn, heard.unwrap_or(Heard::Everything));
    }

    fn read(&mut self, conn: ConnId) {
        for _ in 0..READS_AT_ONCE {
            let Some(socket) = self.sockets.get_mut(&conn) else { return };
            let is_heard = socket.stage == Stage::Open;
            let mut upkeep = Vec::new();
            let heard = socket.read(&mut self.buffer, &mut self.inflater, &mut |said| match said {
                Said::Close(_) | Said::Ping(_) => told(&mut self.ear, conn, said, &mut upkeep),
                said if is_heard => told(&mut self.ear, conn, said, &mut upkeep),
                _ => {}
            });
            self.answer(conn, upkeep);
            if heard != Heard::More {
                return self.after_reading(conn, heard);
            }
        }
        self.unread.push(conn);
    }

    /// Pings and close frames are answered here.
    fn answer(&mut self, conn: ConnId, upkeep: Vec<Upkeep>) {
        for upkeep in upkeep {
            match upkeep {
                // Whoever takes nothing gets no more of them (RFC 6455, section 5.5.3).
                Upkeep::Ping(payload) if self.sockets.get(&conn).is_some_and(|socket| !socket.is_blocked) => {
                    self.send(conn, Rc::new(Arc::new(Frame::pong(&payload))));
                }
                Upkeep::Ping(_) => {}
                Upkeep::Close(code) => self.closed_by_client(conn, code),
            }
        }
    }

    fn closed_by_client(&mut self, conn: ConnId, code: Option<u16>) {
        let Some(socket) = self.sockets.get_mut(&conn) else { return };
        match socket.stage {
            Stage::Open => {
                let frame = code.map_or_else(Frame::close_without_code, |code| Frame::close(code, ""));
                socket.stage = Stage::Ending;
                self.closing.push_back((Instant::now() + CLOSE_WITHIN, conn, ()));
                enqueue(&mut self.due, conn, socket, Rc::new(Arc::new(frame)));
            }
            // It answers ours.
            Stage::Closing => {
                socket.stage = Stage::Ending;
                mark_due(&mut self.due, conn, socket);
            }
            Stage::Ending => {}
        }
    }

    fn after_reading(&mut self, conn: ConnId, heard: Heard) {
        match heard {
            Heard::Everything | Heard::More => {}
            Heard::Lost => self.forget(conn),
            // Whoever listens has the connection closed.
            Heard::Violation(Violation::TooBig) => self.ear.too_big(conn),
            Heard::Violation(Violation::Broken(code)) => {
                self.close(conn, Frame::close(code, "not WebSocket"));
                if let Some(socket) = self.sockets.get_mut(&conn) {
                    socket.stage = Stage::Ending;
                    mark_due(&mut self.due, conn, socket);
                }
            }
        }
    }

    fn send(&mut self, conn: ConnId, frame: SharedFrame) {
        if let Some(socket) = self.sockets.get_mut(&conn).filter(|socket| socket.stage == Stage::Open) {
            enqueue(&mut self.due, conn, socket, frame);
        }
    }

    fn close(&mut self, conn: ConnId, frame: Frame) {
        let Some(socket) = self.sockets.get_mut(&conn) else { return };
        if socket.stage == Stage::Open {
            socket.stage = Stage::Closing;
            self.closing.push_back((Instant::now() + CLOSE_WITHIN, conn, ()));
            enqueue(&mut self.due, conn, socket, Rc::new(Arc::new(frame)));
        }
    }

    fn became_writable(&mut self, conn: ConnId) {
        if let Some(socket) = self.sockets.get_mut(&conn).filter(|socket| socket.is_blocked) {
            socket.is_blocked = false;
            mark_due(&mut self.due, conn, socket);
        }
    }

    fn write_what_is_due(&mut self) {
        if self.due.is_empty() || Instant::now() < self.write_at {
            return;
        }
        let due = std::mem::take(&mut self.due);
        let gather_for = GATHER_FOR_EACH.saturating_mul(due.len().try_into().unwrap_or(u32::MAX)).min(GATHER_MAX);
        due.into_iter().for_each(|conn| self.write(conn));
        self.write_at = Instant::now() + gather_for;
    }

    fn write(&mut self, conn: ConnId) {
        let Some(socket) = self.sockets.get_mut(&conn) else { return };
        socket.is_due = false;
        if socket.is_blocked {
            return;
        }
        let Ok(written) = socket.write(&mut self.deflater) else { return self.forget(conn) };
        if written.messages > 0 {
            let is_first = socket.unreported == (0, 0);
            socket.unreported.0 += written.messages;
            socket.unreported.1 += written.message_bytes;
            if socket.unreported.0 >= REPORT_MESSAGES || socket.unreported.1 >= REPORT_BYTES {
                let (messages, bytes) = std::mem::take(&mut socket.unreported);
                self.ear.written(conn, messages, bytes);
            } else if is_first {
                self.unreported.push(conn);
                self.unreported_since.get_or_insert_with(Instant::now);
            }
        }
        if socket.is_blocked && !std::mem::replace(&mut socket.is_watched, true) {
            self.blocked.push_back((Instant::now() + STUCK_AFTER, conn, socket.written_bytes));
        } else if socket.stage == Stage::Ending && socket.has_written_everything() {
            self.forget(conn);
        }
    }

    fn report_what_is_due(&mut self) {
        if self.unreported_since.is_none_or(|since| since.elapsed() < REPORT_WITHIN) {
            return;
        }
        self.unreported_since = None;
        for conn in std::mem::take(&mut self.unreported) {
            let Some(socket) = self.sockets.get_mut(&conn) else { continue };
            let (messages, bytes) = std::mem::take(&mut socket.unreported);
            if messages > 0 {
                self.ear.written(conn, messages, bytes);
            }
        }
    }

    /// Gives up who does not close and who takes nothing.
    fn look_after(&mut self) {
        if self.closing.is_empty() && self.blocked.is_empty() {
            return;
        }
        let now = Instant::now();
        while let Some((_, conn, ())) = self.closing.pop_front_if(|(at, ..)| *at <= now) {
            self.forget(conn);
        }
        while let Some((_, conn, written_bytes)) = self.blocked.pop_front_if(|(at, ..)| *at <= now) {
            let Some(socket) = self.sockets.get_mut(&conn) else { continue };
            socket.is_watched = socket.is_blocked;
            if !socket.is_blocked {
                continue;
            }
            if socket.written_bytes == written_bytes {
                self.forget(conn);
            } else {
                self.blocked.push_back((now + STUCK_AFTER, conn, socket.written_bytes));
            }
        }
    }

    fn forget(&mut self, conn: ConnId) {
        if let Some(mut socket) = self.sockets.remove(&conn) {
            let _ = self.poll.registry().deregister(socket.stream());
            self.ear.closed(conn);
        }
    }
}

fn enqueue(due: &mut Vec<ConnId>, conn: ConnId, socket: &mut Socket, frame: SharedFrame) {
    socket.push(frame);
    mark_due(due, conn, socket);
}

fn mark_due(due: &mut Vec<ConnId>, conn: ConnId, socket: &mut Socket) {
    if !std::mem::replace(&mut socket.is_due, true) {
        due.push(conn);
    }
}

/// What of that which a client says concerns only its connection.
enum Upkeep {
    Ping(Vec<u8>),
    Close(Option<u16>),
}

fn told<T>(ear: &mut impl Ear<T>, conn: ConnId, said: Said, upkeep: &mut Vec<Upkeep>) {
    match said {
        Said::Text(text) => ear.text(conn, text),
        Said::Binary(payload) => ear.binary(conn, payload),
        Said::Ping(payload) => upkeep.push(Upkeep::Ping(payload.into())),
        Said::Close(code) => upkeep.push(Upkeep::Close(code)),
        Said::Pong => {}
    }
}
