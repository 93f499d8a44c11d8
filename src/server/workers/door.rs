use std::io;
use std::sync::{Mutex, PoisonError};

use mio::{Poll, Token, Waker};

use super::Order;

/// What the waker is known by; connections never get so far.
pub const WAKER: Token = Token(usize::MAX);

/// Where orders for one worker are left. Whoever leaves the first wakes it, and nobody waits for it.
pub struct Door<T> {
    orders: Mutex<Vec<Order<T>>>,
    waker: Waker,
}

impl<T> Door<T> {
    pub fn new(poll: &Poll) -> io::Result<Self> {
        Ok(Self { orders: Mutex::default(), waker: Waker::new(poll.registry(), WAKER)? })
    }

    /// Takes all orders out of the list.
    pub fn push(&self, list: &mut Vec<Order<T>>) {
        let is_first = {
            let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
            let is_first = orders.is_empty();
            orders.append(list);
            is_first
        };
        if is_first && let Err(error) = self.waker.wake() {
            tracing::error!(%error, "could not wake a thread of the sockets");
        }
    }

    /// What has been left since the last time, for a list that has been worked off.
    pub fn take(&self, done: &mut Vec<Order<T>>) {
        debug_assert!(done.is_empty());
        std::mem::swap(done, &mut self.orders.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
