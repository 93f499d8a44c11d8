use rusqlite::{Connection, params};

use super::rows;
use crate::hub::PageRequest;
use crate::log::{Page, PageRange};
use crate::protocol::limits::PAGE_BYTES_MAX;
use crate::protocol::{Entry, encode};

pub fn page(db: &Connection, request: &PageRequest) -> rusqlite::Result<Page> {
    let (bound, seq, order) = match request.range {
        PageRange::After(seq) => (">", seq, "ASC"),
        PageRange::Before(seq) => ("<", seq, "DESC"),
    };
    let mut statement = db.prepare_cached(&format!(
        "SELECT {} FROM entries WHERE room = (SELECT number FROM rooms WHERE id = ?) AND seq {bound} ?
         ORDER BY seq {order} LIMIT ?",
        rows::ENTRY
    ))?;
    let parameters = params![request.room.as_str(), rows::signed(seq), rows::signed(request.limit as u64)];
    let found = statement.query_map(parameters, |row| rows::entry(&request.room, row))?;
    let mut entries = first_that_fit(found)?;
    if matches!(request.range, PageRange::Before(_)) {
        entries.reverse();
    }
    Ok(Page { entries })
}

/// Entries up to the bytes of a page; the first one in any case, or a page could be empty for ever.
fn first_that_fit(found: impl Iterator<Item = rusqlite::Result<Entry>>) -> rusqlite::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut bytes = 0;
    for entry in found {
        let entry = entry?;
        bytes += encode(&entry).len();
        if bytes > PAGE_BYTES_MAX && !entries.is_empty() {
            break;
        }
        entries.push(entry);
    }
    Ok(entries)
}
