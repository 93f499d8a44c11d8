use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::Serialize;

use super::AdminError;
use crate::log::LoadedRoom;
use crate::protocol::{Access, Role, RoomId, Seq, encode};
use crate::server::store::sqlite::Inspector;

/// A room as programs read it.
#[derive(Debug, Serialize)]
struct Line<'a> {
    room: &'a RoomId,
    name: &'a str,
    topic: &'a str,
    access: Access,
    members: usize,
    owners: Vec<&'a str>,
    entries: Seq,
    closed: bool,
}

impl<'a> Line<'a> {
    fn of(LoadedRoom { room, head, state }: &'a LoadedRoom) -> Self {
        let owners = state.members.values().filter(|member| member.role == Role::Owner);
        Self {
            room,
            name: &state.name,
            topic: &state.topic,
            access: state.access,
            members: state.members.len(),
            owners: owners.map(|member| member.name.as_str()).collect(),
            entries: *head,
            closed: state.is_closed,
        }
    }
}

/// Lists all rooms, in the order of their ids.
pub fn list(data: &Path, json: bool) -> Result<(), AdminError> {
    let mut rooms = Inspector::open(data)?.rooms()?;
    rooms.sort_by(|a, b| a.room.cmp(&b.room));
    let mut out = BufWriter::new(io::stdout().lock());
    for line in rooms.iter().map(Line::of) {
        if json {
            writeln!(out, "{}", encode(&line))?;
            continue;
        }
        let state = if line.closed { "deleted".into() } else { encode(&line.access).replace('"', "") };
        let Line { room, name, members, entries, .. } = line;
        writeln!(out, "{:<24} {state:<8} {members:>6} members {entries:>9} entries  {name}", room.as_str())?;
    }
    out.flush()?;
    Ok(())
}
