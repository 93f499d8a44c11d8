use tempfile::TempDir;

use super::*;
use crate::protocol::limits::{GUEST_NAME_KEPT_MS, GUEST_NAME_UNUSED_MS, LOGIN_LASTS_MS, LOGINS_PER_PERSON_MAX};
use crate::protocol::{ErrorCode, LoginId, Password, Token, UserName};
use crate::server::accounts::denied::Denied;
use crate::server::accounts::login::{NewLogin, SecretHash, new_user_id};

const NOW: u64 = 1_800_000_000_000;

fn people() -> (TempDir, People) {
    let dir = tempfile::tempdir().unwrap();
    let people = People::open(dir.path()).unwrap();
    (dir, people)
}

fn name(text: &str) -> UserName {
    UserName::parse(text).unwrap()
}

fn newcomer(text: &str, password: Option<&str>, now: u64) -> (Newcomer, Token) {
    let (login, token) = NewLogin::make("a test", now);
    let password = password.map(Secret::new);
    (Newcomer { user: new_user_id(), name: name(text), password, invited: false, login }, token)
}

fn enter(people: &People, name: &str, password: Option<&str>, now: u64) -> Result<(UserId, LoginId, Token), ErrorCode> {
    let (newcomer, token) = newcomer(name, password, now);
    match people.enter(&newcomer, None) {
        Ok(profile) => Ok((profile.user.id, newcomer.login.id, token)),
        Err(error) => Err(code(error)),
    }
}

fn code(error: AccountError) -> ErrorCode {
    match error {
        AccountError::Denied(Denied { code, .. }) => code,
        AccountError::Database(error) => panic!("{error}"),
    }
}

fn name_of(people: &People, user: &UserId) -> String {
    people.person(user).unwrap().unwrap().profile.user.name
}

#[test]
fn a_guest_keeps_a_name_for_as_long_as_they_come_by() {
    let (_dir, people) = people();
    let (ada, login, _) = enter(&people, "Ada", None, NOW).unwrap();
    people.saw(&login, NOW + 1_000).unwrap();
    let gone = NOW + 1_000 + GUEST_NAME_KEPT_MS;
    assert_eq!(enter(&people, "ada", None, gone - 1).map(|_| ()), Err(ErrorCode::NameTaken));
    let (heir, ..) = enter(&people, "ada", None, gone).unwrap();
    assert_eq!((name_of(&people, &heir), name_of(&people, &ada)), ("ada".into(), "Ada 2".into()));
    let (third, ..) = enter(&people, "ADA", None, gone + GUEST_NAME_KEPT_MS).unwrap();
    assert_eq!((name_of(&people, &third), name_of(&people, &heir)), ("ADA".into(), "ada 3".into()));
    let me = people.rename(&ada, &name("Countess"), gone).unwrap();
    assert_eq!(me.user.name, "Countess");
}

#[test]
fn a_guest_whom_no_answer_has_reached_does_not_hold_the_name() {
    let (_dir, people) = people();
    let (_, _, token) = enter(&people, "Ada", None, NOW).unwrap();
    let found = people.login(SecretHash::of(&token), NOW + 1).unwrap().unwrap();
    assert!(People::is_news(&found, NOW + 1), "the first use counts");
    assert_eq!(enter(&people, "Ada", None, NOW + GUEST_NAME_UNUSED_MS - 1).map(|_| ()), Err(ErrorCode::NameTaken));
    let (_, login, _) = enter(&people, "Ada", None, NOW + GUEST_NAME_UNUSED_MS).unwrap();
    people.saw(&login, NOW + GUEST_NAME_UNUSED_MS + 1).unwrap();
    assert_eq!(enter(&people, "Ada", None, NOW + 9 * GUEST_NAME_UNUSED_MS).map(|_| ()), Err(ErrorCode::NameTaken));
}

#[test]
fn a_long_name_that_goes_to_another_is_cut_for_its_number() {
    let (_dir, people) = people();
    let long = "x".repeat(32);
    let (old, ..) = enter(&people, &long, None, NOW).unwrap();
    enter(&people, &long, None, NOW + 2 * GUEST_NAME_KEPT_MS).unwrap();
    assert_eq!(name_of(&people, &old), format!("{} 2", "x".repeat(30)));
}

#[test]
fn two_names_that_both_look_like_a_third_are_both_in_its_way() {
    let (_dir, people) = people();
    enter(&people, "lan", Some("hash"), NOW).unwrap();
    enter(&people, "ian", Some("hash"), NOW).unwrap();
    assert_eq!(enter(&people, "Ian", None, NOW).map(|_| ()), Err(ErrorCode::NameTaken));
}

#[test]
fn a_change_that_is_refused_leaves_no_trace() {
    let (_dir, people) = people();
    let (_, login, token) = enter(&people, "Ada", None, NOW).unwrap();
    enter(&people, "Bo", None, NOW).unwrap();
    let (second, _) = newcomer("Bo", None, NOW);
    assert_eq!(people.enter(&second, Some(&login)).map_err(code).map(|_| ()), Err(ErrorCode::NameTaken));
    assert!(people.login(SecretHash::of(&token), NOW).unwrap().is_some(), "the old login goes on");
    assert_eq!(people.count().unwrap(), 2);
}

