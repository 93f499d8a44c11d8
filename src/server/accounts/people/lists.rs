//! People as administrators see them.

use rusqlite::{OptionalExtension, Row, params};

use super::entering::sort_key;
use super::{PERSON, People, person, unsigned};
use crate::protocol::UserId;
use crate::protocol::api::{AdminPerson, FindPeople, PeoplePage};
use crate::protocol::limits::PEOPLE_PER_PAGE;
use crate::server::accounts::denied::AccountError;

const SEEN: &str = "made_at, COALESCE((SELECT MAX(seen_at) FROM logins WHERE logins.user = people.user), made_at)";

impl People {
    pub fn count(&self) -> Result<u64, AccountError> {
        let sql = "SELECT COUNT(*) FROM people WHERE deleted = 0";
        Ok(self.db.prepare_cached(sql)?.query_row([], |row| unsigned(row, 0))?)
    }

    /// A page of the people whose names have this in them, in the order of their names.
    pub fn list(&self, find: &FindPeople) -> Result<PeoplePage, AccountError> {
        let sql = format!(
            "SELECT {PERSON}, {SEEN} FROM people
             WHERE deleted = 0 AND sort > ?1 AND instr(sort, ?2) > 0 ORDER BY sort, user LIMIT ?3"
        );
        let after = sort_key(find.after.as_deref().unwrap_or_default());
        let mut found = self.db.prepare_cached(&sql)?;
        let people = found.query_map(params![after, sort_key(&find.find), PEOPLE_PER_PAGE as i64 + 1], admin_person)?;
        let mut people: Vec<_> = people.collect::<Result<_, _>>()?;
        let more = people.len() > PEOPLE_PER_PAGE;
        people.truncate(PEOPLE_PER_PAGE);
        Ok(PeoplePage { people, more })
    }

    pub fn admin_person(&self, user: &UserId) -> Result<Option<AdminPerson>, AccountError> {
        let sql = format!("SELECT {PERSON}, {SEEN} FROM people WHERE user = ? AND deleted = 0");
        Ok(self.db.prepare_cached(&sql)?.query_row([user.as_str()], admin_person).optional()?)
    }
}

fn admin_person(row: &Row) -> rusqlite::Result<AdminPerson> {
    let found = person(row)?;
    let (made_at, seen_at) = (unsigned(row, 5)?, unsigned(row, 6)?);
    Ok(AdminPerson { profile: found.profile, banned: found.banned, made_at, seen_at })
}
