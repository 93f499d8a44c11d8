use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::oneshot;

use crate::checker::Hearing;
use crate::dialect::{Dialect, Heard, Request};
use crate::measures::Sent;
use crate::outbox::Outbox;
use crate::run::{Run, lock};
use crate::stamp::Stamp;
use crate::websocket::{BINARY, CLOSE, PING, TEXT, take_frame};

/// One person with one connection at a time.
pub struct Person {
    pub number: u32,
    pub run: Arc<Run>,
    link: Mutex<Link>,
}

struct Link {
    dialect: Box<dyn Dialect>,
    out: Outbox,
    socket: Option<OwnedWriteHalf>,
    /// Tells who reads why to end.
    give_up: Option<oneshot::Sender<String>>,
    hearing: Hearing,
    is_live: bool,
    opened_us: u64,
    /// How many messages the person has said.
    said: u32,
    /// What the server wants of whoever comes back.
    reconnect_after_ms: Option<u64>,
    heard: Vec<Heard>,
}

impl Person {
    pub fn new(number: u32, run: Arc<Run>) -> Self {
        let dialect = run.options.dialect.dialect(run.member(number));
        let link = Link {
            dialect,
            out: Outbox::default(),
            socket: None,
            give_up: None,
            hearing: Hearing::default(),
            is_live: false,
            opened_us: 0,
            said: 0,
            reconnect_after_ms: None,
            heard: Vec::new(),
        };
        Self { number, run, link: Mutex::new(link) }
    }

    pub fn request(&self) -> Request {
        lock(&self.link).dialect.request()
    }

    /// The person begins to connect.
    pub fn connects(&self) {
        let mut link = lock(&self.link);
        link.opened_us = self.run.now_us();
        link.reconnect_after_ms = None;
    }

    /// Gives what tells why the connection is to be given up, if it is.
    pub fn opened(&self, socket: OwnedWriteHalf) -> oneshot::Receiver<String> {
        let link = &mut *lock(&self.link);
        let (give_up, given_up) = oneshot::channel();
        (link.socket, link.give_up) = (Some(socket), Some(give_up));
        link.dialect.opened(&mut link.out);
        link.flush();
        given_up
    }

    /// The connection is gone. Tells how long the server wants the person to stay away.
    pub fn lost(&self) -> Option<u64> {
        let mut link = lock(&self.link);
        (link.socket, link.give_up) = (None, None);
        link.out.clear();
        if std::mem::take(&mut link.is_live) {
            self.run.live.fetch_sub(1, Ordering::Relaxed);
        }
        link.reconnect_after_ms
    }

    pub fn tick(&self, now_ms: u64) {
        let link = &mut *lock(&self.link);
        if link.socket.is_some() {
            match link.dialect.tick(now_ms, &mut link.out) {
                Ok(()) => link.flush(),
                // If nobody listens any more, it is given up already.
                Err(why) => drop(link.give_up.take().map(|give_up| give_up.send(why))),
            }
        }
    }

    /// Takes all whole frames off the bytes and tells how many bytes they were.
    pub fn hear(&self, bytes: &[u8]) -> Result<usize, String> {
        let link = &mut *lock(&self.link);
        let mut rest = bytes;
        let mut frames = 0;
        let mut ends = false;
        while let Some(frame) = take_frame(&mut rest)? {
            frames += 1;
            match frame.opcode {
                TEXT | BINARY => {
                    let is_text = frame.opcode == TEXT;
                    link.dialect.hear(frame.payload, is_text, &mut link.out, &mut link.heard);
                }
                PING => link.out.pong(frame.payload),
                CLOSE => ends = true,
                _ => {}
            }
        }
        let taken = bytes.len() - rest.len();
        self.measure(link, frames, taken as u64);
        link.flush();
        if ends { Err("closed by the server".into()) } else { Ok(taken) }
    }

