//! Which frame goes to a connection next: answers first, then entries, then states.
//!
//! Entries come from the rooms' logs, never from a queue of the connection's own. A connection whose socket takes
//! nothing therefore costs its frames in flight and its cursors, and holds up nobody.

use std::collections::VecDeque;

use bytes::Bytes;

use super::conn::{Conn, Replay};
use super::failure::{About, Failure};
use super::room::encode_entry;
use super::{ConnId, Hub, Now, Output, PagePurpose, PageRequest, Timer};
use crate::log::{Page, PageRange, Unavailable};
use crate::planted::{self, Bug};
use crate::protocol::limits::{PAGE_ENTRIES_MAX, UNACKED_ENTRIES_MAX};
use crate::protocol::{HistoryPage, RoomId, Seq, ServerFrame, encode};

/// When a page of the log that could not be read is tried again.
const READ_AGAIN_MS: u64 = 1_000;

/// The next entry of a room for a connection.
enum Next {
    Frame(Bytes),
    /// It has to be read from the log first.
    Read(PageRequest),
    /// The log is being read, or another room's page goes first.
    Wait,
    UpToDate,
}

impl Hub {
    /// Sends what is due to a connection, as much as its socket can have in flight.
    pub(super) fn pump(&mut self, now: Now, conn: ConnId) {
        while self.conns.get(&conn).is_some_and(|state| state.has_room_for_frame()) {
            let Some(frame) = self.next_frame(now, conn) else { return };
            self.transmit(conn, frame);
        }
    }

    pub(super) fn transmit(&mut self, conn: ConnId, frame: Bytes) {
        if let Some(state) = self.conns.get_mut(&conn) {
            state.sent(frame.len());
            self.outputs.push_back(Output::Transmit { conn, frame });
        }
    }

    /// A page of the log has been read, for replay or for history.
    pub fn handle_page(&mut self, now: Now, request: PageRequest, result: Result<Page, Unavailable>) {
        let mut result = result;
        if let (Ok(page), Some(room)) = (&mut result, self.rooms.get(&request.room)) {
            room.erase_deleted(&mut page.entries);
        }
        match (request.range, request.purpose.clone()) {
            (_, PagePurpose::Delete { ticket, user }) => self.delete_looked_up(now, request, ticket, &user, result),
            (PageRange::After(after), _) => self.replay_read(now, request, after, result),
            (PageRange::Before(before), _) => self.history_read(now, request, before, result),
        }
    }

    pub(super) fn read_again(&mut self, now: Now, conn: ConnId) {
        if let Some(state) = self.conns.get_mut(&conn) {
            state.replay = None;
            self.pump(now, conn);
        }
    }

    fn next_frame(&mut self, now: Now, conn: ConnId) -> Option<Bytes> {
        let state = self.conns.get_mut(&conn)?;
        if let Some(frame) = state.pop_answer() {
            return Some(frame);
        }
        if let Some((room, frame)) = self.next_entry(conn) {
            self.await_ack(now, conn, &room);
            return Some(frame);
        }
        let state = self.conns.get_mut(&conn)?;
        if std::mem::take(&mut state.room_list_due) {
            self.answer_room_list(now, conn);
        } else if let Some(room) = state.reads_due.pop_first() {
            self.answer_read(now, conn, room);
        } else if let Some(id) = state.people_due.pop_first() {
            let room = self.rooms.get(&id)?;
            let presence = ServerFrame::Presence(room.crowd.presence(&id));
            let typing = room.crowd.is_anyone_typing().then(|| ServerFrame::Typing(room.crowd.typing(&id)));
            self.answer(now, conn, &presence);
            if let Some(typing) = typing {
                self.answer(now, conn, &typing);
            }
        }
        self.conns.get_mut(&conn)?.pop_answer()
    }

    fn next_entry(&mut self, conn: ConnId) -> Option<(RoomId, Bytes)> {
        let state = self.conns.get_mut(&conn)?;
        if state.acks.unacked >= UNACKED_ENTRIES_MAX {
            return None;
        }
        let mut at = 0;
        while let Some(id) = state.behind.get(at).cloned() {
            let head = self.rooms.get(&id).map_or(0, |room| room.head());
            if planted::has(Bug::ReplayBeforeSubscribe)
                && let Some(end) = state.unsubscribed.get(&id)
                && state.cursors.get(&id).is_some_and(|cursor| cursor.sent >= *end)
                && let Some(room) = self.rooms.get_mut(&id)
            {
                state.unsubscribed.remove(&id);
                room.subscribers.insert(conn);
                state.entry_sent(&id, head);
            }
            let in_memory = |seq| self.rooms.get(&id).and_then(|room| room.frame(seq));
            match next_of_room(conn, state, &id, head, in_memory) {
                Next::Frame(frame) => return Some((id, frame)),
                Next::Read(request) => {
                    self.outputs.push_back(Output::Read(request));
                    at += 1;
                }
                Next::Wait => at += 1,
                Next::UpToDate => {
                    state.behind.remove(at);
                    if state.behind.is_empty() {
                        state.behind = VecDeque::new();
                    }
                }
            }
        }
        None
    }

