use std::collections::BTreeMap;

use parlor::protocol::RoomId;
use parlor::session::{Keep, Saved, SavedRoom};

/// What a browser keeps on its disk, shared by its tabs. It survives all of them.
#[derive(Default)]
pub struct Storage {
    pub saved: Saved,
}

impl Storage {
    /// One write: all of it, or it never happened.
    pub fn write(&mut self, keep: Keep) {
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
                    kept.entries.extend(entries);
                    kept.entries.sort_by_key(|entry| entry.seq);
                    kept.entries.dedup_by_key(|entry| entry.seq);
                }
            }
            Keep::Read { epoch, room, seq } => {
                if saved.epoch.as_ref() == Some(&epoch) {
                    let kept = room_of(&mut saved.rooms, room);
                    kept.read = kept.read.max(seq);
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
