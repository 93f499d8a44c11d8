use std::collections::{BTreeMap, BTreeSet};

use crate::protocol::limits::{PEOPLE_NAMED_MAX, STATES_EVERY_MS, TYPING_LASTS_MS, TYPING_NAMED_MAX};
use crate::protocol::{Presence, RoomId, Typing, User, UserId};

/// Who is online in a room and who is typing, and what of that has changed since it was last told.
#[derive(Debug, Default)]
pub struct Crowd {
    people: BTreeMap<UserId, String>,
    changed: BTreeSet<UserId>,
    /// Until when each is believed to be typing.
    typing: BTreeMap<UserId, u64>,
    typing_changed: bool,
    told_at: Option<u64>,
}

/// What is to be told to everyone in the room.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct News {
    pub presence: Option<Presence>,
    pub typing: Option<Typing>,
}

impl Crowd {
    pub fn online(&self) -> u32 {
        u32::try_from(self.people.len()).unwrap_or(u32::MAX)
    }

    /// Adds a person, or gives them another name.
    pub fn enter(&mut self, user: &UserId, name: &str) {
        if self.people.get(user).map(String::as_str) != Some(name) {
            self.people.insert(user.clone(), name.to_owned());
            self.changed.insert(user.clone());
        }
    }

    pub fn leave(&mut self, user: &UserId) {
        if self.people.remove(user).is_some() {
            self.changed.insert(user.clone());
        }
        self.stop_typing(user);
    }

    pub fn start_typing(&mut self, user: &UserId, now_ms: u64) {
        if self.people.contains_key(user) {
            self.typing_changed |= self.typing.insert(user.clone(), now_ms + TYPING_LASTS_MS).is_none();
        }
    }

    pub fn stop_typing(&mut self, user: &UserId) {
        self.typing_changed |= self.typing.remove(user).is_some();
    }

    /// When there is something to tell: at once if the last time was long ago, and otherwise a moment later together
    /// with what else happens until then.
    pub fn next_news_at(&self, now_ms: u64) -> Option<u64> {
        let expiry = self.typing.values().min().copied();
        let news = !self.changed.is_empty() || self.typing_changed;
        let at = if news { Some(now_ms) } else { expiry };
        at.map(|at| at.max(self.told_at.map_or(0, |told_at| told_at + STATES_EVERY_MS)))
    }

    pub fn take_news(&mut self, room: &RoomId, now_ms: u64) -> News {
        let before = self.typing.len();
        self.typing.retain(|_, until| *until > now_ms);
        self.typing_changed |= self.typing.len() != before;
        let mut news = News::default();
        if !self.changed.is_empty() {
            let changed = std::mem::take(&mut self.changed);
            // Where more has changed than a frame can name, the whole is told anew, as far as it is ever named.
            news.presence = Some(if changed.len() > PEOPLE_NAMED_MAX {
                self.presence(room)
            } else {
                let (here, gone): (Vec<_>, Vec<_>) =
                    changed.into_iter().partition(|user| self.people.contains_key(user));
                let here = here.iter().filter_map(|user| self.user(user)).collect();
                Presence { room: room.clone(), all: false, online: self.online(), here, gone }
            });
        }
        if std::mem::take(&mut self.typing_changed) {
            news.typing = Some(self.typing(room));
        }
        if news != News::default() {
            self.told_at = Some(now_ms);
        }
        news
    }

    /// Everyone, for somebody who knows nothing yet.
    pub fn presence(&self, room: &RoomId) -> Presence {
        let here = self.people.keys().take(PEOPLE_NAMED_MAX).filter_map(|user| self.user(user)).collect();
        Presence { room: room.clone(), all: true, online: self.online(), here, gone: vec![] }
    }

    pub fn typing(&self, room: &RoomId) -> Typing {
        let users = self.typing.keys().take(TYPING_NAMED_MAX).filter_map(|user| self.user(user)).collect();
        Typing { room: room.clone(), users }
    }

    pub fn is_anyone_typing(&self) -> bool {
        !self.typing.is_empty()
    }

    fn user(&self, id: &UserId) -> Option<User> {
        self.people.get(id).map(|name| User { id: id.clone(), name: name.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(user: &str) -> UserId {
        UserId::parse(user).unwrap()
    }

    fn room() -> RoomId {
        RoomId::parse("tea").unwrap()
    }

    #[test]
    fn changes_between_two_tellings_are_told_as_one() {
        let mut crowd = Crowd::default();
        crowd.enter(&id("ada"), "Ada");
        assert_eq!(crowd.next_news_at(5_000), Some(5_000), "the first change is told at once");
        crowd.take_news(&room(), 5_000);
        for n in 0..1_000 {
            crowd.enter(&id(&format!("u{n}")), "Someone");
        }
        crowd.leave(&id("ada"));
        assert_eq!(crowd.next_news_at(5_100), Some(6_000));
        let presence = crowd.take_news(&room(), 6_000).presence.unwrap();
        assert_eq!((presence.online, presence.here.len()), (1_000, PEOPLE_NAMED_MAX));
        assert!(presence.all, "more than can be named");
        crowd.leave(&id("u7"));
        let presence = crowd.take_news(&room(), 8_000).presence.unwrap();
        assert_eq!((presence.all, presence.gone), (false, vec![id("u7")]));
        assert_eq!(crowd.next_news_at(6_001), None);
    }

    #[test]
    fn who_came_and_went_in_between_is_told_as_gone() {
        let mut crowd = Crowd::default();
        crowd.enter(&id("ada"), "Ada");
        crowd.leave(&id("ada"));
        let presence = crowd.take_news(&room(), 0).presence.unwrap();
        assert_eq!((presence.online, presence.here, presence.gone), (0, vec![], vec![id("ada")]));
    }

    #[test]
    fn typing_ends_by_itself() {
        let mut crowd = Crowd::default();
        crowd.enter(&id("ada"), "Ada");
        crowd.start_typing(&id("ada"), 0);
        let typing = crowd.take_news(&room(), 0).typing.unwrap();
        assert_eq!(typing.users[0].name, "Ada");
        assert_eq!(crowd.next_news_at(10), Some(TYPING_LASTS_MS));
        assert_eq!(crowd.take_news(&room(), TYPING_LASTS_MS).typing.unwrap().users, []);
        assert_eq!(crowd.next_news_at(10_000), None);
    }

    #[test]
    fn nobody_types_who_is_not_here() {
        let mut crowd = Crowd::default();
        crowd.start_typing(&id("ada"), 0);
        assert!(!crowd.is_anyone_typing());
    }
}
