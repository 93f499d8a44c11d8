use std::iter;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::{connect, engine_error, rows};
use crate::log::{EngineError, Page, PageRange, Reader, damaged};
use crate::protocol::{Entry, EntryKind, RoomId, Seq};

/// Reads the log on a connection of its own, which a commit never blocks.
pub struct SqliteReader {
    path: PathBuf,
    /// Not there after a failure: then it is opened anew.
    db: Option<Connection>,
}

impl SqliteReader {
    pub fn open(path: &Path) -> rusqlite::Result<Self> {
        Ok(Self { path: path.into(), db: Some(connect::to_read(path)?) })
    }

    fn read(&mut self, room: &RoomId, range: PageRange, limit: usize) -> rusqlite::Result<Page> {
        let db = match &mut self.db {
            Some(db) => db,
            closed => closed.insert(connect::to_read(&self.path)?),
        };
        // Or entries would be missed that were deleted with their room in between.
        let snapshot = db.transaction()?;
        let place = rows::place_of(&snapshot, room)?.filter(|place| !place.is_closed);
        let Some(place) = place else { return Ok(Page::default()) };
        let seqs = range.seqs(place.head, limit);
        let mut statement = snapshot.prepare_cached(&format!(
            "SELECT {} FROM entries WHERE room = ? AND seq BETWEEN ? AND ? ORDER BY seq {}",
            rows::ENTRY,
            if matches!(range, PageRange::After(_)) { "ASC" } else { "DESC" }
        ))?;
        let (lowest, highest) = (seqs.iter().min(), seqs.iter().max());
        let bounds = [lowest, highest].map(|seq| rows::signed(seq.copied().unwrap_or(0)));
        let found = statement.query_map(params![place.number, bounds[0], bounds[1]], |row| rows::entry(room, row))?;
        range.fill(in_places(room, &seqs, found))
    }
}

impl Reader for SqliteReader {
    fn page(&mut self, room: &RoomId, range: PageRange, limit: usize) -> Result<Page, EngineError> {
        let page = self.read(room, range, limit).map_err(|error| {
            self.db = None;
            engine_error(error)
        })?;
        tell_of_damage(room, &page);
        Ok(page)
    }
}

/// Every seq up to the head was given out once, so one that is not found is an entry that was lost.
fn in_places<E>(
    room: &RoomId,
    seqs: &[Seq],
    found: impl Iterator<Item = Result<Entry, E>>,
) -> impl Iterator<Item = Result<Entry, E>> {
    let (mut found, mut seqs) = (found.peekable(), seqs.iter());
    iter::from_fn(move || {
        let seq = *seqs.next()?;
        let is_next = |entry: &Result<Entry, E>| entry.as_ref().map_or(true, |entry| entry.seq == seq);
        Some(found.next_if(is_next).unwrap_or_else(|| Ok(damaged(room, seq))))
    })
}

fn tell_of_damage(room: &RoomId, page: &Page) {
    let lost: Vec<Seq> =
        page.entries.iter().filter(|entry| entry.kind == EntryKind::Damaged).map(|entry| entry.seq).collect();
    if !lost.is_empty() {
        tracing::error!(%room, seqs = ?lost, "entries are damaged on disk; restore them from a backup");
    }
}
