//! What clients ask for.

use super::commits::{Pending, Purpose};
use super::conn::{Answer, Stage};
use super::person::Person;
use super::{Claim, ConnId, Hub, Identity, Now, Output, PageRequest, Rejection};
use crate::log::{Append, PageRange, Ticket};
use crate::planted::{self, Bug};
use crate::protocol::limits::{MESSAGE_CHARS_MAX, PAGE_ENTRIES_MAX, ROOMS_MAX, ROOMS_PER_USER_MAX};
use crate::protocol::{
    Access, ClientFrame, CloseCode, EntryKind, ErrorCode, Heartbeat, Hello, Joined, Left, Limits, MessageId, Refusal,
    RoomId, RoomName, Seq, ServerFrame, User, UserId, UserName, Welcome, decode_client, encode,
};

/// When to try again after the log failed.
const UNAVAILABLE_PAUSE_MS: u64 = 2_000;
/// When to ask for the next page of history while one is on its way.
const HISTORY_PAUSE_MS: u64 = 500;

/// Why a request fails, and when the same request may succeed.
pub struct Failure {
    code: ErrorCode,
    message: &'static str,
    retry_after_ms: Option<u64>,
}

impl Failure {
    fn new(code: ErrorCode, message: &'static str) -> Self {
        Self { code, message, retry_after_ms: None }
    }

    fn too_fast(retry_after_ms: u64) -> Self {
        let message = "too many of these in too short a time";
        Self { code: ErrorCode::RateLimited, message, retry_after_ms: Some(retry_after_ms) }
    }

    pub fn room_exists() -> Self {
        Self::new(ErrorCode::RoomExists, "there is a room with this id already")
    }

    pub fn not_in_room() -> Self {
        Self::new(ErrorCode::NotInRoom, "join the room first")
    }

    pub fn damaged() -> Self {
        Self::new(ErrorCode::Damaged, "this message is in the log, but the disk has damaged it")
    }

    pub fn unavailable() -> Self {
        let message = "the log cannot be used just now";
        Self { code: ErrorCode::Unavailable, message, retry_after_ms: Some(UNAVAILABLE_PAUSE_MS) }
    }
}

/// What a failure is about, as far as the frame tells.
#[derive(Debug, Clone, Default)]
pub struct About {
    pub frame: Option<String>,
    pub room: Option<RoomId>,
    pub id: Option<MessageId>,
}

impl About {
    pub fn frame(name: &str, room: Option<RoomId>) -> Self {
        Self { frame: Some(name.into()), room, id: None }
    }

    fn of(frame: &ClientFrame) -> Self {
        let (room, id) = match frame {
            ClientFrame::Send { room, id, .. } => (Some(room), Some(id)),
            ClientFrame::Join { room, .. }
            | ClientFrame::Leave { room }
            | ClientFrame::Read { room, .. }
            | ClientFrame::Typing { room }
            | ClientFrame::History { room, .. }
            | ClientFrame::Change { room, .. }
            | ClientFrame::Members { room, .. }
            | ClientFrame::Settings { room } => (Some(room), None),
            ClientFrame::Hello(_) | ClientFrame::Create { .. } | ClientFrame::Ack { .. } | ClientFrame::Ping => {
                (None, None)
            }
        };
        Self { frame: Some(frame.type_name().into()), room: room.cloned(), id: id.cloned() }
    }
}

impl Hub {
    pub(super) fn handle_request(&mut self, now: Now, conn: ConnId, text: &str) {
        let frame = match decode_client(text) {
            Ok(frame) => frame,
            Err(error) => {
                let about = About { frame: error.about, room: error.room, id: error.id };
                return self.refuse(now, conn, about, error.code, error.message, None);
            }
        };
        let about = About::of(&frame);
        if let Err(failure) = self.carry_out(now, conn, frame) {
            self.fail(now, conn, about, &failure);
        }
    }

