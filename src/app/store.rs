use std::collections::HashMap;
use std::ops::Range;

use super::host::Host;
use super::model::{Changing, Conversation, Making, Model};
use super::prelude::*;
use super::start::HOST;
use crate::protocol::api::RoomInvite;
use crate::protocol::{Access, MessageId, Password, Profile, RoomChange, RoomId, RoomName, Seq, User, UserId};
use crate::session::{Command, Key};

/// What lies over the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sheet {
    Room,
    Person(User),
    Message { by: UserId, id: MessageId },
}

/// What components read and do. It is copied freely; there is one model behind it.
#[derive(Clone, Copy)]
pub struct Store {
    model: RwSignal<Model>,
    drafts: RwSignal<HashMap<RoomId, String>>,
    /// Since the page reacts. A server renders one that does not yet.
    pub ready: RwSignal<bool>,
    pub today: RwSignal<Range<u64>>,
    /// The list of people is shown, where there is no room for it beside the conversation.
    pub people_open: RwSignal<bool>,
    pub sheet: RwSignal<Option<Sheet>>,
    /// The invite link by which the person has come, until it is used.
    pub invite: RwSignal<Option<RoomInvite>>,
}

impl Store {
    pub fn provide(model: Model) -> Self {
        let store = Self {
            model: RwSignal::new(model),
            drafts: RwSignal::default(),
            ready: RwSignal::new(false),
            today: RwSignal::new(0..0),
            people_open: RwSignal::new(false),
            sheet: RwSignal::new(None),
            invite: RwSignal::new(None),
        };
        provide_context(store);
        store
    }

    pub fn here() -> Self {
        expect_context()
    }

