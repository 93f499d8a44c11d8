use std::collections::VecDeque;

use parlor::protocol::limits::{
    ACK_AFTER_MS, ACK_EVERY_ENTRIES, PAGE_ENTRIES_MAX, PING_EVERY_MS, PING_JITTER_PERCENT, PONG_WITHIN_MS,
};
use parlor::protocol::{
    ClientFrame, Epoch, ErrorCode, Hello, Joined, Refusal, RoomId, SUBPROTOCOL, ServerFrame, Token, Welcome,
    decode_server, encode,
};

use self::entry::Entry;
use self::filling::Filling;
use crate::dialect::{Dialect, Heard, Member, Request};
use crate::outbox::Outbox;

mod entry;
mod filling;
#[cfg(test)]
mod tests;

/// A complete client of `docs/PROTOCOL.md`, for one person in one room.
pub struct Parlor {
    member: Member,
    room: RoomId,
    /// How entries of the room begin, up to their seq.
    entry_start: Vec<u8>,
    token: Option<Token>,
    epoch: Option<Epoch>,
    cursor: Option<u64>,
    /// The server repeats up to here what has come already.
    repeats_until: u64,
    /// Set while entries are missing that came while the person was away.
    filling: Option<Filling>,
    /// Said, and not answered yet.
    unanswered: VecDeque<(u64, String)>,
    unacked: u32,
    unacked_since_ms: Option<u64>,
    /// Frames to be sent again, and when.
    again: Vec<(u64, String)>,
    now_ms: u64,
    ping_at_ms: Option<u64>,
    /// Set while nothing at all has come since the last ping.
    unanswered_ping_at_ms: Option<u64>,
}

impl Parlor {
    pub fn new(member: Member) -> Self {
        let room = RoomId::parse(&member.room_name()).expect("the name keeps to the rule of ids");
        Self {
            member,
            entry_start: entry::start(&room),
            room,
            token: None,
            epoch: None,
            cursor: None,
            repeats_until: 0,
            filling: None,
            unanswered: VecDeque::new(),
            unacked: 0,
            unacked_since_ms: None,
            again: Vec::new(),
            now_ms: 0,
            ping_at_ms: None,
            unanswered_ping_at_ms: None,
        }
    }

    fn hello(&self) -> String {
        let hello = match &self.token {
            None => Hello { name: Some(self.member.name()), ..Hello::default() },
            token => Hello {
                name: None,
                token: token.clone(),
                epoch: self.epoch.clone(),
                cursors: self.cursor.map(|cursor| (self.room.clone(), cursor)).into_iter().collect(),
            },
        };
        encode(&ClientFrame::Hello(hello))
    }

    fn join(&self) -> String {
        encode(&ClientFrame::Join { room: self.room.clone(), since: self.cursor, password: None, invite: None })
    }

    fn welcomed(&mut self, welcome: Welcome, out: &mut Outbox) {
        if self.epoch.as_ref().is_some_and(|epoch| *epoch != welcome.epoch) {
            self.cursor = None;
        }
        self.epoch = Some(welcome.epoch);
        self.token = welcome.token.or(self.token.take());
        if !welcome.member_of.contains(&self.room) {
            out.text(&self.join());
        }
    }

    fn joined(&mut self, joined: &Joined, out: &mut Outbox, heard: &mut Vec<Heard>) {
        match self.cursor {
            Some(cursor) if cursor > joined.head => {
                let lost = format!("the log ends at {}, and {cursor} had come before", joined.head);
                heard.push(Heard::Refused(lost));
                self.cursor = Some(joined.after);
            }
            Some(cursor) if cursor < joined.after => {
                self.filling = Some(Filling::new(cursor, joined.after));
                self.ask_for_history(joined.after + 1, out);
            }
            Some(cursor) => self.repeats_until = cursor,
            None => self.cursor = Some(joined.after),
        }
        heard.push(Heard::Live { after: self.cursor });
        for (id, body) in &self.unanswered {
            out.text(&self.send(*id, body));
        }
    }

