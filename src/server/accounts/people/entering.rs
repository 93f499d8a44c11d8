//! Newcomers, and who has which name.

use rusqlite::{OptionalExtension, params};

use super::{People, person, signed};
use crate::log::Secret;
use crate::protocol::api::SignUp;
use crate::protocol::limits::{GUEST_NAME_KEPT_MS, GUEST_NAME_UNUSED_MS, USER_NAME_CHARS_MAX};
use crate::protocol::{ErrorCode, LoginId, Profile, User, UserId, UserName};
use crate::server::accounts::denied::{AccountError, Denied};
use crate::server::accounts::login::{NewLogin, random_hex};
use crate::server::accounts::name_key::NameKeys;

/// Numbers that are tried for the name of somebody whose name has gone to another, before one is drawn.
const NUMBERS: std::ops::RangeInclusive<u32> = 2..=20;

/// Somebody who wants to come in for the first time.
#[derive(Debug)]
pub struct Newcomer {
    pub user: UserId,
    pub name: UserName,
    pub password: Option<Secret>,
    /// Has an invite link of a room that is known to be valid.
    pub invited: bool,
    pub login: NewLogin,
}

impl People {
    /// Makes a person and their first login; the login that the request came by, if any, ends.
    pub fn enter(&self, newcomer: &Newcomer, old: Option<&LoginId>) -> Result<Profile, AccountError> {
        self.atomically(|people| {
            match people.sign_up()? {
                SignUp::Invite if !newcomer.invited => {
                    return Err(Denied::new(ErrorCode::SignUpClosed, "come by an invite link").into());
                }
                SignUp::Password if newcomer.password.is_none() => {
                    return Err(Denied::new(ErrorCode::GuestsClosed, "choose a password").into());
                }
                _ => {}
            }
            if let Some(old) = old {
                people.leave_by(old)?;
            }
            let Newcomer { user, name, password, login, .. } = newcomer;
            let keys = people.take_name(user, name, login.at)?;
            people
                .db
                .prepare_cached(
                    "INSERT INTO people (user, name, sort, lower_key, shape_key, password, made_at)
                     VALUES (?, ?, ?, ?, ?, ?, ?)",
                )?
                .execute(params![
                    user.as_str(),
                    name.as_str(),
                    sort_key(name.as_str()),
                    keys.lower,
                    keys.shape,
                    password.as_ref().map(Secret::as_str),
                    signed(login.at)
                ])?;
            people.add_login(user, login)?;
            let user = User { id: user.clone(), name: name.as_str().into() };
            Ok(Profile { user, secured: password.is_some(), admin: false })
        })
    }

    pub fn rename(&self, user: &UserId, name: &UserName, now: u64) -> Result<Profile, AccountError> {
        self.atomically(|people| {
            let person = people.person(user)?.ok_or(Denied::no_such_person())?;
            let keys = people.take_name(user, name, now)?;
            people.set_name(user, name, &keys)?;
            Ok(Profile { user: User { id: user.clone(), name: name.as_str().into() }, ..person.profile })
        })
    }

    /// Whoever has a name that reads like this one.
    pub(super) fn holders(&self, keys: &NameKeys) -> Result<Vec<super::Person>, AccountError> {
        let sql = format!("SELECT {} FROM people WHERE lower_key = ? OR shape_key = ?", super::PERSON);
        let mut found = self.db.prepare_cached(&sql)?;
        let holders = found.query_map([&keys.lower, &keys.shape], person)?;
        Ok(holders.collect::<Result<_, _>>()?)
    }

    /// Makes sure that nobody but `user` has such a name. Guests who have long been away give theirs up.
    fn take_name(&self, user: &UserId, name: &UserName, now: u64) -> Result<NameKeys, AccountError> {
        let keys = NameKeys::of(name);
        let taken = Denied::new(ErrorCode::NameTaken, "somebody has this name, or one that looks like it");
        if keys.is_reserved() {
            return Err(taken.into());
        }
        let mut away = Vec::new();
        for holder in self.holders(&keys)? {
            if holder.profile.user.id == *user {
                continue;
            }
            if holder.profile.secured || holder.banned || self.was_seen_since(&holder.profile.user.id, now)? {
                return Err(taken.into());
            }
            away.push(holder.profile.user);
        }
        for guest in away {
            self.give_other_name(&guest)?;
        }
        Ok(keys)
    }

    fn was_seen_since(&self, user: &UserId, now: u64) -> Result<bool, AccountError> {
        let since = now.saturating_sub(GUEST_NAME_KEPT_MS);
        let just = now.saturating_sub(GUEST_NAME_UNUSED_MS);
        let sql =
            "SELECT 1 FROM logins WHERE user = ?1 AND seen_at > ?2 AND (seen_at > made_at OR made_at > ?3) LIMIT 1";
        let mut found = self.db.prepare_cached(sql)?;
        Ok(found.exists(params![user.as_str(), signed(since), signed(just)])?)
    }

    /// "Ada" becomes "Ada 2", or another that is free.
    fn give_other_name(&self, guest: &User) -> Result<(), AccountError> {
        let numbers = NUMBERS.map(|number| number.to_string()).chain((0..).map(|_| random_hex::<4>()));
        for number in numbers {
            let kept = USER_NAME_CHARS_MAX - number.len() - 1;
            let base: String = guest.name.chars().take(kept).collect();
            // A name cut short may end in what joins characters, which is no name.
            let Ok(name) = UserName::parse(&format!("{base} {number}")) else { continue };
            let keys = NameKeys::of(&name);
            if !keys.is_reserved() && self.holders(&keys)?.is_empty() {
                return self.set_name(&guest.id, &name, &keys);
            }
        }
        Ok(())
    }

    fn set_name(&self, user: &UserId, name: &UserName, keys: &NameKeys) -> Result<(), AccountError> {
        self.db
            .prepare_cached("UPDATE people SET name = ?, sort = ?, lower_key = ?, shape_key = ? WHERE user = ?")?
            .execute([name.as_str(), &sort_key(name.as_str()), &keys.lower, &keys.shape, user.as_str()])?;
        Ok(())
    }

    /// The person of this name, or of one that differs in letter case alone.
    pub fn find_by_name(&self, name: &str) -> Result<Option<super::Person>, AccountError> {
        let Ok(name) = UserName::parse(name) else { return Ok(None) };
        let sql = format!("SELECT {} FROM people WHERE lower_key = ? AND deleted = 0", super::PERSON);
        Ok(self.db.prepare_cached(&sql)?.query_row([NameKeys::of(&name).lower], person).optional()?)
    }
}

/// By which lists of people are in order.
pub(super) fn sort_key(name: &str) -> String {
    name.to_lowercase()
}
