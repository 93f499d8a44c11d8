use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::accounts::random_hex;
use crate::protocol::InviteCode;

/// The code that makes the first administrator. It is in memory alone, as its hash, until it is used.
#[derive(Clone, Default)]
pub struct Claim(Arc<Mutex<Option<[u8; 32]>>>);

impl Claim {
    /// A code that is right from now on.
    pub fn make(&self) -> String {
        let code = random_hex::<20>();
        *self.hash() = Some(Sha256::digest(&code).into());
        code
    }

    /// Hashes are compared, so that the time it takes tells nothing of the code.
    pub fn is_right(&self, code: &InviteCode) -> bool {
        let hash: [u8; 32] = Sha256::digest(code.as_str()).into();
        *self.hash() == Some(hash)
    }

    pub fn used(&self) {
        *self.hash() = None;
    }

    fn hash(&self) -> std::sync::MutexGuard<'_, Option<[u8; 32]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
