use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use super::denied::AccountError;
use crate::protocol::api::SignUp;

/// What everybody may know of the database of people without asking its thread.
#[derive(Debug, Clone, Default)]
pub struct Shown(Arc<Values>);

#[derive(Debug, Default)]
struct Values {
    cannot_write: AtomicBool,
    cannot_read: AtomicBool,
    sign_up: AtomicU8,
}

impl Shown {
    /// Whether nothing has failed since it was last tried to read and to write.
    pub fn is_good(&self) -> bool {
        !self.0.cannot_write.load(Ordering::Relaxed) && !self.0.cannot_read.load(Ordering::Relaxed)
    }

    pub fn sign_up(&self) -> SignUp {
        match self.0.sign_up.load(Ordering::Relaxed) {
            0 => SignUp::Open,
            1 => SignUp::Password,
            _ => SignUp::Invite,
        }
    }

    pub fn set_sign_up(&self, sign_up: SignUp) {
        let number = match sign_up {
            SignUp::Open => 0,
            SignUp::Password => 1,
            SignUp::Invite => 2,
        };
        self.0.sign_up.store(number, Ordering::Relaxed);
    }

    pub fn cannot_write(&self, error: &AccountError) {
        fails(&self.0.cannot_write, "write", error);
    }

    pub fn cannot_read(&self, error: &AccountError) {
        fails(&self.0.cannot_read, "read", error);
    }

    /// It has just been tried.
    pub fn can_write(&self) {
        works(&self.0.cannot_write, "write");
    }

    /// It has just been tried.
    pub fn can_read(&self) {
        works(&self.0.cannot_read, "read");
    }
}

/// Tells of failures once, however often they repeat.
fn fails(failing: &AtomicBool, doing: &str, error: &AccountError) {
    if !failing.swap(true, Ordering::Relaxed) {
        tracing::error!(%error, "cannot {doing} the database of people");
    }
}

fn works(failing: &AtomicBool, doing: &str) {
    if failing.swap(false, Ordering::Relaxed) {
        tracing::info!("can {doing} the database of people again");
    }
}