    fn measure(&self, link: &mut Link, frames: u64, bytes: u64) {
        let run = &*self.run;
        let now_us = run.now_us();
        let mut accepted = 0;
        let mut measures = run.measures();
        measures.frames += frames;
        measures.bytes += bytes;
        if link.heard.is_empty() {
            return;
        }
        let mut record = run.record(run.member(self.number).room);
        for heard in link.heard.drain(..) {
            let sender = if let Heard::Message { stamp, .. } = heard { run.number_in_room(stamp.sender) } else { 0 };
            if let Err(why) = record.hear(&mut link.hearing, &heard, sender) {
                measures.violations.push(format!("person {}: {why}", self.number));
            }
            match heard {
                Heard::Message { stamp, .. } => {
                    measures.deliveries += 1;
                    if measures.window_us.contains(&stamp.due_us) {
                        measures.delivery.saturating_record(now_us.saturating_sub(stamp.due_us));
                    }
                }
                Heard::Accepted { id } => {
                    accepted += 1;
                    measures.accepted_count += 1;
                    let Some(sent) = measures.sent.get_mut(id as usize) else { continue };
                    sent.is_accepted = true;
                    let due_us = sent.due_us;
                    if measures.window_us.contains(&due_us) {
                        measures.accepted.saturating_record(now_us.saturating_sub(due_us));
                    }
                }
                Heard::Live { .. } if !std::mem::replace(&mut link.is_live, true) => {
                    run.live.fetch_add(1, Ordering::Relaxed);
                    let since_us = link.opened_us.min(run.lost_at_us.load(Ordering::Relaxed));
                    measures.live.saturating_record(now_us.saturating_sub(since_us));
                }
                Heard::Refused(why) => {
                    measures.refused += 1;
                    if measures.refused <= 5 {
                        eprintln!("person {} was refused: {why}", self.number);
                    }
                }
                Heard::Bye { reconnect_after_ms } => link.reconnect_after_ms = reconnect_after_ms,
                Heard::Live { .. } | Heard::Passed { .. } => {}
            }
        }
        drop((measures, record));
        if accepted > 0 && run.goes_on.load(Ordering::Relaxed) {
            self.say_more(link, now_us, accepted);
        }
    }

    /// Says one thing that was due at this time.
    pub fn say(&self, due_us: u64) {
        self.say_many(due_us, 1);
    }

    /// Says so many things in one write.
    pub fn say_many(&self, due_us: u64, count: u32) {
        let link = &mut *lock(&self.link);
        self.say_more(link, due_us, count);
        link.flush();
        let mut measures = self.run.measures();
        if measures.window_us.contains(&due_us) {
            let late_us = self.run.now_us().saturating_sub(due_us);
            measures.lateness.saturating_record(late_us);
        }
    }

    fn say_more(&self, link: &mut Link, due_us: u64, count: u32) {
        let mut body = String::new();
        for _ in 0..count {
            let stamp = Stamp { due_us, sender: self.number, n: link.said };
            link.said += 1;
            let id = {
                let sent = &mut self.run.measures().sent;
                sent.push(Sent { due_us, sender: stamp.sender, n: stamp.n, is_accepted: false });
                sent.len() as u64 - 1
            };
            stamp.write(self.run.options.body_bytes, &mut body);
            link.dialect.say(&body, id, &mut link.out);
        }
    }

    pub fn is_live(&self) -> bool {
        lock(&self.link).is_live
    }

    /// Whether the person has everything that anybody in the room has.
    pub fn is_complete(&self) -> bool {
        let link = lock(&self.link);
        self.run.record(self.run.member(self.number).room).is_complete(&link.hearing)
    }

    /// What the person does not have, in words.
    pub fn lack(&self) -> String {
        let link = lock(&self.link);
        self.run.record(self.run.member(self.number).room).lack(&link.hearing)
    }
}

impl Link {
    /// What the socket does not take now goes with the next tick.
    fn flush(&mut self) {
        let Some(socket) = &self.socket else { return self.out.clear() };
        while !self.out.is_empty() {
            match socket.try_write(self.out.waiting()) {
                Ok(count) => self.out.take(count),
                // A broken socket is seen by who reads it.
                Err(_) => return,
            }
        }
    }
}
