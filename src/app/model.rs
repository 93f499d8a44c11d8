//! What the screen shows. [`update`] changes it by what has happened; the methods here by what the person does.

mod conversation;
mod identity;
mod members;
mod permission;
mod update;

use std::collections::{BTreeMap, HashMap};

pub use conversation::{Conversation, Deliveries, Delivery, Gone, Settings, Standing, Talk, Terms, Waiting, is_news};
pub use members::Members;
pub use update::update;

use super::bootstrap::Bootstrap;
use super::shared::Shared;
use crate::protocol::api::SignUp;
use crate::protocol::{ErrorCode, InviteCode, Refusal, RoomId, RoomSummary, Seq, User, UserId};
use crate::session::Link;

pub type Rooms = BTreeMap<RoomId, RoomSummary>;

#[derive(Debug, Clone, Default)]
pub struct Model {
    /// The person, once they are in.
    pub me: Option<User>,
    /// The person has a password.
    pub secured: bool,
    /// The person administers the server.
    pub admin: bool,
    pub sign_up: SignUp,
    /// The person was in, and their login has ended.
    pub signed_out: bool,
    pub link: Link,
    /// The server has greeted this page, and it is known which rooms the person is in.
    pub greeted: bool,
    /// The link is lost, and what is known of others may be so no more.
    pub stale: bool,
    pub rooms: Shared<Rooms>,
    pub conversations: HashMap<RoomId, Conversation>,
    /// The room on the screen.
    pub open: Option<RoomId>,
    /// The page is in the background, where nobody reads it.
    pub hidden: bool,
    /// The room that the person is making.
    pub making: Option<Making>,
    /// What the person changes in a room.
    pub changing: Option<Changing>,
    /// The server takes no message just now.
    pub pause: Option<Pause>,
    /// What could not be done, to be told in words.
    pub problem: Option<Refusal>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Making {
    pub room: RoomId,
    pub outcome: Option<Result<(), Refusal>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changing {
    pub room: RoomId,
    /// The `change` asked for.
    pub change: &'static str,
    /// Done, and with which new invite code, or refused.
    pub outcome: Option<Result<Option<InviteCode>, ErrorCode>>,
}

/// Why the server takes no message just now, and the next one in how many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub code: ErrorCode,
    pub seconds: u64,
}

impl Model {
    pub fn new(bootstrap: Bootstrap) -> Self {
        let mut rooms = Rooms::new();
        rooms.extend(bootstrap.rooms.into_iter().map(|room| (room.id.clone(), room)));
        let mut model = Self { sign_up: bootstrap.sign_up, rooms: Shared::new(rooms), ..Self::default() };
        if let Some(profile) = bootstrap.me {
            model.be(profile);
        }
        model
    }

    pub fn room_name(&self, room: &RoomId) -> String {
        self.rooms.get(room).map_or_else(|| room.to_name(), |summary| summary.name.clone())
    }

    pub fn standing(&self, room: &RoomId) -> Standing {
        self.conversations.get(room).map(|conversation| conversation.standing).unwrap_or_default()
    }

    /// New messages in all rooms.
    pub fn unread(&self) -> u64 {
        self.conversations.keys().map(|room| self.unread_in(room)).sum()
    }

    pub fn unread_in(&self, room: &RoomId) -> u64 {
        self.conversations.get(room).map_or(0, |conversation| conversation.unread(self.my_id()))
    }

    /// New messages in all rooms that mention the person.
    pub fn mentions(&self) -> usize {
        self.conversations.values().map(|conversation| conversation.mentions.len()).sum()
    }

    /// The person comes to this room now, or to none.
    pub fn open(&mut self, room: Option<RoomId>) {
        if self.open != room {
            self.open = room;
            self.arrive();
        }
    }

    pub fn set_hidden(&mut self, hidden: bool) {
        self.hidden = hidden;
        self.arrive();
    }

    fn arrive(&mut self) {
        if let Some(room) = self.open.clone() {
            self.conversation(&room).arriving = true;
        }
    }

    pub fn looks_at(&self, room: &RoomId) -> bool {
        !self.hidden && self.open.as_ref() == Some(room)
    }

    /// The end of this room's conversation is in sight. Returns how far the person has read, if that is news.
    pub fn look(&mut self, room: &RoomId) -> Option<Seq> {
        let me = self.my_id().cloned();
        let seen = self.looks_at(room) && self.standing(room) == Standing::Member;
        let conversation = self.conversations.get_mut(room).filter(|_| seen)?;
        conversation.look(me.as_ref())
    }

    fn conversation(&mut self, room: &RoomId) -> &mut Conversation {
        self.conversations.entry(room.clone()).or_default()
    }

    /// The person wants to come into a room, perhaps one they have left before. Whoever has not asked at its door is
    /// not shown it, unless it turns out to be shut.
    pub fn enter(&mut self, room: &RoomId, at_door: bool) {
        let conversation = self.conversation(room);
        if conversation.standing != Standing::Member {
            conversation.standing = Standing::Outside;
            conversation.joining = true;
            conversation.opening = !at_door;
            conversation.refused = None;
        }
    }

    /// Asks for members only if the question can be answered; one page at a time. Returns after whom it is to begin. A list
    /// that is not right any more begins anew; in a big room, where that may be so every second and takes away what has
    /// been loaded, only with `anew`.
    pub fn start_members(&mut self, room: &RoomId, anew: bool) -> Option<Option<UserId>> {
        let online = self.link == Link::Online;
        let conversation = self.conversations.get_mut(room).filter(|conversation| online && conversation.live)?;
        let members = &mut conversation.members;
        let begins = !members.is_known() || (members.stale_at().is_some() && (anew || !members.more));
        if members.loading || !(begins || (members.more && !anew)) {
            return None;
        }
        members.loading = true;
        Some(members.end().filter(|_| !begins).cloned())
    }

    /// Asks for the entries before this one only if the question can be answered; one at a time.
    pub fn start_loading(&mut self, room: &RoomId, before: Seq) -> bool {
        let online = self.link == Link::Online;
        let Some(conversation) = self.conversations.get_mut(room) else { return false };
        let start = online && conversation.live && conversation.loading.is_none();
        if start {
            conversation.loading = Some(before);
        }
        start
    }
}
