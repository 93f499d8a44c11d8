//! What becomes of a person: password, administration, ban, deletion.

use rusqlite::params;

use super::{People, Person};
use crate::log::Secret;
use crate::protocol::{Profile, UserId};
use crate::server::accounts::denied::{AccountError, Denied};

impl People {
    /// Sets the password of somebody who had this one, or none, a moment ago.
    pub fn change_password(&self, known: &Person, password: &Secret) -> Result<Profile, AccountError> {
        self.atomically(|people| {
            let user = &known.profile.user.id;
            let person = people.person(user)?.filter(|person| person.password == known.password);
            let person = person.ok_or(Denied::wrong_password(0))?;
            people.write_password(user, password)?;
            Ok(Profile { secured: true, ..person.profile })
        })
    }

    /// Sets somebody's password without knowing the one before. All their logins end.
    pub fn reset_password(&self, user: &UserId, password: &Secret) -> Result<(), AccountError> {
        self.atomically(|people| {
            people.person(user)?.ok_or(Denied::no_such_person())?;
            people.write_password(user, password)?;
            people.end_logins(user)
        })
    }

    fn write_password(&self, user: &UserId, password: &Secret) -> Result<(), AccountError> {
        self.db
            .prepare_cached("UPDATE people SET password = ? WHERE user = ?")?
            .execute([password.as_str(), user.as_str()])?;
        Ok(())
    }

    /// Keeps somebody out of the server, or lets them in again. Whoever is kept out administers nothing.
    pub fn set_banned(&self, user: &UserId, banned: bool) -> Result<(), AccountError> {
        self.atomically(|people| {
            people.person(user)?.ok_or(Denied::no_such_person())?;
            people
                .db
                .prepare_cached("UPDATE people SET banned = ?2, admin = admin AND NOT ?2 WHERE user = ?1")?
                .execute(params![user.as_str(), banned])?;
            if banned { people.end_logins(user) } else { Ok(()) }
        })
    }

    pub fn set_admin(&self, user: &UserId, admin: bool) -> Result<(), AccountError> {
        self.atomically(|people| {
            let person = people.person(user)?.ok_or(Denied::no_such_person())?;
            if admin && person.banned {
                return Err(Denied::not_allowed("whoever is kept out of the server cannot administer it").into());
            }
            people
                .db
                .prepare_cached("UPDATE people SET admin = ?2 WHERE user = ?1")?
                .execute(params![user.as_str(), admin])?;
            Ok(())
        })
    }

    pub fn has_admin(&self) -> Result<bool, AccountError> {
        Ok(self.db.prepare_cached("SELECT 1 FROM people WHERE admin = 1 LIMIT 1")?.exists([])?)
    }

    /// Makes the first administrator, and nobody after that.
    pub fn claim_admin(&self, user: &UserId) -> Result<Profile, AccountError> {
        self.atomically(|people| {
            if people.has_admin()? {
                return Err(Denied::not_allowed("there is an administrator already").into());
            }
            people.set_admin(user, true)?;
            Ok(people.person(user)?.ok_or(Denied::no_such_person())?.profile)
        })
    }

    /// Forgets who it was. The id stays, so that it is never given out again.
    pub fn delete(&self, known: &Person) -> Result<(), AccountError> {
        self.atomically(|people| {
            let user = &known.profile.user.id;
            let person = people.person(user)?.filter(|person| person.password == known.password);
            person.ok_or(Denied::wrong_password(0))?;
            people.end_logins(user)?;
            people
                .db
                .prepare_cached(
                    "UPDATE people SET name = '', sort = '', lower_key = NULL, shape_key = NULL, password = NULL,
                     admin = 0, deleted = 1 WHERE user = ?",
                )?
                .execute([user.as_str()])?;
            Ok(())
        })
    }
}
