use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::accounts::{Denied, NameKeys, Passwords};
use super::visitor::network;
use crate::hub::{Limiter, Throttle};
use crate::log::Secret;
use crate::protocol::limits::{ACCOUNT_CHANGES_BURST, ACCOUNT_CHANGES_PER_MINUTE, ENTERS_BURST, ENTERS_PER_MINUTE};
use crate::protocol::{Password, UserId, UserName};

/// Keys of one kind that are remembered. Past that all are forgotten, so that nobody can fill the memory.
const KEYS_MAX: usize = 65_536;

/// Counts what must not be done too often.
#[derive(Clone)]
pub struct Guard {
    started: Instant,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Default)]
struct Counts {
    /// Wrong passwords for each name.
    names: Throttle<String>,
    /// Wrong passwords from each address that nobody has made good by the right one.
    addresses: Throttle<IpAddr>,
    enters: BTreeMap<IpAddr, Limiter>,
    changes: BTreeMap<UserId, Limiter>,
}

impl Default for Guard {
    fn default() -> Self {
        Self { started: Instant::now(), counts: Arc::default() }
    }
}

impl Guard {
    /// Somebody new comes from this address.
    pub fn enter(&self, address: IpAddr) -> Result<(), Denied> {
        let limiter = || Limiter::per_minute(ENTERS_PER_MINUTE, ENTERS_BURST);
        take(&mut self.counts().enters, network(address), self.now(), limiter)
    }

    /// Somebody changes something about themselves.
    pub fn change(&self, user: &UserId) -> Result<(), Denied> {
        let limiter = || Limiter::per_minute(ACCOUNT_CHANGES_PER_MINUTE, ACCOUNT_CHANGES_BURST);
        take(&mut self.counts().changes, user.clone(), self.now(), limiter)
    }

    /// Whether this is the password of the person of this name. Each wrong one makes the next wait longer, and while it
    /// waits nobody looks at it.
    pub async fn check_password(
        &self,
        passwords: &Passwords,
        guess: Guess,
        hash: Option<Secret>,
    ) -> Result<(), Denied> {
        let Guess { name, address, password } = guess;
        let address = network(address);
        self.may_guess(&name, address)?;
        let turn = passwords.turn().await?;
        // Others may have guessed meanwhile. It counts as wrong until it is known to be right, so that guesses at the
        // same time are not free.
        self.may_guess(&name, address)?;
        let pause_ms = self.counts().names.failed(self.now(), name.clone());
        if turn.verify(password, hash).await? {
            let mut counts = self.counts();
            let mistakes = counts.names.succeeded(&name).saturating_sub(1);
            counts.addresses.forgive(&address, mistakes);
            Ok(())
        } else {
            let address_pause_ms = self.counts().addresses.failed(self.now(), address);
            Err(Denied::wrong_password(pause_ms.max(address_pause_ms)))
        }
    }

    fn may_guess(&self, name: &String, address: IpAddr) -> Result<(), Denied> {
        let (counts, now) = (self.counts(), self.now());
        let waits = [counts.names.check(now, name), counts.addresses.check(now, &address)];
        waits.into_iter().filter_map(Result::err).max().map_or(Ok(()), |wait_ms| Err(Denied::too_fast(wait_ms)))
    }

    fn now(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        // Counts are right after each step, so a panic elsewhere leaves nothing half done.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A try at somebody's password.
#[derive(Debug)]
pub struct Guess {
    /// By which tries at the same person are counted.
    name: String,
    address: IpAddr,
    password: Password,
}

impl Guess {
    pub fn new(name: &UserName, address: IpAddr, password: Password) -> Self {
        Self { name: NameKeys::of(name).lower, address, password }
    }
}

fn take<K: Ord>(
    limiters: &mut BTreeMap<K, Limiter>,
    key: K,
    now_ms: u64,
    limiter: impl FnOnce() -> Limiter,
) -> Result<(), Denied> {
    if limiters.len() >= KEYS_MAX && !limiters.contains_key(&key) {
        limiters.clear();
    }
    limiters.entry(key).or_insert_with(limiter).take(now_ms).map_err(Denied::too_fast)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ErrorCode;
    use crate::server::accounts::passwords;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    async fn guess(guard: &Guard, name: &str, address: IpAddr, is_right: bool) -> Result<(), ErrorCode> {
        let password = |text| Password::parse(text).unwrap();
        let hash = passwords::hash(&password("the right one"));
        let text = if is_right { "the right one" } else { "a wrong one" };
        let guess = Guess::new(&UserName::parse(name).unwrap(), address, password(text));
        guard.check_password(&Passwords::default(), guess, Some(hash)).await.map_err(|denied| denied.code)
    }

    #[tokio::test]
    async fn after_some_wrong_passwords_not_even_the_right_one_is_looked_at() {
        let guard = Guard::default();
        for _ in 0..4 {
            assert_eq!(guess(&guard, "Ada", HERE, false).await, Err(ErrorCode::WrongPassword));
        }
        assert_eq!(guess(&guard, "Ada", THERE, true).await, Err(ErrorCode::RateLimited));
        assert_eq!(guess(&guard, "Bo", HERE, true).await, Err(ErrorCode::RateLimited));
        assert_eq!(guess(&guard, "Bo", THERE, true).await, Ok(()));
    }

    #[tokio::test]
    async fn mistakes_made_good_burden_nobody_else_at_the_address() {
        let guard = Guard::default();
        for name in ["Ada", "Bo", "Cy", "Di"] {
            for _ in 0..2 {
                assert_eq!(guess(&guard, name, HERE, false).await, Err(ErrorCode::WrongPassword));
            }
            assert_eq!(guess(&guard, name, HERE, true).await, Ok(()));
        }
    }

    #[tokio::test]
    async fn signing_in_oneself_does_not_pay_for_guesses_at_others() {
        let guard = Guard::default();
        for name in ["Ada", "Bo", "Cy", "Di"] {
            assert_eq!(guess(&guard, name, HERE, false).await, Err(ErrorCode::WrongPassword));
            if name != "Di" {
                assert_eq!(guess(&guard, "Mallory", HERE, true).await, Ok(()));
            }
        }
        assert_eq!(guess(&guard, "Mallory", HERE, true).await, Err(ErrorCode::RateLimited));
    }

    #[test]
    fn newcomers_from_one_address_are_counted() {
        let guard = Guard::default();
        assert!((0..ENTERS_BURST).all(|_| guard.enter(HERE).is_ok()));
        assert!(guard.enter(HERE).is_err_and(|denied| denied.code == ErrorCode::RateLimited));
        assert!(guard.enter(THERE).is_ok());
    }
}
