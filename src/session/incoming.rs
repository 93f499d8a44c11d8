//! What the server says.

use super::timeline::Arrival;
use super::{Event, Keep, Session};
use crate::planted::{self, Bug};
use crate::protocol::{
    CloseCode, Entry, EntryKind, ErrorCode, HistoryPage, Joined, Left, Refusal, RoomId, Seq, ServerFrame, Welcome,
};

/// When to try again after an error that should pass but does not say when.
const RETRY_AFTER_MS: u64 = 2_000;
/// What is put off for longer than this is not waited for: a message in slow mode would hold up those to other rooms, and
/// whoever has tried too many passwords is to look at the one that they type next.
const HELD_MS: u64 = 15_000;
/// A wait that a person would notice.
const SLOW_DOWN_MS: u64 = 1_000;

impl Session {
    pub(super) fn receive(&mut self, now_ms: u64, frame: ServerFrame) {
        match frame {
            ServerFrame::Welcome(welcome) => self.welcomed(now_ms, welcome),
            ServerFrame::Joined(joined) => self.joined(joined),
            ServerFrame::Left(left) => {
                if self.leaving.remove(&left.room) {
                    self.keep(Keep::ForgetRoom { room: left.room });
                } else {
                    self.forget_room(left);
                }
            }
            ServerFrame::Entry(entry) => self.entry(now_ms, entry),
            ServerFrame::Accepted { room, id, seq, at } => self.accepted(id, room, seq, at),
            ServerFrame::Read { room, seq } => {
                if let Some(timeline) = self.rooms.get_mut(&room) {
                    timeline.read_told = timeline.read_told.max(seq);
                    self.move_read_mark(&room, seq);
                }
            }
            ServerFrame::History(page) => self.history_arrived(now_ms, page),
            ServerFrame::Error(refusal) => self.refused(now_ms, refusal),
            ServerFrame::Rooms(rooms) => self.notify(Event::Rooms(rooms)),
            ServerFrame::Profile(profile) => self.notify(Event::Profile(profile)),
            ServerFrame::Members(page) => {
                self.questions.answered("members", Some(&page.room));
                self.notify(Event::Members(page));
            }
            ServerFrame::Settings(settings) => {
                self.questions.answered("settings", Some(&settings.room));
                self.notify(Event::Settings(settings));
            }
            ServerFrame::Changed(changed) => {
                self.questions.answered("change", Some(&changed.room));
                self.notify(Event::Changed(changed));
            }
            ServerFrame::Presence(presence) => self.notify(Event::Presence(presence)),
            ServerFrame::Typing(typing) => self.notify(Event::Typing(typing)),
            ServerFrame::Bye(bye) => self.connection.bye(bye.reconnect_after_ms),
            ServerFrame::Pong | ServerFrame::Unknown => {}
        }
    }

    fn welcomed(&mut self, now_ms: u64, welcome: Welcome) {
        self.connection.welcomed(now_ms, welcome.heartbeat);
        let Welcome { profile, token, epoch, member_of, .. } = welcome;
        let user = &profile.user;
        self.token = token.or(self.token.take());
        let before = self.user.replace(user.id.clone());
        let same_user = before.as_ref().is_none_or(|before| *before == user.id);
        let same_log = self.epoch.replace(epoch.clone()).is_none_or(|before| before == epoch);
        if !same_user {
            // What was kept here is another person's, and nothing of it is to be said in the name of this one.
            let mut rooms = std::mem::take(&mut self.rooms);
            rooms.retain(|_, timeline| timeline.wanted);
            self.forget_person();
            self.rooms = rooms;
            self.keep(Keep::Wipe { user: before });
        }
        self.keep(Keep::Owner { user: user.id.clone(), epoch });
        if !same_user || !same_log {
            for timeline in self.rooms.values_mut() {
                timeline.forget();
                timeline.shown = false;
            }
            self.notify(Event::Reset);
            self.queue_all_again();
        }
        self.notify(Event::Welcomed { profile, member_of: member_of.clone() });

        self.ask_to_leave();
        self.await_rooms(now_ms);
        for room in self.rooms.keys().filter(|room| !member_of.contains(room)).cloned().collect::<Vec<_>>() {
            if self.rooms.get(&room).is_some_and(|timeline| timeline.cursor().is_some() && !timeline.wanted) {
                self.forget_room(Left { room, reason: None, by: None }); // left, on another tab or device
            } else {
                self.rooms.entry(room.clone()).or_default().forget();
                self.ask_to_join(room);
            }
        }
    }

    fn joined(&mut self, joined: Joined) {
        // Before the answer to a `leave`, this still speaks of the time before it.
        let Joined { room, head, after, read, .. } = joined.clone();
        self.questions.answered("create", Some(&room.id));
        if self.leaving.contains(&room.id) {
            return;
        }
        let timeline = self.rooms.entry(room.id.clone()).or_default();
        let reset = timeline.join(after, head);
        let after = timeline.cursor().unwrap_or(after);
        timeline.read_told = read;
        let unknown_to_server = timeline.read > read;
        if reset {
            self.keep(Keep::ForgetRoom { room: room.id.clone() });
        }
        let id = room.id.clone();
        self.notify(Event::Joined { joined: Joined { after, ..joined }, reset });
        if unknown_to_server {
            self.receipts.read(&id);
        } else {
            self.move_read_mark(&id, read);
        }
    }

