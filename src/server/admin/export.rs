use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::AdminError;
use crate::log::{PageRange, Reader};
use crate::protocol::limits::PAGE_ENTRIES_MAX;
use crate::protocol::{RoomId, encode};
use crate::server::store::sqlite::Inspector;

/// Writes the entries page by page, so that the largest room needs little memory and no server waits.
pub fn export(data: &Path, room: &RoomId) -> Result<(), AdminError> {
    let inspector = Inspector::open(data)?;
    let found = inspector.rooms()?.into_iter().find(|loaded| loaded.room == *room);
    let found = found.ok_or_else(|| AdminError::NoSuchRoom { room: room.clone() })?;
    if found.state.is_closed {
        return Err(AdminError::RoomClosed { room: room.clone() });
    }
    match write_all(&inspector, room) {
        // Whoever reads has seen enough.
        Err(AdminError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Ok(entries) => {
            let _ = writeln!(io::stderr(), "{entries} entries of {room}");
            Ok(())
        }
        Err(error) => Err(error),
    }
}

fn write_all(inspector: &Inspector, room: &RoomId) -> Result<u64, AdminError> {
    let mut reader = inspector.reader()?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut last = 0;
    loop {
        let page = reader.page(room, PageRange::After(last), PAGE_ENTRIES_MAX)?;
        let Some(newest) = page.entries.last() else { break };
        last = newest.seq;
        for entry in &page.entries {
            writeln!(out, "{}", encode(entry))?;
        }
    }
    out.flush()?;
    Ok(last)
}
