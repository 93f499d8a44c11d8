use sha2::{Digest, Sha256};

use crate::hub::Identity;
use crate::protocol::{Token, UserId};

/// Bytes of the hash that name a person: enough that no two ever meet by chance.
const USER_ID_BYTES: usize = 12;
const TOKEN_BYTES: usize = 32;

/// Who it is: the person with this token, or a new one.
///
/// The id is a hash of the token and nothing is looked up, so that the same secret is the same person even after the
/// server has lost its data. Others see only the hash, which tells nobody the secret.
pub fn identify(token: Option<Token>) -> Identity {
    let token = token.unwrap_or_else(new_token);
    let hash = Sha256::digest(token.as_str());
    let user = UserId::parse(&hex(&hash[..USER_ID_BYTES])).expect("hex digits are a valid id");
    Identity { user, token }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_the_same_person_for_ever() {
        let token = Token::parse("6f1d0c52a7e84b0f9d3c6b1a2e5f7788").unwrap();
        let identity = identify(Some(token.clone()));
        // The start of what `printf %s 6f1d… | sha256sum` prints.
        assert_eq!(identity.user.as_str(), "9d4d1cb558bd42b7318adb4e");
        assert_eq!(identity.token, token);
    }

    #[test]
    fn whoever_has_no_token_is_new() {
        let (one, other) = (identify(None), identify(None));
        assert_ne!(one, other);
        assert_eq!(identify(Some(one.token.clone())), one);
    }
}
