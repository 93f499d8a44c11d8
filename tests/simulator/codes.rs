use parlor::hub::Codes;
use parlor::log::Secret;
use parlor::protocol::{InviteCode, InviteId};

/// Codes of invite links that a seed draws.
pub struct SimulatedCodes(fastrand::Rng);

impl SimulatedCodes {
    pub fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }
}

impl Codes for SimulatedCodes {
    fn new_code(&mut self) -> (InviteId, InviteCode) {
        let number = self.0.u64(..);
        let code = InviteCode::parse(&format!("code-of-{number:016x}")).unwrap();
        (InviteId::parse(&format!("{number:016x}")).unwrap(), code)
    }

    fn digest(&self, code: &InviteCode) -> Secret {
        digest(code)
    }
}

pub fn digest(code: &InviteCode) -> Secret {
    Secret::new(format!("digest of {code}"))
}
