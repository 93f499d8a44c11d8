use crate::hub::Rejection;
use crate::protocol::ErrorCode;

/// When to try again after people could not be looked up.
const UNAVAILABLE_PAUSE_MS: u64 = 2_000;

/// Why something is not done, for the one who has asked. The text is for a programmer and tells nothing of the inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Denied {
    pub code: ErrorCode,
    pub message: &'static str,
    pub retry_after_ms: Option<u64>,
}

impl Denied {
    pub const fn new(code: ErrorCode, message: &'static str) -> Self {
        Self { code, message, retry_after_ms: None }
    }

    pub const fn unavailable() -> Self {
        let message = "people cannot be looked up just now";
        Self { code: ErrorCode::Unavailable, message, retry_after_ms: Some(UNAVAILABLE_PAUSE_MS) }
    }

    pub const fn sign_in_required() -> Self {
        Self::new(ErrorCode::SignInRequired, "sign in first")
    }

    pub const fn no_such_person() -> Self {
        Self::new(ErrorCode::NoSuchPerson, "there is nobody of this id")
    }

    pub const fn not_allowed(message: &'static str) -> Self {
        Self::new(ErrorCode::NotAllowed, message)
    }

    pub const fn too_fast(retry_after_ms: u64) -> Self {
        let message = "too many of these in too short a time";
        Self { code: ErrorCode::RateLimited, message, retry_after_ms: Some(retry_after_ms) }
    }

    /// The next guess waits this long, if it waits.
    pub fn wrong_password(pause_ms: u64) -> Self {
        let retry_after_ms = (pause_ms > 0).then_some(pause_ms);
        Self { code: ErrorCode::WrongPassword, message: "the name or the password is not right", retry_after_ms }
    }
}

impl From<Denied> for Rejection {
    fn from(Denied { code, retry_after_ms, .. }: Denied) -> Self {
        Self { code, retry_after_ms }
    }
}

/// Why the database of people does not do something.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("cannot use the database of people: {0}")]
    Database(#[from] rusqlite::Error),
}
