//! What people do: they write, enter and leave rooms, scroll and read.

use parlor::protocol::{MessageId, RoomId};
use parlor::session::{Command, Event};

use crate::checks;
use crate::logins;
use crate::tab::{Tab, TabId};
use crate::world::{ROOMS, World};

/// Notes and writes to the storage take less than this, unless a tab sleeps.
const TABS_AGREE_WITHIN_MS: u64 = 2_000;

/// A message as its writer remembers it.
#[derive(Debug, Clone)]
pub struct Written {
    pub id: MessageId,
    pub room: RoomId,
    pub tab: TabId,
    pub browser: usize,
    pub at_ms: u64,
    /// It was refused once, and tried again. An earlier copy may have found its place before.
    pub again: bool,
    /// The tab ended before the browser had kept it.
    pub may_be_lost: bool,
    /// The login has ended, and the browser has forgotten it. Another tab may still send it, later than others.
    pub is_forgotten: bool,
}

impl World {
    pub fn write_something(&mut self) {
        let Some(tab) = self.any_waking_tab() else { return };
        let rooms: Vec<RoomId> = self.tabs[&tab].screens.keys().cloned().collect();
        let Some(room) = self.rng.choice(rooms) else { return };
        self.counter += 1;
        let id = MessageId::parse(&format!("m{}", self.counter)).unwrap();
        // Now and then one that the server refuses.
        let body = match self.rng.u32(..40) {
            0 => " ".into(),
            1..6 => format!("@{}, message {}", logins::name(self.rng.usize(..3)), self.counter),
            _ => format!("message {}", self.counter),
        };
        self.remember(tab, room.clone(), id.clone(), false);
        self.command(tab, Command::Send { id, room, body });
    }

    fn remember(&mut self, tab: TabId, room: RoomId, id: MessageId, again: bool) {
        let (browser, at_ms) = (self.tabs[&tab].browser, self.now_ms);
        self.written.push(Written { id, room, tab, browser, at_ms, again, may_be_lost: false, is_forgotten: false });
    }

    /// Of messages that the server refused, some are tried again and some given up.
    pub fn decide_on_refused(&mut self) {
        let Some((id, room)) = self.rng.choice(self.refused.clone()) else { return };
        let Some(tab) = self.any_waking_tab() else { return };
        if self.rng.bool() {
            self.command(tab, Command::Discard { id });
        } else {
            let before = self.refused.len();
            self.command(tab, Command::Resend { id: id.clone() });
            if self.refused.len() < before {
                self.remember(tab, room, id, true);
            }
        }
    }

    pub fn act_on_rooms(&mut self) {
        let Some(tab) = self.any_waking_tab() else { return };
        let room = RoomId::from_name(ROOMS[self.rng.usize(..ROOMS.len())]).unwrap();
        let command = match self.rng.u32(..20) {
            0 => Command::Leave { room },
            1..5 => {
                let shown = self.tabs[&tab].screens.get(&room).map(|screen| screen.entries.keys().copied());
                let Some(before) = self.rng.choice(shown.into_iter().flatten().collect::<Vec<_>>()) else { return };
                Command::LoadOlder { room, before }
            }
            5 => Command::Type { room },
            _ => {
                let key = self.draw_key(&room);
                Command::Join { room, key }
            }
        };
        self.command(tab, command);
    }

    pub fn read_something(&mut self) {
        let Some(tab) = self.any_waking_tab() else { return };
        let rooms = self.tabs[&tab].screens.iter().map(|(room, screen)| (room.clone(), screen.after));
        let Some((room, seq)) = self.rng.choice(rooms.collect::<Vec<_>>()) else { return };
        self.command(tab, Command::Read { room, seq });
    }

    /// What a screen says of messages, as people remember it.
    pub fn note_event(&mut self, tab: TabId, event: &Event) {
        let user = self.user_of(tab);
        match event {
            Event::SignedOut => self.signed_out(self.tabs[&tab].browser),
            Event::Changed(changed) => self.keys.note(changed),
            Event::Accepted { id, room, seq, .. } => {
                self.refused.retain(|(refused, _)| refused != id);
                if self.server.has_once_held(room, *seq, id) && !self.server.holds(room, *seq, id) {
                    // A late answer of a log that was replaced since.
                    return self.written.retain(|written| written.id != *id);
                }
                checks::promise_is_kept(&self.server, room, *seq, id);
                self.promised.insert((room.clone(), *seq), id.clone());
            }
            Event::Entry(entry) => checks::is_in_the_log_and_for_them(&self.server, &user, entry),
            Event::Older(page) => {
                page.entries.iter().for_each(|entry| checks::is_in_the_log_and_for_them(&self.server, &user, entry));
            }
            Event::Queued { id, .. } => self.refused.retain(|(refused, _)| refused != id),
            Event::Refused { id, room, .. } => {
                self.written.retain(|written| written.id != *id);
                if !self.refused.iter().any(|(refused, _)| refused == id) {
                    self.refused.push((id.clone(), room.clone()));
                }
            }
            Event::Discarded { id, .. } => {
                self.written.retain(|written| written.id != *id);
                self.refused.retain(|(refused, _)| refused != id);
            }
            _ => {}
        }
    }

    /// Whether a person can expect the one to stand before the other.
    pub fn is_ordered(&self, earlier: &Written, later: &Written) -> bool {
        let told_in_time = self.browsers[earlier.browser].has_locks
            && earlier.browser == later.browser
            && earlier.at_ms + TABS_AGREE_WITHIN_MS < later.at_ms;
        earlier.room == later.room
            && !later.again
            && !earlier.is_forgotten
            && (earlier.tab == later.tab || told_in_time)
    }

    fn any_waking_tab(&mut self) -> Option<TabId> {
        let waking = self.waking_tabs();
        self.rng.choice(waking)
    }

    /// Those at which somebody can sit, and is signed in.
    pub fn waking_tabs(&self) -> Vec<TabId> {
        let is_awake = |tab: &Tab| tab.asleep_until <= self.now_ms && !tab.is_signed_out;
        self.tabs.iter().filter(|(_, tab)| is_awake(tab)).map(|(id, _)| *id).collect()
    }
}