    /// The id is as long as those that browsers make.
    fn send(&self, id: u64, body: &str) -> String {
        let (room, run) = (self.room.as_str(), self.member.run as u32);
        format!(r#"{{"type":"send","room":"{room}","id":"{run:08x}-0000-7000-8000-{id:012x}","body":"{body}"}}"#)
    }

    fn ask_for_history(&self, before: u64, out: &mut Outbox) {
        let limit = PAGE_ENTRIES_MAX as u32;
        out.text(&encode(&ClientFrame::History { room: self.room.clone(), before, limit }));
    }

    fn take(&mut self, entry: Entry, out: &mut Outbox, heard: &mut Vec<Heard>) {
        if let Some(filling) = &mut self.filling {
            return filling.hold(entry);
        }
        let cursor = self.cursor.unwrap_or(0);
        if entry.last <= cursor && entry.last <= self.repeats_until {
            return;
        }
        self.cursor = Some(cursor.max(entry.last));
        // One that stands for several may begin with some that are here already.
        heard.push(entry.heard(if entry.first < entry.last { cursor + 1 } else { 0 }));
        self.unacked += 1;
        if self.unacked >= ACK_EVERY_ENTRIES {
            self.ack(out);
        }
    }

    fn fill(&mut self, page: &[u8], out: &mut Outbox, heard: &mut Vec<Heard>) {
        let Some(mut filling) = self.filling.take() else { return };
        match filling.page(page) {
            Ok(Some(before)) => {
                self.filling = Some(filling);
                self.ask_for_history(before, out);
            }
            Ok(None) => filling.into_entries().into_iter().for_each(|entry| self.take(entry, out, heard)),
            Err(why) => heard.push(Heard::Refused(why)),
        }
    }

    fn ack(&mut self, out: &mut Outbox) {
        (self.unacked, self.unacked_since_ms) = (0, None);
        if let Some(cursor) = self.cursor {
            out.text(&format!(r#"{{"type":"ack","cursors":{{"{}":{cursor}}}}}"#, self.room.as_str()));
        }
    }

    fn accepted(&mut self, id: u64, heard: &mut Vec<Heard>) {
        if let Some(place) = self.unanswered.iter().position(|(unanswered, _)| *unanswered == id) {
            self.unanswered.remove(place);
            heard.push(Heard::Accepted { id });
        }
    }

    fn refused(&mut self, refusal: &Refusal, heard: &mut Vec<Heard>) {
        let about = refusal.about.as_deref().unwrap_or_default();
        let id = refusal.id.as_ref().and_then(|id| entry::id_number(id.as_str().as_bytes()));
        let said = id.and_then(|id| self.unanswered.iter().find(|(unanswered, _)| *unanswered == id));
        let frame = match (&refusal.code, about, said) {
            (ErrorCode::RateLimited | ErrorCode::Unavailable, "hello", _) => self.hello(),
            (ErrorCode::RateLimited | ErrorCode::Unavailable, "join", _) => self.join(),
            (ErrorCode::Unavailable, "send", Some((id, body))) => self.send(*id, body),
            _ => return heard.push(Heard::Refused(format!("{about}: {:?}: {}", refusal.code, refusal.message))),
        };
        self.again.push((self.now_ms + refusal.retry_after_ms.unwrap_or(1_000), frame));
    }

    fn hear_frame(&mut self, payload: &[u8], out: &mut Outbox, heard: &mut Vec<Heard>) {
        let Some(frame) = std::str::from_utf8(payload).ok().and_then(decode_server) else {
            return heard.push(Heard::Refused("a frame that is none of the protocol".into()));
        };
        match frame {
            ServerFrame::Welcome(welcome) => self.welcomed(welcome, out),
            ServerFrame::Joined(joined) => self.joined(&joined, out, heard),
            ServerFrame::Error(refusal) => self.refused(&refusal, heard),
            ServerFrame::Left(left) => heard.push(Heard::Refused(format!("out of the room: {left:?}"))),
            ServerFrame::Bye(bye) => heard.push(Heard::Bye { reconnect_after_ms: bye.reconnect_after_ms }),
            _ => {}
        }
    }
}

impl Dialect for Parlor {
    fn request(&self) -> Request {
        let headers = vec![("X-Forwarded-For".into(), self.member.address())];
        Request { path: "/ws".into(), subprotocol: Some(SUBPROTOCOL.into()), headers }
    }

    fn opened(&mut self, out: &mut Outbox) {
        (self.filling, self.unacked, self.unacked_since_ms) = (None, 0, None);
        (self.ping_at_ms, self.unanswered_ping_at_ms) = (None, None);
        self.again.clear();
        out.text(&self.hello());
    }

    fn hear(&mut self, payload: &[u8], _is_text: bool, out: &mut Outbox, heard: &mut Vec<Heard>) {
        self.unanswered_ping_at_ms = None;
        if payload.starts_with(&self.entry_start) {
            match Entry::read(&payload[self.entry_start.len()..]) {
                Some(entry) => self.take(entry, out, heard),
                None => heard.push(Heard::Refused("an entry without a seq".into())),
            }
        } else if payload.starts_with(br#"{"type":"accepted""#) {
            match entry::accepted_id(payload) {
                Some(id) => self.accepted(id, heard),
                None => heard.push(Heard::Refused("an answer without an id".into())),
            }
        } else if payload.starts_with(br#"{"type":"history""#) {
            self.fill(payload, out, heard);
        } else if !payload.starts_with(br#"{"type":"rooms""#) && !payload.starts_with(br#"{"type":"presence""#) {
            self.hear_frame(payload, out, heard);
        }
    }

    fn say(&mut self, body: &str, id: u64, out: &mut Outbox) {
        out.text(&self.send(id, body));
        self.unanswered.push_back((id, body.into()));
    }

    fn tick(&mut self, now_ms: u64, out: &mut Outbox) -> Result<(), String> {
        if self.unanswered_ping_at_ms.is_some_and(|at_ms| now_ms >= at_ms + PONG_WITHIN_MS) {
            return Err(format!("nothing has come for {PONG_WITHIN_MS} ms after a ping"));
        }
        self.now_ms = now_ms;
        if self.unacked > 0 && now_ms >= *self.unacked_since_ms.get_or_insert(now_ms) + ACK_AFTER_MS {
            self.ack(out);
        }
        self.again.retain(|(at_ms, frame)| {
            let waits = *at_ms > now_ms;
            if !waits {
                out.text(frame);
            }
            waits
        });
        let at_ms = *self.ping_at_ms.get_or_insert_with(|| now_ms + ping_pause_ms());
        if now_ms >= at_ms {
            self.ping_at_ms = Some(now_ms + ping_pause_ms());
            self.unanswered_ping_at_ms.get_or_insert(now_ms);
            out.text(r#"{"type":"ping"}"#);
        }
        Ok(())
    }
}

fn ping_pause_ms() -> u64 {
    let jitter_ms = PING_EVERY_MS * PING_JITTER_PERCENT / 100;
    fastrand::u64(PING_EVERY_MS - jitter_ms..=PING_EVERY_MS + jitter_ms)
}
