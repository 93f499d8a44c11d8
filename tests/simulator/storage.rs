use std::collections::{BTreeMap, VecDeque};

use parlor::protocol::{Entry, EntryKind, RoomId};
use parlor::session::{Keep, Saved, SavedRoom};

use crate::tab::TabId;

/// What a browser keeps on its disk, shared by its tabs. It survives all of them.
///
/// As in IndexedDB, writes happen in the order in which they were begun, and a read waits for those begun before it.
#[derive(Default)]
pub struct Storage {
    pub saved: Saved,
    begun: VecDeque<(TabId, Keep)>,
}

impl Storage {
    pub fn begin(&mut self, tab: TabId, keep: Keep) {
        self.begun.push_back((tab, keep));
    }

    /// The next write of this tab is done, and all that were begun before it.
    pub fn finish_one(&mut self, tab: TabId) {
        if self.begun.iter().any(|(by, _)| *by == tab) {
            while let Some((by, keep)) = self.begun.pop_front() {
                self.write(keep);
                if by == tab {
                    break;
                }
            }
        }
    }

    pub fn read(&mut self) -> Saved {
        for (_, keep) in std::mem::take(&mut self.begun) {
            self.write(keep);
        }
        self.saved.clone()
    }

    /// The tab has ended, and with it what it had begun.
    pub fn forget(&mut self, tab: TabId) {
        self.begun.retain(|(by, _)| *by != tab);
    }

    /// One write: all of it, or it never happened.
    fn write(&mut self, keep: Keep) {
        let saved = &mut self.saved;
        match keep {
            Keep::Owner { user, epoch } => {
                if saved.user.as_ref() != Some(&user) || saved.epoch.as_ref() != Some(&epoch) {
                    saved.rooms.clear();
                    saved.leaving.clear();
                }
                (saved.user, saved.epoch) = (Some(user), Some(epoch));
            }
            Keep::Entries { epoch, room, cursor, entries } => {
                if saved.epoch.as_ref() == Some(&epoch) {
                    saved.leaving.remove(&room);
                    let kept = room_of(&mut saved.rooms, room);
                    kept.cursor = kept.cursor.max(cursor);
                    let erased = |kept: &Entry| matches!(kept.kind, EntryKind::Erased { .. });
                    kept.entries.retain(|kept| erased(kept) || entries.iter().all(|entry| entry.seq != kept.seq));
                    let news = |entry: &Entry| kept.entries.iter().all(|kept| kept.seq != entry.seq);
                    let news: Vec<_> = entries.into_iter().filter(news).collect();
                    kept.entries.extend(news);
                    kept.entries.sort_by_key(|entry| entry.seq);
                }
            }
            Keep::Read { epoch, room, seq } => {
                if saved.epoch.as_ref() == Some(&epoch) {
                    let kept = room_of(&mut saved.rooms, room);
                    kept.read = kept.read.max(seq);
                }
            }
            Keep::Erase { epoch, room, seq } => {
                if saved.epoch.as_ref() == Some(&epoch)
                    && let Some(kept) = saved.rooms.get_mut(&room)
                {
                    kept.entries.iter_mut().filter(|entry| entry.seq == seq).for_each(Entry::erase);
                }
            }
            Keep::Wipe { user } => {
                if saved.user.is_none() || saved.user == user {
                    *saved = Saved::default();
                }
            }
            Keep::Leaving { room } => {
                saved.rooms.remove(&room);
                saved.leaving.insert(room);
            }
            Keep::ForgetRoom { room } => {
                saved.rooms.remove(&room);
                saved.leaving.remove(&room);
            }
            Keep::Unsent(unsent) => {
                saved.outbox.retain(|other| other.id != unsent.id);
                saved.outbox.push(unsent);
            }
            Keep::Refused { id, code } => {
                for unsent in saved.outbox.iter_mut().filter(|unsent| unsent.id == id) {
                    unsent.refused = Some(code);
                }
            }
            Keep::Settled { id } => saved.outbox.retain(|unsent| unsent.id != id),
        }
    }
}

fn room_of(rooms: &mut BTreeMap<RoomId, SavedRoom>, room: RoomId) -> &mut SavedRoom {
    rooms.entry(room).or_default()
}
