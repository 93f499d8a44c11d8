use std::collections::BTreeMap;

use rusqlite::{Connection, Row};

use crate::log::{Invite, LoadedRoom, Member, RoomState, Secret};
use crate::protocol::{InviteId, User, UserId};
use crate::server::store::sqlite::rows::{self, from_word, id, optional_unsigned, unsigned};

/// Every room as its entries have made it.
pub fn load(db: &Connection) -> rusqlite::Result<Vec<LoadedRoom>> {
    let sql = format!("SELECT {}, id, name, topic, access, password, slow_mode, founder FROM rooms", rows::PLACE);
    let mut statement = db.prepare(&sql)?;
    statement.query_map([], |row| room(db, row))?.collect()
}

fn room(db: &Connection, row: &Row) -> rusqlite::Result<LoadedRoom> {
    let place = rows::place(row)?;
    let founder: Option<String> = row.get(9)?;
    let state = RoomState {
        name: row.get(4)?,
        topic: row.get(5)?,
        access: from_word(row, 6)?,
        password: row.get::<_, Option<String>>(7)?.map(Secret::new),
        slow_mode_s: row.get(8)?,
        founder: founder.map(|_| id(row, 9)).transpose()?,
        is_closed: place.is_closed,
        members: members(db, place.number)?,
        bans: collect(db, "SELECT user, name FROM bans WHERE room = ?", place.number, |row| {
            Ok((id(row, 0)?, row.get(1)?))
        })?,
        mutes: collect(db, "SELECT user, until FROM mutes WHERE room = ?", place.number, |row| {
            Ok((id(row, 0)?, unsigned(row, 1)?))
        })?,
        invites: invites(db, place.number)?,
    };
    Ok(LoadedRoom { room: id(row, 3)?, head: place.head, state })
}

fn members(db: &Connection, room: i64) -> rusqlite::Result<BTreeMap<UserId, Member>> {
    let sql = "SELECT user, name, role, joined, read FROM members WHERE room = ?";
    let mut members: BTreeMap<UserId, Member> = collect(db, sql, room, |row| {
        let (joined, read) = (unsigned(row, 3)?, unsigned(row, 4)?);
        Ok((id(row, 0)?, Member { name: row.get(1)?, role: from_word(row, 2)?, joined, read, mentions: vec![] }))
    })?;
    let sql = "SELECT user, seq FROM mentions WHERE room = ? ORDER BY seq";
    let mentions: Vec<_> = collect(db, sql, room, |row| Ok((id::<UserId>(row, 0)?, unsigned(row, 1)?)))?;
    for (user, seq) in mentions {
        if let Some(member) = members.get_mut(&user) {
            member.mentions.push(seq);
        }
    }
    Ok(members)
}

fn invites(db: &Connection, room: i64) -> rusqlite::Result<BTreeMap<InviteId, Invite>> {
    let sql = "SELECT id, by_id, by_name, at, expires_at, uses_max, uses, code FROM invites WHERE room = ?";
    collect(db, sql, room, |row| {
        let by = User { id: id(row, 1)?, name: row.get(2)? };
        let (at, expires_at, code) = (unsigned(row, 3)?, optional_unsigned(row, 4)?, row.get::<_, String>(7)?);
        let (uses_max, uses) = (row.get(5)?, row.get(6)?);
        Ok((id(row, 0)?, Invite { by, at, expires_at, uses_max, uses, code: Secret::new(code) }))
    })
}

fn collect<T, C: FromIterator<T>>(
    db: &Connection,
    sql: &str,
    room: i64,
    read: impl FnMut(&Row) -> rusqlite::Result<T>,
) -> rusqlite::Result<C> {
    db.prepare_cached(sql)?.query_map([room], read)?.collect()
}