    fn entry(&mut self, now_ms: u64, entry: Entry) {
        let room = entry.room.clone();
        let Some(timeline) = self.rooms.get_mut(&room) else { return };
        match timeline.arrive(entry) {
            Arrival::Next(entries) => self.show(now_ms, &room, entries),
            Arrival::Duplicate | Arrival::Early => self.receipts.arrived(now_ms, &room),
            Arrival::Stray => {}
        }
    }

    /// Shows entries and keeps them together with the cursor that they make true.
    pub(super) fn show(&mut self, now_ms: u64, room: &RoomId, mut entries: Vec<Entry>) {
        for entry in &entries {
            self.receipts.arrived(now_ms, room);
            if let Some(id) = entry.message_id().filter(|_| self.user.as_ref() == Some(&entry.by.id)) {
                self.accepted(id.clone(), room.clone(), entry.seq, entry.at);
            }
            self.notify(Event::Entry(entry.clone()));
        }
        // A browser that keeps the deletion without having erased the message would keep that for ever. So it erases first.
        for seq in erase_deleted(&mut entries) {
            if let Some(epoch) = self.epoch.clone() {
                self.keep(Keep::Erase { epoch, room: room.clone(), seq });
            }
        }
        self.keep_entries(room, entries);
    }

    pub(super) fn show_older(&mut self, page: HistoryPage) {
        self.keep_entries(&page.room, page.entries.clone());
        self.notify(Event::Older(page));
    }

    /// The cursor goes no further than these entries reach: another tab may have dropped what this one has kept before.
    fn keep_entries(&mut self, room: &RoomId, entries: Vec<Entry>) {
        if let (Some(epoch), Some(last)) = (self.epoch.clone(), entries.last()) {
            let (room, cursor) = (room.clone(), last.seq);
            if planted::has(Bug::CursorBeforeData) {
                self.keep(Keep::Entries { epoch: epoch.clone(), room: room.clone(), cursor, entries: vec![] });
            }
            self.keep(Keep::Entries { epoch, room, cursor, entries });
        }
    }

    fn refused(&mut self, now_ms: u64, refusal: Refusal) {
        if let Some(about) = &refusal.about {
            self.questions.answered(about, refusal.room.as_ref());
        }
        let soon = refusal.retry_after_ms.unwrap_or_default() <= HELD_MS;
        let passing = matches!(refusal.code, ErrorCode::RateLimited | ErrorCode::Unavailable)
            || (refusal.code == ErrorCode::SlowMode && soon);
        match (refusal.about.as_deref(), &refusal.id, &refusal.room) {
            (_, Some(id), _) if passing => {
                let wait_ms = refusal.retry_after_ms.unwrap_or(RETRY_AFTER_MS);
                self.outbox.hold(id, now_ms + wait_ms);
                self.notify_wait(refusal.code, wait_ms);
            }
            (_, Some(id), _) => self.message_refused(&id.clone(), refusal.code),
            (Some("hello"), ..) if passing => {
                self.connection.bye(refusal.retry_after_ms);
                self.connection.fail(now_ms, CloseCode::Normal);
            }
            (Some("hello"), ..) => {
                if matches!(refusal.code, ErrorCode::SignInRequired | ErrorCode::Banned) {
                    self.signed_out();
                } else {
                    self.connection.stop();
                }
                self.notify(Event::Problem(refusal));
            }
            // A key that was wrong too often is not tried again by itself after minutes.
            (Some("join" | "leave"), None, Some(_)) if passing && soon => {
                let wait_ms = refusal.retry_after_ms.unwrap_or(RETRY_AFTER_MS);
                self.notify_wait(refusal.code, wait_ms);
                self.ask_again_at = Some(now_ms + wait_ms);
            }
            (Some("join"), _, Some(room)) => self.join_refused(room.clone(), refusal),
            (Some("history"), ..) => self.history_refused(now_ms, refusal),
            (Some("read"), ..) => {}
            _ => self.notify(Event::Problem(refusal)),
        }
    }

    fn notify_wait(&mut self, code: ErrorCode, wait_ms: u64) {
        if wait_ms >= SLOW_DOWN_MS {
            self.notify(Event::SlowDown { code, retry_in_s: wait_ms.div_ceil(1_000) });
        }
    }

    fn join_refused(&mut self, room: RoomId, refusal: Refusal) {
        for id in self.outbox.waiting_in(&room) {
            self.message_refused(&id, refusal.code);
        }
        if let Some(timeline) = self.rooms.remove(&room) {
            self.keep(Keep::ForgetRoom { room: room.clone() });
            if timeline.shown {
                self.notify(Event::Left(Left { room, reason: None, by: None }));
            }
        }
        self.notify(Event::Problem(refusal));
    }
}

/// Takes out of these entries what others among them say is deleted. Returns all messages that they say it of.
pub(super) fn erase_deleted(entries: &mut [Entry]) -> Vec<Seq> {
    let deleted = |entry: &Entry| if let EntryKind::Deleted { seq } = entry.kind { Some(seq) } else { None };
    let deleted: Vec<Seq> = entries.iter().filter_map(deleted).collect();
    entries.iter_mut().filter(|entry| deleted.contains(&entry.seq)).for_each(Entry::erase);
    deleted
}
