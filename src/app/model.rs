//! What the screen shows. [`update`] changes it by what has happened; the methods here by what the person does.

mod conversation;
mod update;

use std::collections::{BTreeMap, HashMap};

pub use conversation::{Conversation, Deliveries, Delivery, Earlier, Standing, Waiting};
pub use update::update;

use super::bootstrap::Bootstrap;
use super::shared::Shared;
use crate::protocol::{Refusal, RoomId, RoomSummary, User, UserName};
use crate::session::Link;

pub type Rooms = BTreeMap<RoomId, RoomSummary>;

#[derive(Debug, Clone, Default)]
pub struct Model {
    /// What the person is called; nobody is in without a name.
    pub name: Option<String>,
    /// The person, once the server has greeted them.
    pub me: Option<User>,
    pub link: Link,
    pub rooms: Shared<Rooms>,
    pub conversations: HashMap<RoomId, Conversation>,
    /// The room on the screen.
    pub open: Option<RoomId>,
    /// The page is in the background, where nobody reads it.
    pub hidden: bool,
    /// When the page was opened, in ms since the Unix epoch. Older messages are not news.
    pub opened_at: u64,
    /// The room that the person is making.
    pub making: Option<Making>,
    /// The server takes the next message in this many seconds.
    pub slow_down: Option<u64>,
    /// What could not be done, to be told in words.
    pub problem: Option<Refusal>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Making {
    pub room: RoomId,
    pub outcome: Option<Result<(), Refusal>>,
}

impl Model {
    pub fn new(bootstrap: Bootstrap) -> Self {
        let name = bootstrap.name.and_then(|name| Some(UserName::parse(&name).ok()?.as_str().to_owned()));
        let rooms = bootstrap.rooms.into_iter().map(|room| (room.id.clone(), room)).collect();
        Self { name, rooms: Shared::new(rooms), ..Self::default() }
    }

    pub fn room_name(&self, room: &RoomId) -> String {
        self.rooms.get(room).map_or_else(|| room.to_name(), |summary| summary.name.clone())
    }

    pub fn standing(&self, room: &RoomId) -> Standing {
        self.conversations.get(room).map(|conversation| conversation.standing).unwrap_or_default()
    }

    /// New messages in all rooms.
    pub fn unread(&self) -> u32 {
        self.conversations.values().map(|conversation| conversation.unread).sum()
    }

    /// The person looks at this room now, or at none.
    pub fn open(&mut self, room: Option<RoomId>) {
        self.open = room;
        self.mark_read();
    }

    pub fn set_hidden(&mut self, hidden: bool) {
        self.hidden = hidden;
        self.mark_read();
    }

    fn mark_read(&mut self) {
        let open = if self.hidden { None } else { self.open.as_ref() };
        if let Some(conversation) = open.and_then(|room| self.conversations.get_mut(room)) {
            conversation.unread = 0;
        }
    }

    fn conversation(&mut self, room: &RoomId) -> &mut Conversation {
        self.conversations.entry(room.clone()).or_default()
    }

    /// The person comes into a room, perhaps one they have left before.
    pub fn enter(&mut self, room: &RoomId) {
        let conversation = self.conversation(room);
        if conversation.standing == Standing::Left {
            conversation.standing = Standing::Outside;
        }
    }

    /// Asks for earlier entries only if there are some and the question can be answered; then once.
    pub fn start_loading(&mut self, room: &RoomId) -> bool {
        let online = self.link == Link::Online;
        let Some(conversation) = self.conversations.get_mut(room) else { return false };
        let start = online && conversation.earlier == Earlier::There;
        if start {
            conversation.earlier = Earlier::Loading;
        }
        start
    }
}
