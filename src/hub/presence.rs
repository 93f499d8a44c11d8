//! Who is online: people, not connections, with a grace time so that a reload does not flicker.

use std::collections::BTreeSet;

use super::delivery::encode_all;
use super::{ConnId, Hub, Now, Person, Timer, messages_limiter};
use crate::protocol::limits::{PRESENCE_GRACE_MS, STATES_EVERY_MS};
use crate::protocol::{Profile, RoomId, ServerFrame, User, UserId};

impl Hub {
    /// A connection turned out to be this person's.
    pub(super) fn gain_conn(&mut self, now: Now, profile: &Profile, conn: ConnId) {
        let User { id, name } = &profile.user;
        let rate = self.messages_per_second;
        let person = self.people.entry(id.clone()).or_insert_with(|| Person::new(name.clone(), messages_limiter(rate)));
        person.conns.insert(conn);
        person.is_online = true;
        self.set_profile(now, profile);
    }

    /// What a person is called and may do, from now on.
    pub(super) fn set_profile(&mut self, now: Now, profile: &Profile) {
        let User { id, name } = &profile.user;
        let Some(person) = self.people.get_mut(id) else { return };
        person.is_admin = profile.admin;
        let before = std::mem::replace(&mut person.name, name.clone());
        let rooms = if person.is_online { person.rooms.clone() } else { BTreeSet::new() };
        self.forget_name(id, &before);
        self.names.insert(name.to_lowercase(), id.clone());
        for room in rooms {
            if let Some(state) = self.rooms.get_mut(&room) {
                state.crowd.enter(id, name);
                self.crowd_changed(now, &room);
            }
        }
    }

    fn forget_name(&mut self, user: &UserId, name: &str) {
        let name = name.to_lowercase();
        if self.names.get(&name) == Some(user) {
            self.names.remove(&name);
        }
    }

    pub(super) fn lose_conn(&mut self, now: Now, user: &UserId, conn: ConnId) {
        let Some(person) = self.people.get_mut(user) else { return };
        person.conns.remove(&conn);
        if person.conns.is_empty() {
            person.gone_at = now.mono_ms;
            self.timers.insert((now.mono_ms + PRESENCE_GRACE_MS, Timer::Grace(user.clone())));
        }
    }

    pub(super) fn end_grace(&mut self, now: Now, user: &UserId) {
        let Some(person) = self.people.get_mut(user) else { return };
        if !person.conns.is_empty() || now.mono_ms < person.gone_at + PRESENCE_GRACE_MS {
            return; // came back, and perhaps went again
        }
        person.is_online = false;
        for room in person.rooms.clone() {
            if let Some(state) = self.rooms.get_mut(&room) {
                state.crowd.leave(user);
                self.crowd_changed(now, &room);
            }
        }
        self.forget_if_unneeded(user);
    }

    pub(super) fn forget_if_unneeded(&mut self, user: &UserId) {
        if self.people.get(user).is_some_and(|person| !person.is_online && person.rooms.is_empty()) {
            let gone = self.people.remove(user);
            self.forget_name(user, &gone.map(|person| person.name).unwrap_or_default());
        }
    }

    pub(super) fn start_typing(&mut self, now: Now, user: &UserId, room: &RoomId) {
        if let Some(state) = self.rooms.get_mut(room) {
            state.crowd.start_typing(user, now.mono_ms);
            self.crowd_changed(now, room);
        }
    }

    /// Something about the people in a room may have changed: sees to it that it is told in time.
    pub(super) fn crowd_changed(&mut self, now: Now, id: &RoomId) {
        let next_news_at = self.rooms.get(id).and_then(|room| room.crowd.next_news_at(now.mono_ms));
        if let Some(at) = next_news_at {
            self.timers.insert((at, Timer::Crowd(id.clone())));
        }
    }

    pub(super) fn tell_crowd(&mut self, now: Now, id: &RoomId) {
        let Some(room) = self.rooms.get_mut(id) else { return };
        if room.crowd.next_news_at(now.mono_ms).is_some_and(|at| at > now.mono_ms) {
            return self.crowd_changed(now, id);
        }
        let news = room.crowd.take_news(id, now.mono_ms);
        // Even if the count is back at what was told last: a client that came in between has seen another one.
        let count_changed = news.presence.is_some();
        let subscribers = room.subscribers.iter().copied().collect();
        let frames: Vec<_> = [news.presence.map(ServerFrame::Presence), news.typing.map(ServerFrame::Typing)]
            .into_iter()
            .flatten()
            .collect();
        self.broadcast(subscribers, &encode_all(&frames), |conn| {
            conn.people_due.insert(id.clone());
        });
        if count_changed {
            self.list_anew(now, id);
        }
        self.crowd_changed(now, id);
    }

    /// A room's line in the room list has changed.
    pub(super) fn list_anew(&mut self, now: Now, room: &RoomId) {
        if self.listed_anew.insert(room.clone()) && self.listed_anew.len() == 1 {
            let earliest = self.room_list_told_at.map_or(0, |at| at + STATES_EVERY_MS);
            self.timers.insert((earliest.max(now.mono_ms), Timer::RoomList));
        }
    }
}
