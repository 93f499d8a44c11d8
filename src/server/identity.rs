//! Who a token belongs to.

use sha2::{Digest, Sha256};

use crate::hub::Identity;
use crate::protocol::{Token, UserId};

const TOKEN_BYTES: usize = 32;
/// 96 bits: nobody will find two tokens of the same person.
const USER_ID_BYTES: usize = 12;

/// The person with this token, or a new one. The id is a hash of the token, so that it is the same person even if the
/// server has lost its data, and so that nothing on the server's disk lets anyone be somebody else.
pub fn identify(token: Option<Token>) -> Result<Identity, getrandom::Error> {
    let token = match token {
        Some(token) => token,
        None => new_token()?,
    };
    let hash = Sha256::digest(token.as_str());
    let user = UserId::parse(&hex(&hash[..USER_ID_BYTES])).expect("hex digits are a valid id");
    Ok(Identity { user, token })
}

fn new_token() -> Result<Token, getrandom::Error> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(Token::parse(&hex(&bytes)).expect("64 hex digits are a valid token"))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_token_is_the_same_person_and_the_id_does_not_tell_the_token() {
        let ada = identify(None).unwrap();
        let again = identify(Some(ada.token.clone())).unwrap();
        assert_eq!(again.user, ada.user);
        assert!(!ada.token.as_str().contains(ada.user.as_str()));
        assert_ne!(identify(None).unwrap().user, ada.user);
    }
}
