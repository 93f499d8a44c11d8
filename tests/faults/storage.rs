use parlor::session::{Keep, Saved};

/// What a browser keeps, in memory. It survives a reload of the page.
#[derive(Default)]
pub struct Storage {
    pub saved: Saved,
}

impl Storage {
    /// The only tab of its browser, in a test that keeps to one log and stays in its rooms.
    pub fn write(&mut self, keep: Keep) {
        let saved = &mut self.saved;
        match keep {
            Keep::Owner { user, epoch } => (saved.user, saved.epoch) = (Some(user), Some(epoch)),
            Keep::Entries { room, cursor, entries, .. } => {
                let kept = saved.rooms.entry(room).or_default();
                kept.cursor = kept.cursor.max(cursor);
                kept.entries.extend(entries);
                kept.entries.sort_by_key(|entry| entry.seq);
            }
            Keep::Read { room, seq, .. } => saved.rooms.entry(room).or_default().read = seq,
            Keep::ForgetRoom { room } => drop(saved.rooms.remove(&room)),
            Keep::Unsent(unsent) => saved.outbox.push(unsent),
            Keep::Settled { id } => saved.outbox.retain(|unsent| unsent.id != id),
            Keep::Leaving { .. } | Keep::Refused { .. } | Keep::Erase { .. } | Keep::Wipe { .. } => {
                panic!("nobody leaves, nothing is refused, deleted or wiped: {keep:?}");
            }
        }
    }
}
