//! What clients ask for, and how they are answered.

use super::conn::Answer;
use super::failure::{About, Failure};
use super::person::Person;
use super::{ConnId, Hub, Now, Output, PagePurpose, PageRequest};
use crate::log::PageRange;
use crate::planted::{self, Bug};
use crate::protocol::limits::PAGE_ENTRIES_MAX;
use crate::protocol::{
    ClientFrame, CloseCode, DecodeError, Deed, ErrorCode, Joined, Refusal, RoomId, Seq, ServerFrame, UserId, encode,
};

/// When to ask for the next page of history while one is on its way.
const HISTORY_PAUSE_MS: u64 = 500;

impl Hub {
    pub(super) fn handle_request(&mut self, now: Now, conn: ConnId, frame: Result<ClientFrame, DecodeError>) {
        let frame = match frame {
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

    pub(super) fn carry_out(&mut self, now: Now, conn: ConnId, frame: ClientFrame) -> Result<(), Failure> {
        if let ClientFrame::Hello(hello) = frame {
            return self.hello(now, conn, hello);
        }
        let user = self.conns.get(&conn).and_then(|state| state.user()).cloned();
        let user = user.ok_or_else(Failure::hello_required)?;
        match frame {
            ClientFrame::Hello(_) => {}
            ClientFrame::Create { name, access, password } => self.create(now, conn, &user, &name, access, password)?,
            ClientFrame::Join { .. } => self.join(now, conn, &user, frame)?,
            ClientFrame::Leave { room } => self.leave(now, conn, &user, room)?,
            ClientFrame::Send { room, id, body } => self.send(now, conn, &user, room, id, body)?,
            ClientFrame::Ack { cursors } => self.acked(now, conn, &cursors),
            ClientFrame::Read { room, seq } => self.read(now, &user, room, seq)?,
            ClientFrame::Typing { room } => self.start_typing(now, &user, &room),
            ClientFrame::History { room, before, limit } => self.history(conn, &user, room, before, limit)?,
            ClientFrame::Change { room, change } => self.change(now, conn, &user, room, change)?,
            ClientFrame::Members { room, after } => self.members(now, conn, &user, room, after)?,
            ClientFrame::Settings { room } => self.settings(now, conn, &user, room)?,
            ClientFrame::Ping => self.answer(now, conn, &ServerFrame::Pong),
        }
        Ok(())
    }

    fn history(&mut self, conn: ConnId, user: &UserId, room: RoomId, before: Seq, limit: u32) -> Result<(), Failure> {
        self.check_deed(user, &room, Deed::Read)?;
        let Some(state) = self.conns.get_mut(&conn) else { return Ok(()) };
        if !state.cursors.contains(&room) {
            return Err(Failure::not_in_room());
        }
        if std::mem::replace(&mut state.history_pending, true) {
            return Err(Failure::too_fast(HISTORY_PAUSE_MS));
        }
        let limit = (limit as usize).clamp(1, PAGE_ENTRIES_MAX);
        self.outputs.push_back(Output::Read(PageRequest {
            conn,
            room,
            range: PageRange::Before(before),
            limit,
            purpose: PagePurpose::History,
        }));
        Ok(())
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

    pub(super) fn is_admin(&self, user: &UserId) -> bool {
        self.people.get(user).is_some_and(|person| person.is_admin)
    }

    pub(super) fn person(&mut self, user: &UserId) -> Result<&mut Person, Failure> {
        self.people.get_mut(user).ok_or_else(Failure::hello_required)
    }
}
