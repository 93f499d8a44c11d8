use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::{AdminError, passwords};
use crate::protocol::api::{AdminPerson, FindPeople};
use crate::protocol::{User, UserId, encode};
use crate::server::accounts::passwords::hash;
use crate::server::accounts::{People, unix_ms};
use crate::server::store::OpenError;

const DAY_MS: u64 = 86_400_000;

/// Lists whoever has this in their name, in the order of the names.
pub fn list(data: &Path, find: &str, json: bool) -> Result<(), AdminError> {
    let people = open(data)?;
    let (mut find, now) = (FindPeople { find: find.into(), after: None }, unix_ms());
    let mut out = BufWriter::new(io::stdout().lock());
    loop {
        let page = people.list(&find)?;
        for person in &page.people {
            let line = if json { encode(person) } else { line(person, now) };
            writeln!(out, "{line}")?;
        }
        match page.people.last() {
            Some(last) if page.more => find.after = Some(last.profile.user.name.clone()),
            _ => break,
        }
    }
    out.flush()?;
    Ok(())
}

/// Gives somebody another password. Whoever is signed in as them is out at once.
pub fn reset_password(data: &Path, name: &str, generate: bool) -> Result<(), AdminError> {
    let people = open(data)?;
    let user = find(&people, name)?;
    let password = if generate { passwords::draw() } else { passwords::ask(&user.name)? };
    people.reset_password(&user.id, &hash(&password))?;
    if generate {
        writeln!(io::stdout(), "{}", password.as_str())?;
    }
    tell(&format!("{} has a new password and is signed out everywhere", user.name));
    Ok(())
}

/// Keeps somebody out of the server, or lets them in again.
pub fn set_banned(data: &Path, name: &str, banned: bool) -> Result<(), AdminError> {
    let people = open(data)?;
    let user = find(&people, name)?;
    people.set_banned(&user.id, banned)?;
    tell(&format!("{} {}", user.name, if banned { "is kept out of the server" } else { "may come in again" }));
    Ok(())
}

pub fn make_admin(data: &Path, name: &str) -> Result<(), AdminError> {
    let people = open(data)?;
    let user = find(&people, name)?;
    people.set_admin(&user.id, true)?;
    tell(&format!("{} administers the server", user.name));
    Ok(())
}

/// Makes no database where there is none.
fn open(data: &Path) -> Result<People, AdminError> {
    let path = People::path(data);
    if !path.is_file() {
        return Err(OpenError::Absent { path }.into());
    }
    Ok(People::open(data)?)
}

/// By their name, or by their id, since not every name is easy to type.
fn find(people: &People, name: &str) -> Result<User, AdminError> {
    let by_name = people.find_by_name(name)?;
    let found = match (by_name, UserId::parse(name)) {
        (None, Ok(id)) => people.person(&id)?,
        (by_name, _) => by_name,
    };
    found.map(|person| person.profile.user).ok_or_else(|| AdminError::NoSuchPerson { name: name.into() })
}

fn line(AdminPerson { profile, banned, seen_at, .. }: &AdminPerson, now: u64) -> String {
    let kind = match (banned, profile.admin, profile.secured) {
        (true, _, _) => "banned",
        (_, true, _) => "admin",
        (_, _, true) => "password",
        _ => "guest",
    };
    let seen = match now.saturating_sub(*seen_at) / DAY_MS {
        0 => "seen today".into(),
        days => format!("seen {days} days ago"),
    };
    format!("{:<24} {kind:<8} {seen:<18} {}", profile.user.id.as_str(), profile.user.name)
}

/// It is done, whether or not somebody listens.
fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
