use sha2::{Digest, Sha256};

use crate::protocol::{LoginId, Profile, Token, UserId};

const ID_BYTES: usize = 12;
const TOKEN_BYTES: usize = 32;

/// A login to be kept. Its secret is not in it, only the hash of that.
#[derive(Debug, Clone)]
pub struct NewLogin {
    pub id: LoginId,
    pub hash: SecretHash,
    /// What it is used from: "Firefox on Linux".
    pub label: String,
    pub at: u64,
}

/// A login that is in use, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedIn {
    pub login: LoginId,
    pub profile: Profile,
    pub seen_at: u64,
    pub made_at: u64,
}

/// By which a login is found. The secrets are random, so that no slower hash is needed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SecretHash(pub [u8; 32]);

impl SecretHash {
    pub fn of(token: &Token) -> Self {
        Self(Sha256::digest(token.as_str()).into())
    }
}

impl std::fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

impl NewLogin {
    /// A login with a new secret, which is known to nobody else.
    pub fn make(label: &str, at: u64) -> (Self, Token) {
        let token = Token::parse(&random_hex::<TOKEN_BYTES>()).expect("hex digits are a token");
        let id = LoginId::parse(&random_hex::<ID_BYTES>()).expect("hex digits are an id");
        (Self { id, hash: SecretHash::of(&token), label: label.into(), at }, token)
    }
}

pub fn new_user_id() -> UserId {
    UserId::parse(&random_hex::<ID_BYTES>()).expect("hex digits are an id")
}

pub fn random_hex<const BYTES: usize>() -> String {
    let mut bytes = [0; BYTES];
    // Secrets that can be guessed would be worse than no server.
    getrandom::fill(&mut bytes).expect("the system has random numbers");
    hex(&bytes)
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
