//! Hashes passwords, a few at a time and apart from everything else: it takes a while, by design.

use std::sync::Arc;
use std::sync::LazyLock;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use unicode_normalization::UnicodeNormalization;

use super::denied::Denied;
use crate::log::Secret;
use crate::protocol::{ErrorCode, Password};

/// Hashes that are made at once. Each takes 19 MiB of memory for as long.
const AT_ONCE: usize = 2;
/// Who may wait for their turn. Past that the server is too busy.
const WAITING_MAX: usize = 64;
const BUSY_PAUSE_MS: u64 = 3_000;
const SALT_BYTES: usize = 16;
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The hash of a password that nobody has. To compare with it takes as long as with that of somebody.
static NOBODYS: LazyLock<Secret> = LazyLock::new(|| {
    hash(&Password::parse(&super::login::random_hex::<16>()).expect("it keeps to the rule of passwords"))
});

/// Where passwords wait to be hashed.
#[derive(Clone)]
pub struct Passwords {
    places: Arc<Semaphore>,
    running: Arc<Semaphore>,
}

/// The right to hash one password now.
pub struct Turn {
    _place: OwnedSemaphorePermit,
    _running: OwnedSemaphorePermit,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE + WAITING_MAX)), running: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Passwords {
    /// Waits until a password can be hashed, unless too many wait already.
    pub async fn turn(&self) -> Result<Turn, Denied> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| busy())?;
        let running = self.running.clone().acquire_owned().await.map_err(|_| busy())?;
        Ok(Turn { _place: place, _running: running })
    }

    pub async fn hash(&self, password: Password) -> Result<Secret, Denied> {
        self.turn().await?.hash(password).await
    }
}

impl Turn {
    pub async fn hash(self, password: Password) -> Result<Secret, Denied> {
        self.work(move || hash(&password)).await
    }

    /// Whether the password is the one with this hash. Without a hash it is not, which takes as long to find out.
    pub async fn verify(self, password: Password, hash: Option<Secret>) -> Result<bool, Denied> {
        self.work(move || {
            let right = verify(&password, hash.as_ref().unwrap_or(&NOBODYS));
            right && hash.is_some()
        })
        .await
    }

    /// The turn ends with the work, also when nobody waits for it any more.
    async fn work<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Denied> {
        let working = spawn_blocking(move || {
            let _turn = self;
            work()
        });
        working.await.map_err(|_| busy())
    }
}

fn busy() -> Denied {
    let message = "too many passwords are being checked just now";
    Denied { code: ErrorCode::Unavailable, message, retry_after_ms: Some(BUSY_PAUSE_MS) }
}

/// Makes of a password what can be kept, with a salt of its own. Takes tens of milliseconds.
pub fn hash(password: &Password) -> Secret {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).expect("the system has random numbers");
    let hash = hasher().hash_password_with_salt(prepared(password).as_bytes(), &salt);
    Secret::new(hash.expect("the parameters and the salt are in their bounds").to_string())
}

/// Whether this is the password of which that was made. A hash that cannot be read is nobody's.
pub fn verify(password: &Password, hash: &Secret) -> bool {
    hasher().verify_password(prepared(password).as_bytes(), hash.as_str()).is_ok()
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are in their bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The same letters, whichever way the keyboard composed them (RFC 8265, section 4.2).
fn prepared(password: &Password) -> String {
    password.as_str().nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::parse(text).unwrap()
    }

    #[test]
    fn a_password_fits_its_hash_and_no_other_does() {
        let kept = hash(&password("correct horse"));
        assert!(kept.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", kept.as_str());
        assert!(verify(&password("correct horse"), &kept));
        assert!(!verify(&password("correct horsf"), &kept));
        assert_ne!(hash(&password("correct horse")), kept, "each has its own salt");
        assert!(!verify(&password("correct horse"), &Secret::new("no hash at all")));
    }

    #[test]
    fn it_does_not_matter_how_the_keyboard_composes_letters() {
        assert!(verify(&password("caf\u{e9} caf\u{e9}"), &hash(&password("cafe\u{301} cafe\u{301}"))));
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let passwords = Passwords::default();
        assert_eq!(passwords.turn().await.unwrap().verify(password("secret"), None).await, Ok(false));
    }

    #[tokio::test]
    async fn past_a_limit_nobody_more_may_wait() {
        let passwords = Passwords::default();
        let _running = [passwords.turn().await.unwrap(), passwords.turn().await.unwrap()];
        let waiting: Vec<_> = (0..WAITING_MAX)
            .map(|_| {
                let passwords = passwords.clone();
                let mut turn = Box::pin(async move { passwords.turn().await.map(drop) });
                // Takes its place in the queue.
                assert!(futures_util::FutureExt::now_or_never(&mut turn).is_none());
                turn
            })
            .collect();
        assert_eq!(passwords.turn().await.err().map(|denied| denied.code), Some(ErrorCode::Unavailable));
        drop(waiting);
        drop(_running);
        assert!(passwords.turn().await.is_ok());
    }
}
