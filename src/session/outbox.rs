use std::collections::VecDeque;

use super::event::Unsent;
use crate::protocol::limits::{ANSWER_WITHIN_MS, RESENDS_MAX};
use crate::protocol::{ErrorCode, MessageId, RoomId};

/// The message that is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Flight {
    sends: u32,
    answer_by: u64,
}

/// What to do about the message in front.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    Send(Unsent),
    /// Sent too often without an answer.
    GiveUpLink,
}

/// Messages on their way to the log, one in flight at a time. That alone keeps the order in which they were written:
/// whatever is lost, refused for its haste or sent again, the next one only starts when this one is settled. A person
/// is bound by the limit of messages per second long before by the round trip.
#[derive(Default)]
pub struct Outbox {
    messages: VecDeque<Unsent>,
    flight: Option<Flight>,
    /// Nothing is sent before: the server asked for a pause.
    hold_until: Option<u64>,
}

impl Outbox {
    pub fn push(&mut self, unsent: Unsent) {
        self.messages.push_back(unsent);
    }

    pub fn all(&self) -> impl Iterator<Item = &Unsent> {
        self.messages.iter()
    }

    pub fn take_all(&mut self) -> Vec<Unsent> {
        self.flight = None;
        std::mem::take(&mut self.messages).into()
    }

    /// What is due now, given the rooms that can be sent to.
    pub fn next_due(&mut self, now_ms: u64, may_send: impl Fn(&RoomId) -> bool) -> Option<Due> {
        self.hold_until = self.hold_until.filter(|until| *until > now_ms);
        let front = self.messages.iter().find(|message| message.refused.is_none())?;
        let sends = match self.flight {
            None if self.hold_until.is_some() || !may_send(&front.room) => return None,
            None => 0,
            Some(flight) if now_ms < flight.answer_by => return None,
            Some(flight) if flight.sends >= RESENDS_MAX => return Some(Due::GiveUpLink),
            Some(flight) => flight.sends,
        };
        self.flight = Some(Flight { sends: sends + 1, answer_by: now_ms + ANSWER_WITHIN_MS });
        Some(Due::Send(front.clone()))
    }

    pub fn next_timeout(&self) -> Option<u64> {
        self.flight.map(|flight| flight.answer_by).or(self.hold_until)
    }

    /// The server cannot take the message now.
    pub fn hold(&mut self, id: &MessageId, until: u64) {
        if self.is_front(id) {
            self.flight = None;
            self.hold_until = Some(until);
        }
    }

    /// The server will not take the message. It stays until the person decides.
    pub fn refuse(&mut self, id: &MessageId, code: ErrorCode) -> Option<RoomId> {
        let was_front = self.is_front(id);
        let message = self.messages.iter_mut().find(|message| message.id == *id && message.refused.is_none())?;
        message.refused = Some(code);
        if was_front {
            self.flight = None;
        }
        Some(message.room.clone())
    }

    /// Only a refused message can be taken back: any other may be in the log already.
    pub fn take_refused(&mut self, id: &MessageId) -> Option<Unsent> {
        let at = self.messages.iter().position(|message| message.id == *id && message.refused.is_some())?;
        self.messages.remove(at)
    }

    /// Takes out all messages of a room.
    pub fn take_room(&mut self, room: &RoomId) -> Vec<Unsent> {
        let ids = self.messages.iter().filter(|message| message.room == *room).map(|message| message.id.clone());
        ids.collect::<Vec<_>>().iter().filter_map(|id| self.remove(id)).collect()
    }

    /// The messages of a room that still wait, for when it turns out that they cannot be sent.
    pub fn waiting_in(&self, room: &RoomId) -> Vec<MessageId> {
        let waiting = self.messages.iter().filter(|message| message.room == *room && message.refused.is_none());
        waiting.map(|message| message.id.clone()).collect()
    }

    /// The link is gone: what was in flight starts over on the next one, and so does what the server put off.
    pub fn link_lost(&mut self) {
        self.flight = None;
        self.hold_until = None;
    }

    /// Takes out a message that is settled. `None` if it was before.
    pub fn remove(&mut self, id: &MessageId) -> Option<Unsent> {
        if self.is_front(id) {
            self.flight = None;
        }
        let at = self.messages.iter().position(|message| message.id == *id)?;
        self.messages.remove(at)
    }

    fn is_front(&self, id: &MessageId) -> bool {
        self.messages.iter().find(|message| message.refused.is_none()).is_some_and(|front| front.id == *id)
    }
}
