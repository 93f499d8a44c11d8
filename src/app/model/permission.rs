//! What the person may do, by the one table that the server asks too.

use super::{Model, Standing};
use crate::protocol::{Access, Deed, Rank, RoomId, UserId};

impl Model {
    pub fn access(&self, room: &RoomId) -> Access {
        self.rooms.get(room).map(|summary| summary.access).unwrap_or_default()
    }

    pub fn may(&self, room: &RoomId, deed: Deed) -> bool {
        self.rank(room).may(deed, self.access(room))
    }

    pub fn rank(&self, room: &RoomId) -> Rank {
        match self.conversations.get(room) {
            Some(conversation) if conversation.standing != Standing::Member => Rank::Outsider,
            Some(_) if self.admin => Rank::Admin,
            Some(conversation) => conversation.terms.role.into(),
            None => Rank::Outsider,
        }
    }

    /// How somebody stands to a room, as far as is known. Who was never heard of as a member may have left.
    pub fn rank_of(&self, room: &RoomId, user: &UserId) -> Rank {
        let Some(conversation) = self.conversations.get(room) else { return Rank::Outsider };
        if self.my_id() == Some(user) {
            self.rank(room)
        } else if conversation.members.list.contains_key(user) || conversation.people.contains_key(user) {
            conversation.members.role(user).into()
        } else {
            Rank::Outsider
        }
    }
}
