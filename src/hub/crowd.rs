use std::collections::{BTreeMap, BTreeSet};

use crate::protocol::limits::{
    BIG_CROWD, BIG_CROWD_EVERY_MS, CHANGES_NAMED_MAX, PEOPLE_NAMED_MAX, STATES_EVERY_MS, TYPING_LASTS_MS,
    TYPING_NAMED_MAX,
};
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
    typing_told_at: Option<u64>,
    /// More people were here than are named, when they were told last.
    was_big: bool,
}

/// How long news wait after the last ones that so many people were told.
pub fn pause_ms(people: usize) -> u64 {
    STATES_EVERY_MS + people as u64 / BIG_CROWD * BIG_CROWD_EVERY_MS
}

/// What is to be told to everyone in the room.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct News {
    pub presence: Option<Presence>,
    pub typing: Option<Typing>,
    /// Who came and went is to be told too.
    pub entries: bool,
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
    /// with what else happens until then. `entries_wait` is whether entries of who came and went do.
    pub fn next_news_at(&self, now_ms: u64, entries_wait: bool) -> Option<u64> {
        let people = (entries_wait || !self.changed.is_empty()).then(|| self.next_telling_at().max(now_ms));
        let typing = if self.typing_changed { Some(now_ms) } else { self.typing.values().min().copied() };
        let earliest = self.typing_told_at.map_or(0, |told_at| told_at + STATES_EVERY_MS);
        people.into_iter().chain(typing.map(|at| at.max(earliest))).min()
    }

    fn next_telling_at(&self) -> u64 {
        self.told_at.map_or(0, |told_at| told_at + pause_ms(self.people.len()))
    }

    pub fn take_news(&mut self, room: &RoomId, now_ms: u64, entries_wait: bool) -> News {
        let before = self.typing.len();
        self.typing.retain(|_, until| *until > now_ms);
        self.typing_changed |= self.typing.len() != before;
        let mut news = News::default();
        // At most as often as that is to be told.
        if self.next_telling_at() <= now_ms {
            (news.presence, news.entries) = (self.changes(room), entries_wait);
        }
        if news != News::default() {
            self.told_at = Some(now_ms);
        }
        let is_typing_due = self.typing_told_at.is_none_or(|told_at| told_at + STATES_EVERY_MS <= now_ms);
        if is_typing_due && std::mem::take(&mut self.typing_changed) {
            news.typing = Some(self.typing(room));
            self.typing_told_at = Some(now_ms);
        }
        news
    }

    /// Who has come and gone since that was told last.
    fn changes(&mut self, room: &RoomId) -> Option<Presence> {
        let changed = std::mem::take(&mut self.changed);
        if changed.is_empty() {
            return None;
        }
        let is_big = self.people.len() > PEOPLE_NAMED_MAX;
        let was_big = std::mem::replace(&mut self.was_big, is_big);
        let named_max = if is_big { CHANGES_NAMED_MAX } else { PEOPLE_NAMED_MAX };
        let (mut here, gone): (Vec<_>, Vec<_>) = changed.into_iter().partition(|user| self.people.contains_key(user));
        // Of a big crowd, some of those who come are only counted; those who go are named, or the whole is told anew, as far
        // as it is ever named. So it is where everyone can be named again.
        let is_too_much = gone.len() > named_max || (!is_big && here.len() + gone.len() > named_max);
        if is_too_much || (was_big && !is_big) {
            return Some(self.presence(room));
        }
        here.truncate(named_max - gone.len());
        let here = here.iter().filter_map(|user| self.user(user)).collect();
        Some(Presence { room: room.clone(), all: false, online: self.online(), here, gone })
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
        assert_eq!(crowd.next_news_at(5_000, false), Some(5_000), "the first change is told at once");
        crowd.take_news(&room(), 5_000, false);
        for n in 0..1_000 {
            crowd.enter(&id(&format!("u{n}")), "Someone");
        }
        crowd.leave(&id("ada"));
        assert_eq!(crowd.next_news_at(5_100, false), Some(6_000));
        let presence = crowd.take_news(&room(), 6_000, false).presence.unwrap();
        assert_eq!((presence.online, presence.all), (1_000, false));
        assert_eq!((presence.here.len(), presence.gone), (CHANGES_NAMED_MAX - 1, vec![id("ada")]), "some are named");
        crowd.leave(&id("u7"));
        let presence = crowd.take_news(&room(), 8_000, false).presence.unwrap();
        assert_eq!((presence.all, presence.gone), (false, vec![id("u7")]));
        assert_eq!(crowd.next_news_at(6_001, false), None);
    }

    #[test]
    fn a_big_crowd_is_told_seldom_and_nobody_who_goes_stays_behind_in_a_list() {
        let mut crowd = Crowd::default();
        let people = |from: usize, to: usize| (from..to).map(|n| id(&format!("u{n:05}")));
        people(0, 4_500).for_each(|user| crowd.enter(&user, "Someone"));
        crowd.take_news(&room(), 0, false);
        crowd.enter(&id("ada"), "Ada");
        assert_eq!(crowd.next_news_at(10, false), Some(3_000));
        crowd.take_news(&room(), 3_000, false);
        people(0, 51).for_each(|user| crowd.leave(&user));
        let presence = crowd.take_news(&room(), 6_000, false).presence.unwrap();
        assert_eq!((presence.all, presence.here.len(), presence.gone.len()), (true, PEOPLE_NAMED_MAX, 0));
        people(51, 4_499).for_each(|user| crowd.leave(&user));
        crowd.take_news(&room(), 9_000, false);
        crowd.leave(&id("u04499"));
        let presence = crowd.take_news(&room(), 12_000, false).presence.unwrap();
        assert_eq!((presence.all, presence.gone), (false, vec![id("u04499")]));
    }

    #[test]
    fn everyone_is_named_again_once_they_can_be() {
        let mut crowd = Crowd::default();
        let people = || (0..230).map(|n| id(&format!("u{n:05}")));
        people().for_each(|user| crowd.enter(&user, "Someone"));
        crowd.take_news(&room(), 0, false);
        people().take(40).for_each(|user| crowd.leave(&user));
        let presence = crowd.take_news(&room(), 5_000, false).presence.unwrap();
        assert_eq!((presence.all, presence.here.len()), (true, 190));
    }

    #[test]
    fn entries_of_who_comes_and_goes_wait_for_the_same_moment() {
        let mut crowd = Crowd::default();
        assert_eq!((crowd.next_news_at(7, false), crowd.next_news_at(7, true)), (None, Some(7)));
        assert!(crowd.take_news(&room(), 7, true).entries);
        assert_eq!(crowd.next_news_at(8, true), Some(1_007));
        crowd.enter(&id("ada"), "Ada");
        crowd.start_typing(&id("ada"), 9);
        let news = crowd.take_news(&room(), 9, true);
        assert_eq!((news.presence, news.entries, news.typing.is_some()), (None, false, true));
    }

    #[test]
    fn who_came_and_went_in_between_is_told_as_gone() {
        let mut crowd = Crowd::default();
        crowd.enter(&id("ada"), "Ada");
        crowd.leave(&id("ada"));
        let presence = crowd.take_news(&room(), 0, false).presence.unwrap();
        assert_eq!((presence.online, presence.here, presence.gone), (0, vec![], vec![id("ada")]));
    }

    #[test]
    fn typing_ends_by_itself() {
        let mut crowd = Crowd::default();
        crowd.enter(&id("ada"), "Ada");
        crowd.start_typing(&id("ada"), 0);
        let typing = crowd.take_news(&room(), 0, false).typing.unwrap();
        assert_eq!(typing.users[0].name, "Ada");
        assert_eq!(crowd.next_news_at(10, false), Some(TYPING_LASTS_MS));
        assert_eq!(crowd.take_news(&room(), TYPING_LASTS_MS, false).typing.unwrap().users, []);
        assert_eq!(crowd.next_news_at(10_000, false), None);
    }

    #[test]
    fn nobody_types_who_is_not_here() {
        let mut crowd = Crowd::default();
        crowd.start_typing(&id("ada"), 0);
        assert!(!crowd.is_anyone_typing());
    }
}
