use std::collections::BTreeMap;

use parlor::protocol::{Entry, MessageId, RoomId, Seq};
use parlor::session::{Event, Link, Session};

/// A tab: the real session and what its screen shows.
pub struct Client {
    pub session: Session,
    /// The person; several tabs may be one's.
    pub person: usize,
    pub link: Link,
    pub screens: BTreeMap<RoomId, Vec<Entry>>,
    pub online: BTreeMap<RoomId, u32>,
    /// What the person wrote, in order, and has not been told to be gone.
    pub written: Vec<(RoomId, MessageId)>,
    pub promised: BTreeMap<MessageId, Seq>,
}

impl Client {
    pub fn new(session: Session, person: usize) -> Self {
        Self {
            session,
            person,
            link: Link::Idle,
            screens: BTreeMap::new(),
            online: BTreeMap::new(),
            written: Vec::new(),
            promised: BTreeMap::new(),
        }
    }

    /// Shows an event as the page would, and checks what must hold at every moment.
    pub fn show(&mut self, event: Event) {
        match event {
            Event::Link(link) => self.link = link,
            Event::Joined { room, after, reset } => {
                let screen = self.screens.entry(room.id).or_default();
                if reset {
                    screen.clear();
                }
                assert!(screen.last().is_none_or(|entry| entry.seq == after), "what follows connects to the screen");
            }
            Event::Left { room } => _ = self.screens.remove(&room),
            Event::Entry(entry) => {
                let screen = self.screens.get_mut(&entry.room).expect("entries come only for rooms one is in");
                let next = screen.last().map_or(entry.seq, |last| last.seq + 1);
                assert_eq!(entry.seq, next, "no hole and nothing twice on the screen of {}", entry.room);
                screen.push(entry);
            }
            Event::Older(page) => {
                let screen = self.screens.get_mut(&page.room).expect("history comes only for rooms one is in");
                if let (Some(last), Some(first)) = (page.entries.last(), screen.first()) {
                    assert_eq!(last.seq + 1, first.seq, "older entries connect to the screen");
                }
                screen.splice(0..0, page.entries);
            }
            Event::Accepted { id, seq, .. } => assert_eq!(self.promised.insert(id, seq), None, "one promise a message"),
            Event::Discarded { id, .. } | Event::Refused { id, .. } => self.written.retain(|(_, other)| *other != id),
            Event::Rooms(list) => {
                if list.all {
                    self.online.clear();
                }
                self.online.extend(list.rooms.into_iter().map(|room| (room.id, room.online)));
            }
            _ => {}
        }
    }
}
