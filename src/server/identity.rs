use sha2::{Digest, Sha256};

use crate::hub::{Claim, Codes, Identity};
use crate::log::Secret;
use crate::protocol::{InviteCode, InviteId, LoginId, Profile, Token, User, UserId};

/// Bytes of the hash that name a person: enough that no two ever meet by chance.
const USER_ID_BYTES: usize = 12;
const TOKEN_BYTES: usize = 32;

/// Who it is: the person with this token, or a new one.
///
/// The id is a hash of the token and nothing is looked up, so that the same secret is the same person even after the
/// server has lost its data. Others see only the hash, which tells nobody the secret.
pub fn identify(claim: Claim) -> Identity {
    let (token, name) = match claim {
        Claim::Token(token) => (token, "Somebody".to_owned()),
        Claim::Cookie => (new_token(), "Somebody".to_owned()),
        Claim::Guest(name) => (new_token(), name.as_str().to_owned()),
    };
    let hash = Sha256::digest(token.as_str());
    let user = UserId::parse(&hex(&hash[..USER_ID_BYTES])).expect("hex digits are a valid id");
    let login = LoginId::parse(user.as_str()).expect("an id is an id");
    let profile = Profile { user: User { id: user, name }, secured: false, admin: false };
    Identity { profile, login, token: Some(token) }
}

fn new_token() -> Token {
    let mut bytes = [0; TOKEN_BYTES];
    // Tokens that can be guessed would be worse than no server.
    getrandom::fill(&mut bytes).expect("the system has random numbers");
    Token::parse(&hex(&bytes)).expect("hex digits are a valid token")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The codes of invite links: random, and kept as their hash.
pub struct RandomCodes;

impl Codes for RandomCodes {
    fn new_code(&mut self) -> (InviteId, InviteCode) {
        let mut bytes = [0; 24];
        getrandom::fill(&mut bytes).expect("the system has random numbers");
        let (id, code) = (hex(&bytes[..4]), hex(&bytes[4..]));
        (InviteId::parse(&id).expect("hex digits are an id"), InviteCode::parse(&code).expect("hex digits are a code"))
    }

    fn digest(&self, code: &InviteCode) -> Secret {
        Secret::new(hex(&Sha256::digest(code.as_str())))
    }
}
