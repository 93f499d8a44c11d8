use crate::protocol::limits::{RECONNECT_MAX_MS, RECONNECT_MIN_MS};

/// How long to wait before the next attempt: a window that doubles, and a random point in it ("full jitter"), so that
/// clients that lost a server together do not come back together.
#[derive(Debug, Default)]
pub struct Backoff {
    attempts: u32,
}

impl Backoff {
    pub fn next_delay_ms(&mut self, rng: &mut fastrand::Rng) -> u64 {
        self.attempts += 1;
        let window_ms = RECONNECT_MIN_MS.saturating_mul(1 << self.attempts.min(16)).min(RECONNECT_MAX_MS);
        rng.u64(RECONNECT_MIN_MS..=window_ms)
    }

    pub fn reset(&mut self) {
        self.attempts = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_stay_in_their_bounds_and_grow_to_the_upper_one() {
        let mut rng = fastrand::Rng::with_seed(7);
        let mut longest_ms = 0;
        for _ in 0..200 {
            let mut backoff = Backoff::default();
            for attempt in 1..30 {
                let delay_ms = backoff.next_delay_ms(&mut rng);
                assert!((RECONNECT_MIN_MS..=RECONNECT_MAX_MS).contains(&delay_ms));
                assert!(attempt > 1 || delay_ms <= 2 * RECONNECT_MIN_MS, "the first retry is quick");
                longest_ms = longest_ms.max(delay_ms);
            }
        }
        assert!(longest_ms > RECONNECT_MAX_MS * 9 / 10);
    }
}
