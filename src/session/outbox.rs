use std::collections::VecDeque;

use crate::protocol::limits::ANSWER_WITHIN_MS;
use crate::protocol::{MessageId, RoomId};

/// A message is sent this often before the link counts as dead.
const SENDS_MAX: u32 = 3;

/// A message that is not yet in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub id: MessageId,
    pub room: RoomId,
    pub body: String,
    refused: bool,
}

/// The message that is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Flight {
    sends: u32,
    answer_by: u64,
}

/// What to do about the message in front.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    Send(Message),
    /// Sent too often without an answer.
    GiveUpLink,
}

/// Messages on their way to the log, one in flight at a time. That alone keeps the order in which they were written:
/// whatever is lost, refused for its haste or sent again, the next one only starts when this one is settled. A person
/// is bound by the limit of messages per second long before by the round trip.
#[derive(Default)]
pub struct Outbox {
    messages: VecDeque<Message>,
    flight: Option<Flight>,
    /// Nothing is sent before: the server asked for a pause.
    hold_until: Option<u64>,
}

impl Outbox {
    pub fn push(&mut self, id: MessageId, room: RoomId, body: String) {
        self.messages.push_back(Message { id, room, body, refused: false });
    }

    /// What is due now, given the rooms that can be sent to.
    pub fn next_due(&mut self, now_ms: u64, is_joined: impl Fn(&RoomId) -> bool) -> Option<Due> {
        self.hold_until = self.hold_until.filter(|until| *until > now_ms);
        let front = self.messages.iter().find(|message| !message.refused)?;
        let sends = match self.flight {
            None if self.hold_until.is_some() || !is_joined(&front.room) => return None,
            None => 0,
            Some(flight) if now_ms < flight.answer_by => return None,
            Some(flight) if flight.sends >= SENDS_MAX => return Some(Due::GiveUpLink),
            Some(flight) => flight.sends,
        };
        self.flight = Some(Flight { sends: sends + 1, answer_by: now_ms + ANSWER_WITHIN_MS });
        Some(Due::Send(front.clone()))
    }

    pub fn next_timeout(&self) -> Option<u64> {
        self.flight.map(|flight| flight.answer_by).or(self.hold_until)
    }

    /// The message is in the log. `None` if it was settled before.
    pub fn accept(&mut self, id: &MessageId) -> Option<Message> {
        self.remove(id)
    }

    /// The server cannot take the message now.
    pub fn hold(&mut self, id: &MessageId, until: u64) {
        if self.is_front(id) {
            self.flight = None;
            self.hold_until = Some(until);
        }
    }

    /// The server will not take the message. It stays until the person decides.
    pub fn refuse(&mut self, id: &MessageId) -> Option<RoomId> {
        let was_front = self.is_front(id);
        let message = self.messages.iter_mut().find(|message| message.id == *id && !message.refused)?;
        message.refused = true;
        if was_front {
            self.flight = None;
        }
        Some(message.room.clone())
    }

    /// Sends a refused message again, after all that was written since.
    pub fn retry(&mut self, id: &MessageId) -> Option<Message> {
        let at = self.messages.iter().position(|message| message.id == *id && message.refused)?;
        let mut message = self.messages.remove(at)?;
        message.refused = false;
        self.messages.push_back(message.clone());
        Some(message)
    }

    /// Forgets a message, unless it may be in the log already.
    pub fn discard(&mut self, id: &MessageId) -> Option<Message> {
        if self.flight.is_some() && self.is_front(id) { None } else { self.remove(id) }
    }

    /// Takes out all messages of a room that cannot be sent to any more.
    pub fn discard_room(&mut self, room: &RoomId) -> Vec<Message> {
        let ids = self.messages.iter().filter(|message| message.room == *room).map(|message| message.id.clone());
        ids.collect::<Vec<_>>().iter().filter_map(|id| self.remove(id)).collect()
    }

    /// The messages of a room that still wait, for when it turns out that they cannot be sent.
    pub fn waiting_in(&self, room: &RoomId) -> Vec<MessageId> {
        let waiting = self.messages.iter().filter(|message| message.room == *room && !message.refused);
        waiting.map(|message| message.id.clone()).collect()
    }

    /// The link is gone: what was in flight starts over on the next one.
    pub fn link_lost(&mut self) {
        self.flight = None;
    }

    fn is_front(&self, id: &MessageId) -> bool {
        self.messages.iter().find(|message| !message.refused).is_some_and(|front| front.id == *id)
    }

    fn remove(&mut self, id: &MessageId) -> Option<Message> {
        if self.is_front(id) {
            self.flight = None;
        }
        let at = self.messages.iter().position(|message| message.id == *id)?;
        self.messages.remove(at)
    }
}
