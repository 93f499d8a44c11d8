use rusqlite::params;

use super::RoomTables;
use crate::log::Secret;
use crate::protocol::limits::MENTIONS_COUNTED_MAX;
use crate::protocol::{Access, Entry, EntryKind, InviteId, Role, Seq, User, UserId};
use crate::server::store::sqlite::remains;
use crate::server::store::sqlite::rows::{signed, word};

impl RoomTables<'_> {
    /// Does to the tables what [`RoomState::apply`] does, for an entry that is in the log now.
    ///
    /// [`RoomState::apply`]: crate::log::RoomState::apply
    pub fn apply(&self, entry: &Entry, secret: Option<&Secret>) -> rusqlite::Result<()> {
        let (room, by, secret) = (self.room, entry.by.id.as_str(), secret.map(Secret::as_str));
        match &entry.kind {
            EntryKind::Created { access, .. } => self.run(
                "UPDATE rooms SET access = ?, password = ?, founder = ? WHERE number = ?",
                params![word(access), secret, by, room],
            )?,
            EntryKind::Joined { invite } => return self.join(&entry.by, entry.seq, invite.as_ref()),
            EntryKind::Left => return self.take_out(by),
            EntryKind::Message { mentions, .. } => return self.mention(&entry.by.id, mentions, entry.seq),
            EntryKind::Renamed { name } => {
                self.run("UPDATE rooms SET name = ? WHERE number = ?", params![name, room])?
            }
            EntryKind::Topic { topic } => {
                self.run("UPDATE rooms SET topic = ? WHERE number = ?", params![topic, room])?
            }
            EntryKind::Access { access } => self.run(
                "UPDATE rooms SET access = ?, password = ? WHERE number = ?",
                params![word(access), secret, room],
            )?,
            EntryKind::SlowMode { seconds } => {
                self.run("UPDATE rooms SET slow_mode = ? WHERE number = ?", params![seconds, room])?
            }
            EntryKind::Role { user, role } => self.run(
                "UPDATE members SET role = ? WHERE room = ? AND user = ?",
                params![word(role), room, user.id.as_str()],
            )?,
            EntryKind::Removed { user } => return self.take_out(user.id.as_str()),
            EntryKind::Banned { user } => {
                self.take_out(user.id.as_str())?;
                self.run("INSERT OR REPLACE INTO bans VALUES (?, ?, ?)", params![room, user.id.as_str(), user.name])?
            }
            EntryKind::Unbanned { user } => {
                self.run("DELETE FROM bans WHERE room = ? AND user = ?", params![room, user.id.as_str()])?
            }
            EntryKind::Muted { user, until: 0 } => {
                self.run("DELETE FROM mutes WHERE room = ? AND user = ?", params![room, user.id.as_str()])?
            }
            EntryKind::Muted { user, until } => self.run(
                "INSERT OR REPLACE INTO mutes VALUES (?, ?, ?)",
                params![room, user.id.as_str(), signed(*until)],
            )?,
            EntryKind::Invited { invite, expires_at, uses_max } => {
                self.run("DELETE FROM invites WHERE room = ? AND expires_at <= ?", params![room, signed(entry.at)])?;
                let (id, name, at, expires_at) =
                    (invite.as_str(), &entry.by.name, signed(entry.at), expires_at.map(signed));
                self.run(
                    "INSERT OR REPLACE INTO invites VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)",
                    params![room, id, by, name, at, expires_at, uses_max, secret.unwrap_or_default()],
                )?
            }
            EntryKind::InviteRevoked { invite } => {
                self.run("DELETE FROM invites WHERE room = ? AND id = ?", params![room, invite.as_str()])?
            }
            EntryKind::Closed => return self.close(entry.seq),
            // The message was erased before.
            EntryKind::Deleted { .. }
            | EntryKind::Erased { .. }
            | EntryKind::CameAndWent { .. }
            | EntryKind::Damaged
            | EntryKind::Unknown => 0,
        };
        Ok(())
    }

    fn join(&self, by: &User, seq: Seq, invite: Option<&InviteId>) -> rusqlite::Result<()> {
        let (room, user) = (self.room, by.id.as_str());
        let founds =
            self.run("UPDATE rooms SET founder = NULL WHERE number = ? AND founder = ?", params![room, user])? > 0;
        let role = if founds { Role::Owner } else { Role::Member };
        self.take_out(user)?;
        self.run(
            "INSERT INTO members (room, user, name, read, role, joined) VALUES (?1, ?2, ?3, ?4, ?5, ?4)",
            params![room, user, by.name, signed(seq), word(&role)],
        )?;
        if let Some(invite) = invite {
            let invite = params![room, invite.as_str()];
            self.run("UPDATE invites SET uses = uses + 1 WHERE room = ? AND id = ?", invite)?;
            self.run("DELETE FROM invites WHERE room = ? AND id = ? AND uses >= uses_max", invite)?;
        }
        Ok(())
    }

    fn take_out(&self, user: &str) -> rusqlite::Result<()> {
        if self.run("DELETE FROM members WHERE room = ? AND user = ?", params![self.room, user])? > 0 {
            self.run("DELETE FROM mentions WHERE room = ? AND user = ?", params![self.room, user])?;
        }
        Ok(())
    }

    fn mention(&self, by: &UserId, mentions: &[UserId], seq: Seq) -> rusqlite::Result<()> {
        for user in mentions.iter().filter(|user| *user != by) {
            self.run(
                "INSERT OR IGNORE INTO mentions SELECT room, user, ?3 FROM members WHERE room = ?1 AND user = ?2
                 AND (SELECT count(*) FROM mentions WHERE room = ?1 AND user = ?2) < ?4",
                params![self.room, user.as_str(), signed(seq), MENTIONS_COUNTED_MAX as i64],
            )?;
        }
        Ok(())
    }

    fn close(&self, seq: Seq) -> rusqlite::Result<()> {
        for table in ["entries", "members", "bans", "mutes", "invites", "mentions"] {
            self.run(&format!("DELETE FROM {table} WHERE room = ?"), [self.room])?;
        }
        self.run(
            "UPDATE rooms SET topic = '', access = ?, password = NULL, slow_mode = 0, founder = NULL, closed = ?
             WHERE number = ?",
            params![word(&Access::default()), signed(seq), self.room],
        )?;
        remains::note(self.transaction)
    }
}