#[test]
fn a_login_ends_when_nobody_uses_it_and_when_there_are_too_many() {
    let (_dir, people) = people();
    let (ada, first, token) = enter(&people, "Ada", Some("hash"), NOW).unwrap();
    let hash = SecretHash::of(&token);
    assert!(people.login(hash, NOW + LOGIN_LASTS_MS - 1).unwrap().is_some());
    assert!(people.login(hash, NOW + LOGIN_LASTS_MS).unwrap().is_none());
    let known = people.person(&ada).unwrap().unwrap();
    for n in 1..=LOGINS_PER_PERSON_MAX as u64 {
        let (login, _) = NewLogin::make("another", NOW + n);
        people.sign_in(&known, &login, None).unwrap();
    }
    assert!(people.login(hash, NOW).unwrap().is_none());
    let devices = people.devices(&ada, &first).unwrap();
    assert_eq!(devices.len(), LOGINS_PER_PERSON_MAX);
    assert!(devices.is_sorted_by_key(|device| std::cmp::Reverse(device.seen_at)));
    people.end_old_logins(NOW + LOGIN_LASTS_MS + 10).unwrap();
    assert_eq!(people.devices(&ada, &first).unwrap().len(), LOGINS_PER_PERSON_MAX - 10);
}

#[test]
fn a_password_that_changed_while_it_was_checked_signs_nobody_in() {
    let (_dir, people) = people();
    let (ada, ..) = enter(&people, "Ada", Some("hash"), NOW).unwrap();
    let known = people.person(&ada).unwrap().unwrap();
    people.reset_password(&ada, &Secret::new("other")).unwrap();
    let (login, _) = NewLogin::make("a thief", NOW);
    assert_eq!(people.sign_in(&known, &login, None).map_err(code), Err(ErrorCode::WrongPassword));
    assert_eq!(people.change_password(&known, &Secret::new("x")).map_err(code), Err(ErrorCode::WrongPassword));
    assert_eq!(people.delete(&known).map_err(code), Err(ErrorCode::WrongPassword));
}

#[test]
fn whatever_ends_a_login_or_changes_a_person_is_news() {
    let (dir, people) = people();
    let (ada, first, _) = enter(&people, "Ada", Some("hash"), NOW).unwrap();
    let (bo, second, _) = enter(&people, "Bo", None, NOW).unwrap();
    let mut mark = people.news_mark().unwrap();
    assert_eq!(people.news(&mut mark).unwrap(), []);
    let version = people.data_version().unwrap();

    let beside = People::open(dir.path()).unwrap();
    beside.set_banned(&ada, true).unwrap();
    beside.rename(&bo, &name("Bob"), NOW).unwrap();
    assert_ne!(people.data_version().unwrap(), version);
    let bob = people.person(&bo).unwrap().unwrap();
    let news = people.news(&mut mark).unwrap();
    assert_eq!(news, [News::LoginEnded(first), News::Profile(bob.profile.clone())]);
    assert_eq!(people.news(&mut mark).unwrap(), []);

    people.delete(&bob).unwrap();
    assert_eq!(people.news(&mut mark).unwrap(), [News::LoginEnded(second), News::PersonGone(bo)]);
    people.forget_news(mark).unwrap();
    assert_eq!(people.news_mark().unwrap(), mark, "numbers are not given out again");
}

#[test]
fn a_ban_takes_administration_away_and_nobody_banned_gets_it() {
    let (_dir, people) = people();
    let (ada, ..) = enter(&people, "Ada", Some("hash"), NOW).unwrap();
    assert!(people.claim_admin(&ada).unwrap().admin);
    assert_eq!(people.claim_admin(&ada).map_err(code), Err(ErrorCode::NotAllowed));
    people.set_banned(&ada, true).unwrap();
    assert!(!people.has_admin().unwrap());
    assert_eq!(people.set_admin(&ada, true).map_err(code), Err(ErrorCode::NotAllowed));
    people.set_banned(&ada, false).unwrap();
    assert!(!people.person(&ada).unwrap().unwrap().profile.admin);
}

#[test]
fn it_is_found_again_and_one_of_a_newer_version_left_alone() {
    let (dir, people) = people();
    enter(&people, "Ada", None, NOW).unwrap();
    people.set_sign_up(SignUp::Password).unwrap();
    drop(people);
    let people = People::open(dir.path()).unwrap();
    assert!(people.find_by_name(" ADA ").unwrap().is_some());
    assert_eq!(people.sign_up().unwrap(), SignUp::Password);
    people.db.pragma_update(None, "user_version", 99).unwrap();
    let refused = People::open(dir.path()).map(|_| ());
    assert!(matches!(refused, Err(OpenError::NewerSchema { found: 99, .. })), "{refused:?}");
}

#[test]
fn what_is_no_password_hash_lets_nobody_in() {
    let (_dir, people) = people();
    let (ada, ..) = enter(&people, "Ada", Some("damaged"), NOW).unwrap();
    let hash = people.person(&ada).unwrap().unwrap().password.unwrap();
    assert!(!crate::server::accounts::passwords::verify(&Password::parse("damaged").unwrap(), &hash));
}