    /// The shell has found out who a connection belongs to.
    pub fn handle_identified(&mut self, now: Now, conn: ConnId, identity: Result<Identity, Rejection>) {
        let Some(state) = self.conns.get_mut(&conn) else { return };
        let Ok(Identity { profile, token, .. }) = identity else { return };
        let greeted = Stage::Greeted { user: profile.user.id.clone() };
        let Stage::Identifying { epoch, mut cursors } = std::mem::replace(&mut state.stage, greeted) else {
            return;
        };
        if epoch.as_ref() != Some(&self.epoch) {
            cursors.clear();
        }
        state.room_list_due = true;
        let user = &profile.user;
        self.gain_conn(now, &user.id, &user.name, conn);
        let member_of =
            self.people.get(&user.id).map(|person| person.rooms.iter().cloned().collect()).unwrap_or_default();
        let welcome = Welcome {
            profile,
            token,
            epoch: self.epoch.clone(),
            member_of,
            heartbeat: Heartbeat::default(),
            limits: Limits::default(),
        };
        let rooms = welcome.member_of.clone();
        self.answer(now, conn, &ServerFrame::Welcome(welcome));
        for room in rooms {
            self.subscribe(now, conn, &room, cursors.get(&room).copied());
        }
        self.pump(now, conn);
    }

    fn carry_out(&mut self, now: Now, conn: ConnId, frame: ClientFrame) -> Result<(), Failure> {
        if let ClientFrame::Hello(hello) = frame {
            return self.hello(conn, hello);
        }
        let user = self.conns.get(&conn).and_then(|state| state.user()).cloned();
        let user = user.ok_or(Failure::new(ErrorCode::HelloRequired, "say hello first, and wait for welcome"))?;
        match frame {
            ClientFrame::Hello(_) => {}
            ClientFrame::Create { name, .. } => self.create(now, conn, &user, &name)?,
            ClientFrame::Join { room, since, .. } => self.join(now, conn, &user, room, since)?,
            ClientFrame::Leave { room } => self.leave(now, conn, &user, room)?,
            ClientFrame::Send { room, id, body } => self.send(now, conn, &user, room, id, body)?,
            ClientFrame::Ack { cursors } => self.acked(now, conn, &cursors),
            ClientFrame::Read { room, seq } => self.read(now, &user, room, seq)?,
            ClientFrame::Typing { room } => self.start_typing(now, &user, &room),
            ClientFrame::History { room, before, limit } => self.history(conn, room, before, limit)?,
            ClientFrame::Change { .. } | ClientFrame::Members { .. } | ClientFrame::Settings { .. } => {}
            ClientFrame::Ping => self.answer(now, conn, &ServerFrame::Pong),
        }
        Ok(())
    }

    fn hello(&mut self, conn: ConnId, hello: Hello) -> Result<(), Failure> {
        let Some(state) = self.conns.get_mut(&conn) else { return Ok(()) };
        if !matches!(state.stage, Stage::New) {
            return Err(Failure::new(ErrorCode::AlreadyGreeted, "a connection says hello once"));
        }
        let Hello { name, token, epoch, cursors } = hello;
        let claim = match (token, name) {
            (Some(token), _) => Claim::Token(token),
            (None, None) => Claim::Cookie,
            (None, Some(name)) => UserName::parse(&name)
                .map(Claim::Guest)
                .map_err(|_| Failure::new(ErrorCode::BadName, "a name is 1 to 32 visible characters"))?,
        };
        state.stage = Stage::Identifying { epoch, cursors };
        self.outputs.push_back(Output::Identify { conn, claim });
        Ok(())
    }

    fn create(&mut self, now: Now, conn: ConnId, user: &UserId, name: &str) -> Result<(), Failure> {
        let name = RoomName::parse(name).map_err(|_| {
            Failure::new(ErrorCode::BadRoomName, "a room's name is 1 to 48 visible characters with a letter or digit")
        })?;
        if self.rooms.contains_key(name.id()) {
            return Err(Failure::room_exists());
        }
        self.check_rooms_of(user)?;
        self.append_created(now, conn, user, name.id(), name.as_str(), true)
    }

