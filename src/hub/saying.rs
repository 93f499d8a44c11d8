//! Saying something: who may, how often, and whom it mentions.

use super::commits::{Pending, Purpose};
use super::failure::Failure;
use super::{ConnId, Hub, Now};
use crate::planted::{self, Bug};
use crate::protocol::limits::{MENTIONS_PER_MESSAGE_MAX, MESSAGE_CHARS_MAX, USER_NAME_CHARS_MAX};
use crate::protocol::{ClientFrame, Deed, EntryKind, ErrorCode, MessageId, Rank, RoomId, ServerFrame, UserId};

/// Signs that are looked at in one message. Each costs a look at every name that could follow it.
const AT_SIGNS_MAX: usize = 64;

impl Hub {
    pub(super) fn send(
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
        if self.is_being_changed(&room, user) {
            return self.wait_for_change(conn, &room.clone(), ClientFrame::Send { room, id, body });
        }
        self.person(user)?.messages.take(now.mono_ms).map_err(Failure::too_fast)?;
        if planted::has(Bug::AckBeforeCommit) {
            let seq = self.rooms.get(&room).map_or(0, |room| room.head()) + 1;
            let accepted = ServerFrame::Accepted { room: room.clone(), id: id.clone(), seq, at: now.unix_ms };
            self.answer(now, conn, &accepted);
        }
        // What was accepted while the person could write stays accepted, whenever they ask.
        let otherwise = self.check_send(now, user, &room).err();
        if otherwise.is_none()
            && let Some(room) = self.rooms.get_mut(&room)
        {
            room.pace.said(user, now.mono_ms, room.state.slow_mode_s);
        }
        let mentions = if otherwise.is_none() { self.mentions(&room, &body) } else { vec![] };
        let purpose = Purpose::Message { id: id.clone(), otherwise };
        let pending = Pending::new(vec![conn], user, &room, purpose);
        self.append(now, EntryKind::Message { id, body, mentions }, pending);
        Ok(())
    }

    /// Whether the change that is on its way may take this person's word from them.
    fn is_being_changed(&self, room: &RoomId, user: &UserId) -> bool {
        let Some(ticket) = self.rooms.get(room).and_then(|room| room.changing) else { return false };
        self.mutings.get(&ticket) == Some(user)
    }

    fn check_send(&self, now: Now, user: &UserId, id: &RoomId) -> Result<(), Failure> {
        let Some(room) = self.rooms.get(id).filter(|_| self.will_be_member(user, id)) else {
            return Err(Failure::not_in_room());
        };
        // Whoever has just asked to join is not in the room yet, but will be before the message is.
        let rank = self.rank(user, id).max(Rank::Member);
        if !rank.may(Deed::Send, room.state.access) {
            return Err(Failure::not_allowed());
        }
        let muted_until = room.state.mutes.get(user).copied().unwrap_or_default();
        if muted_until > now.unix_ms {
            let left_ms = muted_until - now.unix_ms;
            return Err(Failure::later(ErrorCode::Muted, "a moderator has muted you in this room", left_ms));
        }
        if rank < Rank::Moderator
            && let Some(left_ms) = room.pace.wait_ms(user, now.mono_ms, room.state.slow_mode_s)
        {
            return Err(Failure::later(ErrorCode::SlowMode, "this room is in slow mode", left_ms));
        }
        Ok(())
    }

    /// Members whose names follow an `@` in the text. The longest name counts, so that "@Ada Lovelace" is not "@Ada".
    fn mentions(&self, room: &RoomId, body: &str) -> Vec<UserId> {
        let mut mentions = Vec::new();
        for (at, _) in body.match_indices('@').take(AT_SIGNS_MAX) {
            if body[..at].chars().next_back().is_some_and(char::is_alphanumeric) {
                continue; // an address for mail
            }
            if let Some(user) = self.longest_name(room, &body[at + 1..])
                && !mentions.contains(&user)
            {
                mentions.push(user);
            }
            if mentions.len() == MENTIONS_PER_MESSAGE_MAX {
                break;
            }
        }
        mentions
    }

    fn longest_name(&self, room: &RoomId, text: &str) -> Option<UserId> {
        let ends = text.char_indices().map(|(at, c)| at + c.len_utf8()).take(USER_NAME_CHARS_MAX).collect::<Vec<_>>();
        let ends_a_word = |end: &usize| {
            let last = text[..*end].chars().next_back().is_some_and(char::is_alphanumeric);
            !(last && text[*end..].chars().next().is_some_and(char::is_alphanumeric))
        };
        ends.into_iter().rev().filter(ends_a_word).find_map(|end| {
            let user = self.names.get(&text[..end].to_lowercase())?;
            self.is_member(user, room).then(|| user.clone())
        })
    }
}