    fn replay_read(&mut self, now: Now, request: PageRequest, after: Seq, result: Result<Page, Unavailable>) {
        let PageRequest { conn, room, .. } = request;
        let Some(state) = self.conns.get_mut(&conn) else { return };
        let Some(replay) = state.replay.as_mut().filter(|replay| replay.room == room && replay.pending) else { return };
        if state.cursors.get(&room).is_none_or(|cursor| cursor.sent != after) {
            return;
        }
        match result {
            Ok(page) if !page.entries.is_empty() => {
                let frames = page.entries.into_iter().map(|entry| (entry.seq, encode_entry(entry)));
                replay.frames = frames.collect();
                replay.pending = false;
                self.pump(now, conn);
            }
            // Stays pending, so that nothing is sent past the entries that are missing.
            _ => {
                self.timers.insert((now.mono_ms + READ_AGAIN_MS, Timer::ReadAgain(conn)));
            }
        }
    }

    fn history_read(&mut self, now: Now, request: PageRequest, before: Seq, result: Result<Page, Unavailable>) {
        let PageRequest { conn, room, .. } = request;
        let Some(state) = self.conns.get_mut(&conn) else { return };
        let is_in_room = state.cursors.contains(&room);
        match result {
            Ok(Page { entries }) if is_in_room => {
                let more = entries.first().is_some_and(|entry| entry.seq > 1);
                self.answer(now, conn, &ServerFrame::History(HistoryPage { room, before, entries, more }));
            }
            failed => {
                state.history_pending = false;
                let failure = if failed.is_err() { Failure::unavailable() } else { Failure::not_in_room() };
                self.fail(now, conn, About::frame("history", Some(room)), &failure);
            }
        }
        self.pump(now, conn);
    }

    /// Sends the entry that a room has just got to everyone in it. This is what a chat does most: one look at each
    /// connection, and one output for all that take it at once. The others are sent it when it is their turn.
    pub(super) fn fan_out(&mut self, now: Now, id: &RoomId, deleted: Option<Seq>) {
        let Self { rooms, conns, timers, outputs, .. } = self;
        let Some(room) = rooms.get(id) else { return };
        let Some(frame) = room.frame(room.head()) else { return };
        let mut receivers = Vec::with_capacity(room.subscribers.len());
        let mut others = Vec::new();
        for conn in &room.subscribers {
            let Some(state) = conns.get_mut(conn) else { continue };
            if let Some(seq) = deleted {
                state.erase(id, seq);
            }
            if state.takes_at_once(id, room.head()) {
                state.entry_sent(id, room.head());
                state.sent(frame.len());
                state.await_ack(now, id);
                state.set_ack_timer(*conn, timers);
                receivers.push(*conn);
            } else {
                state.fall_behind(id);
                others.push(*conn);
            }
        }
        if !receivers.is_empty() {
            outputs.push_back(Output::Broadcast { conns: receivers, frame });
        }
        for conn in others {
            self.pump(now, conn);
        }
    }

    /// Tells everyone the same states, or remembers that a slow connection has to be told in full.
    pub(super) fn broadcast(&mut self, mut conns: Vec<ConnId>, frames: &[Bytes], too_slow: impl Fn(&mut Conn)) {
        if frames.is_empty() {
            return;
        }
        conns.retain(|conn| match self.conns.get_mut(conn) {
            Some(state) if state.has_room_for_frame() => {
                frames.iter().for_each(|frame| state.sent(frame.len()));
                true
            }
            Some(state) => {
                too_slow(state);
                false
            }
            None => false,
        });
        for frame in frames {
            self.outputs.push_back(Output::Broadcast { conns: conns.clone(), frame: frame.clone() });
        }
    }
}

fn next_of_room(
    conn: ConnId,
    state: &mut Conn,
    id: &RoomId,
    head: Seq,
    in_memory: impl Fn(Seq) -> Option<Bytes>,
) -> Next {
    let Some(sent) = state.cursors.get(id).map(|cursor| cursor.sent).filter(|sent| *sent < head) else {
        return Next::UpToDate;
    };
    let seq = sent + 1;
    if let Some(frame) = in_memory(seq) {
        state.entry_sent(id, seq);
        // The rest of a page that was read is in memory too; left standing, it would keep other rooms from theirs.
        state.drop_replay(id);
        return Next::Frame(frame);
    }
    if let Some(replay) = &mut state.replay {
        let ours = replay.room == *id;
        if let Some((_, frame)) = replay.frames.pop_front_if(|(first, _)| ours && *first == seq) {
            state.entry_sent(id, seq);
            return Next::Frame(frame);
        }
        if replay.pending || (!ours && !replay.frames.is_empty()) {
            return Next::Wait;
        }
    }
    state.replay = Some(Replay { room: id.clone(), frames: VecDeque::new(), pending: true });
    let (range, purpose) = (PageRange::After(sent), PagePurpose::Replay);
    Next::Read(PageRequest { conn, room: id.clone(), range, limit: PAGE_ENTRIES_MAX, purpose })
}

pub fn encode_all(frames: &[ServerFrame]) -> Vec<Bytes> {
    frames.iter().map(|frame| encode(frame).into()).collect()
}
