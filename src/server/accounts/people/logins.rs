//! Logins: who is signed in where.

use rusqlite::{OptionalExtension, params};

use super::{People, Person, id, signed, unsigned};
use crate::protocol::api::Device;
use crate::protocol::limits::{LOGIN_LASTS_MS, LOGINS_PER_PERSON_MAX};
use crate::protocol::{ErrorCode, LoginId, Profile, User, UserId};
use crate::server::accounts::denied::{AccountError, Denied};
use crate::server::accounts::login::{LoggedIn, NewLogin, SecretHash};

/// That a login is used is written down at most this often.
const SEEN_EVERY_MS: u64 = 3_600_000;

impl People {
    /// Whose login this is, if it has not ended.
    pub fn login(&self, hash: SecretHash, now: u64) -> Result<Option<LoggedIn>, AccountError> {
        let sql = "SELECT login, user, name, password IS NOT NULL, admin, seen_at, logins.made_at FROM logins JOIN people USING (user)
             WHERE hash = ? AND banned = 0 AND deleted = 0";
        let found = self.db.prepare_cached(sql)?.query_row([hash.0], |row| {
            let user = User { id: id(row, 1)?, name: row.get(2)? };
            let profile = Profile { user, secured: row.get(3)?, admin: row.get(4)? };
            Ok(LoggedIn { login: id(row, 0)?, profile, seen_at: unsigned(row, 5)?, made_at: unsigned(row, 6)? })
        });
        Ok(found.optional()?.filter(|found| found.seen_at.saturating_add(LOGIN_LASTS_MS) > now))
    }

    /// Whether that this login is used now is worth writing down, as the first time is.
    pub fn is_news(found: &LoggedIn, now: u64) -> bool {
        let is_first = found.seen_at <= found.made_at && now > found.made_at;
        is_first || found.seen_at.saturating_add(SEEN_EVERY_MS) <= now
    }

    pub fn saw(&self, login: &LoginId, now: u64) -> Result<(), AccountError> {
        self.db
            .prepare_cached("UPDATE logins SET seen_at = ?2 WHERE login = ?1 AND seen_at < ?2")?
            .execute(params![login.as_str(), signed(now)])?;
        Ok(())
    }

    /// A new login of somebody whose password has just been found right; the one that the request came by ends.
    pub fn sign_in(&self, known: &Person, login: &NewLogin, old: Option<&LoginId>) -> Result<Profile, AccountError> {
        self.atomically(|people| {
            let user = &known.profile.user.id;
            let person = people.person(user)?.filter(|person| person.password == known.password);
            let person = person.ok_or(Denied::wrong_password(0))?;
            if person.banned {
                return Err(Denied::new(ErrorCode::Banned, "kept out of this server").into());
            }
            if let Some(old) = old {
                people.leave_by(old)?;
            }
            people.add_login(user, login)?;
            Ok(person.profile)
        })
    }

    pub(super) fn add_login(&self, user: &UserId, login: &NewLogin) -> Result<(), AccountError> {
        let sql = "DELETE FROM logins WHERE login IN
             (SELECT login FROM logins WHERE user = ? ORDER BY seen_at DESC LIMIT -1 OFFSET ?)";
        self.db.prepare_cached(sql)?.execute(params![user.as_str(), LOGINS_PER_PERSON_MAX as i64 - 1])?;
        let NewLogin { id, hash, label, at } = login;
        self.db.prepare_cached("INSERT INTO logins VALUES (?1, ?2, ?3, ?4, ?5, ?5)")?.execute(params![
            id.as_str(),
            hash.0,
            user.as_str(),
            label,
            signed(*at)
        ])?;
        Ok(())
    }

    /// Newest first.
    pub fn devices(&self, user: &UserId, current: &LoginId) -> Result<Vec<Device>, AccountError> {
        let sql = "SELECT login, label, made_at, seen_at FROM logins WHERE user = ? ORDER BY seen_at DESC, login";
        let mut found = self.db.prepare_cached(sql)?;
        let devices = found.query_map([user.as_str()], |row| {
            let id: LoginId = id(row, 0)?;
            let current = id == *current;
            Ok(Device { id, label: row.get(1)?, made_at: unsigned(row, 2)?, seen_at: unsigned(row, 3)?, current })
        })?;
        Ok(devices.collect::<Result<_, _>>()?)
    }

    /// Ends a login, if there is one of this id.
    pub fn end_login(&self, login: &LoginId) -> Result<(), AccountError> {
        self.db.prepare_cached("DELETE FROM logins WHERE login = ?")?.execute([login.as_str()])?;
        Ok(())
    }

    /// Ends a login of this person, and of nobody else.
    pub fn end_device(&self, user: &UserId, login: &LoginId) -> Result<(), AccountError> {
        let sql = "SELECT 1 FROM logins WHERE login = ? AND user = ?";
        if self.db.prepare_cached(sql)?.exists([login.as_str(), user.as_str()])? {
            self.leave_by(login)?;
        }
        Ok(())
    }

    /// Ends this login and, since nobody comes back as a guest whose login has ended, the guest whose it was.
    pub fn leave_by(&self, login: &LoginId) -> Result<(), AccountError> {
        let sql = "SELECT user FROM logins WHERE login = ?";
        let user: Option<UserId> =
            self.db.prepare_cached(sql)?.query_row([login.as_str()], |row| id(row, 0)).optional()?;
        match user.map(|user| self.person(&user)).transpose()?.flatten() {
            Some(guest) if guest.password.is_none() => self.delete(&guest),
            _ => self.end_login(login),
        }
    }

    pub fn end_logins(&self, user: &UserId) -> Result<(), AccountError> {
        self.db.prepare_cached("DELETE FROM logins WHERE user = ?")?.execute([user.as_str()])?;
        Ok(())
    }

    /// Ends logins that nobody uses any more.
    pub fn end_old_logins(&self, now: u64) -> Result<(), AccountError> {
        let since = signed(now.saturating_sub(LOGIN_LASTS_MS));
        self.db.execute("DELETE FROM logins WHERE seen_at <= ?", [since])?;
        Ok(())
    }
}