    /// Nothing happens while a server renders.
    pub fn host(self) -> Option<&'static dyn Host> {
        HOST
    }

    /// Brings the page to life, with whoever is known to be here.
    pub fn start(self) {
        let Some(host) = self.host() else { return };
        self.refresh_today();
        let started = move || {
            if self.model.read_untracked().is_in() {
                self.command(Command::Enter { name: None });
            }
            self.ready.set(true);
        };
        host.start(self.model, Box::new(started));
    }

    /// A part of the model. Whoever reads it runs again when this part changes, and only then.
    pub fn slice<T>(self, pick: impl Fn(&Model) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        memo(move || pick(&self.model.read()))
    }

    /// A part of a room's conversation, or what an unknown room has of it.
    pub fn in_room<T>(self, room: &RoomId, pick: fn(&Conversation) -> T) -> Memo<T>
    where
        T: PartialEq + Default + Send + Sync + 'static,
    {
        let room = room.clone();
        self.slice(move |model| model.conversations.get(&room).map(pick).unwrap_or_default())
    }

    pub fn draft(self, room: &RoomId) -> Memo<String> {
        let room = room.clone();
        memo(move || self.drafts.read().get(&room).cloned().unwrap_or_default())
    }

    pub fn set_draft(self, room: &RoomId, text: String) {
        self.drafts.write().insert(room.clone(), text);
    }

    pub fn refresh_today(self) {
        let Some(host) = self.host() else { return };
        let now = host.now();
        if !self.today.read_untracked().contains(&now) {
            self.today.set(host.day_around(now));
        }
    }

    /// For a moment that need not be exact.
    pub fn moment(self, at: u64) -> String {
        match self.host() {
            Some(host) if host.day_around(host.now()).contains(&at) => format!("today at {}", host.time_text(at)),
            Some(host) => format!("on {}", host.day_text(at)),
            None => String::new(),
        }
    }

    pub fn command(self, command: Command) {
        if let Some(host) = self.host() {
            host.command(command);
        }
    }

    /// The browser has a login of this person now, in a cookie that no script sees.
    pub fn come_in(self, profile: Profile) {
        self.model.write().be(profile);
        self.command(Command::Enter { name: None });
    }

    /// What one knows of oneself has changed.
    pub fn be(self, profile: Profile) {
        self.model.write().be(profile);
    }

    /// The server has taken the person for its administrator.
    pub fn be_admin(self) {
        self.model.write().admin = true;
    }

    /// The browser's login has ended by the person's own will. The server tells so too, unless there is no link.
    pub fn go_out(self) {
        if self.model.read_untracked().is_in() {
            self.command(Command::Enter { name: None });
        }
    }

    /// What somebody has begun to write is nothing to whoever comes after them.
    pub fn forget_drafts(self) {
        self.drafts.write().clear();
        self.people_open.set(false);
        self.sheet.set(None);
    }

    pub fn open(self, room: Option<RoomId>) {
        self.people_open.set(false);
        self.sheet.set(None);
        self.model.write().open(room);
    }

    pub fn join(self, room: RoomId, key: Option<Key>, at_door: bool) {
        self.model.write().enter(&room, at_door);
        self.command(Command::Join { room, key });
    }

    /// The invite link to this room, which is used up by this.
    pub fn take_invite(self, room: &RoomId) -> Option<Key> {
        let is_it = self.invite.read_untracked().as_ref().is_some_and(|invite| invite.room == *room);
        if !is_it {
            return None;
        }
        let invite = self.invite.write().take();
        invite.map(|invite| Key::Invite(invite.code))
    }

    pub fn make(self, name: &RoomName, access: Access, password: Option<Password>) {
        let making = Making { room: name.id().clone(), outcome: None };
        self.model.write().making = Some(making);
        self.command(Command::Create { name: name.as_str().to_owned(), access, password });
    }

    /// Changes something in a room.
    pub fn change(self, room: &RoomId, change: RoomChange) {
        let changing = Changing { room: room.clone(), change: change.name(), outcome: None };
        let mut model = self.model.write();
        model.changing = Some(changing);
        model.problem = None;
        drop(model);
        self.command(Command::Change { room: room.clone(), change });
    }

    /// Forgets what became of the last change.
    pub fn stop_changing(self) {
        if self.model.read_untracked().changing.is_some() {
            self.model.write().changing = None;
        }
    }

    pub fn load_members(self, room: &RoomId, anew: bool) {
        let start = self.model.write().start_members(room, anew);
        if let Some(after) = start {
            self.command(Command::Members { room: room.clone(), after });
        }
    }

    /// What the model says now, without following it.
    pub fn now<T>(self, pick: impl FnOnce(&Model) -> T) -> T {
        pick(&self.model.read_untracked())
    }

    pub fn stop_making(self) {
        self.model.write().making = None;
    }

    pub fn say(self, room: &RoomId, body: String) {
        let Some(host) = self.host() else { return };
        let (id, room) = (host.new_message_id(), room.clone());
        self.command(Command::Send { id, room, body });
    }

    /// Puts a refused message back into the message box, before what is there.
    pub fn correct(self, room: &RoomId, id: MessageId, body: &str) {
        let mut drafts = self.drafts.write();
        let draft = drafts.entry(room.clone()).or_default();
        *draft = if draft.is_empty() { body.to_owned() } else { format!("{body}\n{draft}") };
        drop(drafts);
        self.command(Command::Discard { id });
    }

    pub fn load_older(self, room: &RoomId, before: Seq) {
        let start = self.model.write().start_loading(room, before);
        if start {
            self.command(Command::LoadOlder { room: room.clone(), before });
        }
    }

    /// Whether all that is new in a room has come.
    pub fn is_caught_up(self, room: &RoomId) -> bool {
        let is_caught_up =
            |conversation: &Conversation| conversation.live && conversation.newest() >= conversation.head;
        self.model.read_untracked().conversations.get(room).is_some_and(is_caught_up)
    }

    /// The end of this room's conversation is in sight.
    pub fn look(self, room: &RoomId) {
        let read = self.model.write().look(room);
        if let Some(seq) = read {
            self.command(Command::Read { room: room.clone(), seq });
        }
    }

    pub fn dismiss_problem(self) {
        self.model.write().problem = None;
    }
}
