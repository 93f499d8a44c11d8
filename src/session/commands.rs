//! What the person wants.

use super::questions::Question;
use super::{Action, Command, Event, Keep, Key, Session, Timeline, Unsent};
use crate::protocol::limits::{ANSWER_WITHIN_MS, TYPING_LASTS_MS};
use crate::protocol::{ClientFrame, ErrorCode, Left, Refusal, RoomId, Seq};

impl Session {
    pub fn handle_command(&mut self, now_ms: u64, command: Command) {
        match command {
            Command::Enter { name } => self.enter(now_ms, name),
            Command::Create { name, access, password } => {
                self.ask(Question::create(&name), &ClientFrame::Create { name, access, password });
            }
            Command::Join { room, key } => self.join(now_ms, room, key),
            Command::Change { room, change } => {
                self.ask(Question { about: "change", room: Some(room.clone()) }, &ClientFrame::Change { room, change });
            }
            Command::Members { room, after } => {
                self.ask(
                    Question { about: "members", room: Some(room.clone()) },
                    &ClientFrame::Members { room, after },
                );
            }
            Command::Settings { room } => {
                self.ask(Question { about: "settings", room: Some(room.clone()) }, &ClientFrame::Settings { room });
            }
            Command::Leave { room } => self.leave(room),
            Command::Send { id, room, body } => {
                // The message ends the typing for those who see it, so the next key is news again.
                self.typed_at = None;
                self.write(Unsent { id, room, body, refused: None });
            }
            Command::Resend { id } => self.write_again(&id),
            Command::Discard { id } => self.discard(&id),
            Command::Type { room } => self.typing(now_ms, room),
            Command::LoadOlder { room, before } => self.want_older(&room, before),
            Command::Read { room, seq } => self.read(&room, seq),
            Command::ReconnectNow => self.connection.connect_now(now_ms),
        }
        self.advance(now_ms);
    }

    fn enter(&mut self, now_ms: u64, name: Option<String>) {
        // A connection says `hello` once, so another person takes another connection.
        self.name = name;
        if std::mem::take(&mut self.is_signed_out) && std::mem::take(&mut self.leads) {
            // A tab that learned of the end of the login later than this one may have written something meanwhile.
            self.actions.push_back(Action::ReadOutbox);
        }
        self.connection.connect(now_ms);
    }

    /// Asks once; without a link there is nobody to ask.
    fn ask(&mut self, question: Question, frame: &ClientFrame) {
        if self.connection.is_online() {
            self.questions.asked(question);
            self.transmit(frame);
        } else {
            self.notify(Event::Problem(offline(question)));
        }
    }

    fn join(&mut self, now_ms: u64, room: RoomId, key: Option<Key>) {
        let timeline = self.rooms.entry(room.clone()).or_default();
        if !timeline.joined && (!timeline.wanted || key.is_some()) {
            timeline.wanted = true;
            timeline.key = key;
            self.ask_to_join(room);
            self.await_rooms(now_ms);
        }
    }

    /// Enters a room, or has it replayed from the cursor.
    pub(super) fn ask_to_join(&mut self, room: RoomId) {
        let timeline = self.rooms.get(&room);
        let since = timeline.and_then(Timeline::cursor);
        let (password, invite) = match timeline.and_then(|timeline| timeline.key.clone()) {
            Some(Key::Password(password)) => (Some(password), None),
            Some(Key::Invite(code)) => (None, Some(code)),
            None => (None, None),
        };
        if self.connection.is_online() {
            self.transmit(&ClientFrame::Join { room, since, password, invite });
        }
    }

    fn leave(&mut self, room: RoomId) {
        if self.rooms.contains_key(&room) {
            self.leaving.insert(room.clone());
            if self.connection.is_online() {
                self.transmit(&ClientFrame::Leave { room: room.clone() });
            }
            self.discard_all_of(&room);
            self.rooms.remove(&room);
            self.keep(Keep::Leaving { room: room.clone() });
            self.notify(Event::Left(Left { room, reason: None, by: None }));
        }
    }

    pub(super) fn ask_to_leave(&mut self) {
        self.leaving.retain(|room| !self.rooms.contains_key(room)); // left and entered again meanwhile: stays in
        for room in self.leaving.clone() {
            self.transmit(&ClientFrame::Leave { room });
        }
    }

    pub(super) fn await_rooms(&mut self, now_ms: u64) {
        self.ask_again_at.get_or_insert(now_ms + ANSWER_WITHIN_MS);
    }

    /// For the person, a room is entered or left when they say so; the server is asked until it is so there too.
    pub(super) fn ask_again_for_rooms(&mut self, now_ms: u64) {
        if self.ask_again_at.take_if(|at| *at <= now_ms).is_none() {
            return;
        }
        self.ask_to_leave();
        let wanted: Vec<_> =
            self.rooms.iter().filter(|(_, timeline)| !timeline.joined).map(|(room, _)| room.clone()).collect();
        if !(wanted.is_empty() && self.leaving.is_empty()) {
            self.await_rooms(now_ms);
        }
        wanted.into_iter().for_each(|room| self.ask_to_join(room));
    }

    /// The person is in this room no more.
    pub(super) fn forget_room(&mut self, left: Left) {
        if self.rooms.remove(&left.room).is_some() {
            self.keep(Keep::ForgetRoom { room: left.room.clone() });
            self.notify(Event::Left(left));
        }
    }

    fn typing(&mut self, now_ms: u64, room: RoomId) {
        let told = self.typed_at.as_ref().is_some_and(|(r, at)| *r == room && now_ms - at < TYPING_LASTS_MS / 2);
        if !told && self.connection.is_online() {
            self.typed_at = Some((room.clone(), now_ms));
            self.transmit(&ClientFrame::Typing { room });
        }
    }

    fn want_older(&mut self, room: &RoomId, before: Seq) {
        if let Some(timeline) = self.rooms.get_mut(room) {
            timeline.want_older(before);
        }
    }

    fn read(&mut self, room: &RoomId, seq: Seq) {
        // Nobody has read what has not come.
        if let Some(cursor) = self.rooms.get(room).and_then(Timeline::cursor) {
            self.move_read_mark(room, seq.min(cursor));
            self.receipts.read(room);
        }
    }

    /// Only ever forward.
    pub(super) fn move_read_mark(&mut self, room: &RoomId, seq: Seq) {
        let Some(timeline) = self.rooms.get_mut(room) else { return };
        if seq > timeline.read {
            timeline.read = seq;
            if let Some(epoch) = self.epoch.clone() {
                self.keep(Keep::Read { epoch, room: room.clone(), seq });
            }
            self.notify(Event::Read { room: room.clone(), seq });
        }
    }
}

pub(super) fn offline(Question { about, room }: Question) -> Refusal {
    Refusal {
        code: ErrorCode::Unavailable,
        message: "there is no link to the server".into(),
        about: Some(about.into()),
        // What was to be made is not there.
        room: room.filter(|_| about != "create"),
        id: None,
        retry_after_ms: None,
    }
}