    fn join(&mut self, now: Now, conn: ConnId, user: &UserId, room: RoomId, since: Option<Seq>) -> Result<(), Failure> {
        self.person(user)?.memberships.take(now.mono_ms).map_err(Failure::too_fast)?;
        if self.will_be_member(user, &room) {
            // Either the entry is on its way to the log, and with it comes `joined` for all of the person's tabs; or
            // they are in the room.
            if !self.wait_too(conn, user, &room) {
                self.subscribe(now, conn, &room, since);
            }
            return Ok(());
        }
        self.check_rooms_of(user)?;
        if self.rooms.contains_key(&room) {
            self.append_joined(now, vec![conn], user, &room);
            Ok(())
        } else {
            let name = room.to_name();
            self.append_created(now, conn, user, &room, &name, false)
        }
    }

    fn leave(&mut self, now: Now, conn: ConnId, user: &UserId, room: RoomId) -> Result<(), Failure> {
        self.person(user)?.memberships.take(now.mono_ms).map_err(Failure::too_fast)?;
        if self.will_be_member(user, &room) {
            self.append(now, vec![conn], user, room, EntryKind::Left, Purpose::Leave);
        } else if !self.wait_too(conn, user, &room) {
            self.answer(now, conn, &ServerFrame::Left(Left { room, reason: None, by: None }));
        }
        Ok(())
    }

    /// Whether the same is on its way to the log already: then what comes of it answers this connection too.
    fn wait_too(&mut self, conn: ConnId, user: &UserId, room: &RoomId) -> bool {
        let ticket = self.memberships.get(&(room.clone(), user.clone()));
        let Some(pending) = ticket.and_then(|ticket| self.pending.get_mut(ticket)) else { return false };
        if !pending.conns.contains(&conn) {
            pending.conns.push(conn);
        }
        true
    }

    fn send(
        &mut self,
        now: Now,
        conn: ConnId,
        user: &UserId,
        room: RoomId,
        id: MessageId,
        body: String,
    ) -> Result<(), Failure> {
        if body.trim().is_empty() {
            return Err(Failure::new(ErrorCode::MessageEmpty, "a message needs at least one visible character"));
        }
        if body.chars().count() > MESSAGE_CHARS_MAX {
            return Err(Failure::new(ErrorCode::MessageTooLong, "a message has at most 4000 characters"));
        }
        self.person(user)?.messages.take(now.mono_ms).map_err(Failure::too_fast)?;
        if planted::has(Bug::AckBeforeCommit) {
            let seq = self.rooms.get(&room).map_or(0, |room| room.head()) + 1;
            let accepted = ServerFrame::Accepted { room: room.clone(), id: id.clone(), seq, at: now.unix_ms };
            self.answer(now, conn, &accepted);
        }
        let purpose = Purpose::Message { id: id.clone() };
        self.append(now, vec![conn], user, room, EntryKind::Message { id, body, mentions: vec![] }, purpose);
        Ok(())
    }

    fn history(&mut self, conn: ConnId, room: RoomId, before: Seq, limit: u32) -> Result<(), Failure> {
        let Some(state) = self.conns.get_mut(&conn) else { return Ok(()) };
        if !state.cursors.contains_key(&room) {
            return Err(Failure::not_in_room());
        }
        if std::mem::replace(&mut state.history_pending, true) {
            return Err(Failure::too_fast(HISTORY_PAUSE_MS));
        }
        let limit = (limit as usize).clamp(1, PAGE_ENTRIES_MAX);
        self.outputs.push_back(Output::Read(PageRequest { conn, room, range: PageRange::Before(before), limit }));
        Ok(())
    }

    fn append_created(
        &mut self,
        now: Now,
        conn: ConnId,
        user: &UserId,
        room: &RoomId,
        name: &str,
        by_name: bool,
    ) -> Result<(), Failure> {
        if self.rooms.len() >= ROOMS_MAX {
            return Err(Failure::new(ErrorCode::TooManyRooms, "this server has as many rooms as it can hold"));
        }
        self.person(user)?.creates.take(now.mono_ms).map_err(Failure::too_fast)?;
        let kind = EntryKind::Created { name: name.into(), access: Access::Open };
        self.append(now, vec![conn], user, room.clone(), kind, Purpose::Create { by_name });
        Ok(())
    }

    pub(super) fn append_joined(&mut self, now: Now, conns: Vec<ConnId>, user: &UserId, room: &RoomId) {
        self.append(now, conns, user, room.clone(), EntryKind::Joined { invite: None }, Purpose::Join);
    }

    fn append(&mut self, now: Now, conns: Vec<ConnId>, user: &UserId, room: RoomId, kind: EntryKind, purpose: Purpose) {
        let name = self.people.get(user).map(|person| person.name.clone()).unwrap_or_default();
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        // What was accepted while the person was in the room stays accepted, whenever they ask.
        let is_message = matches!(purpose, Purpose::Message { .. });
        let repeat_only = is_message && !self.will_be_member(user, &room);
        if !is_message {
            self.memberships.insert((room.clone(), user.clone()), ticket);
        }
        self.pending.insert(ticket, Pending { conns, user: user.clone(), room: room.clone(), purpose });
        let by = User { id: user.clone(), name };
        self.outputs.push_back(Output::Append(Append {
            ticket,
            room,
            at: now.unix_ms,
            by,
            kind,
            repeat_only,
            secret: None,
        }));
    }

    /// Starts to send a room's entries to a connection, from a cursor on.
    pub(super) fn subscribe(&mut self, now: Now, conn: ConnId, room: &RoomId, since: Option<Seq>) {
        let (Some(room), Some(state)) = (self.rooms.get_mut(room), self.conns.get_mut(&conn)) else { return };
        let after = room.replay_after(since);
        state.subscribe(&room.id, after);
        if planted::has(Bug::ReplayBeforeSubscribe) {
            state.unsubscribed.insert(room.id.clone(), room.head());
        } else {
            room.subscribers.insert(conn);
        }
        let member = state.user().and_then(|user| room.state.members.get(user));
        let joined = Joined {
            room: room.summary(),
            head: room.head(),
            after,
            read: member.map_or(room.head(), |member| member.read),
            topic: room.state.topic.clone(),
            slow_mode_s: room.state.slow_mode_s,
            role: member.map(|member| member.role).unwrap_or_default(),
            muted_until: state.user().and_then(|user| room.state.mutes.get(user)).copied().unwrap_or_default(),
            mentions: member.map(|member| member.mentions.clone()).unwrap_or_default(),
        };
        self.answer(now, conn, &ServerFrame::Joined(joined));
    }

    pub(super) fn answer(&mut self, now: Now, conn: ConnId, frame: &ServerFrame) {
        let is_history = matches!(frame, ServerFrame::History(_));
        let answer = Answer { frame: encode(frame).into(), is_history };
        if self.conns.get_mut(&conn).is_some_and(|state| !state.push_answer(answer)) {
            self.close(now, conn, CloseCode::TooSlow);
        }
    }

    pub(super) fn fail(&mut self, now: Now, conn: ConnId, about: About, failure: &Failure) {
        self.refuse(now, conn, about, failure.code, failure.message.into(), failure.retry_after_ms);
    }

    fn refuse(
        &mut self,
        now: Now,
        conn: ConnId,
        about: About,
        code: ErrorCode,
        message: String,
        retry_after_ms: Option<u64>,
    ) {
        let About { frame: about, room, id } = about;
        let refusal = Refusal { code, message, about, room, id, retry_after_ms };
        self.answer(now, conn, &ServerFrame::Error(refusal));
    }

    fn check_rooms_of(&self, user: &UserId) -> Result<(), Failure> {
        let rooms = self.people.get(user).map_or(0, |person| person.rooms.len());
        if rooms < ROOMS_PER_USER_MAX {
            Ok(())
        } else {
            Err(Failure::new(ErrorCode::TooManyRooms, "leave a room before joining another"))
        }
    }

    fn person(&mut self, user: &UserId) -> Result<&mut Person, Failure> {
        self.people.get_mut(user).ok_or(Failure::new(ErrorCode::HelloRequired, "say hello first"))
    }
}
