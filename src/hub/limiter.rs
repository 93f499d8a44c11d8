/// Lets through a burst and then a steady rate, by the generic cell rate algorithm (ITU-T I.371, annex A): one number
/// of state, no timer.
#[derive(Debug, Clone)]
pub struct Limiter {
    interval_us: u64,
    tolerance_us: u64,
    /// When the next request would be due if all came at the steady rate.
    due_us: u64,
}

impl Limiter {
    pub fn per_second(rate: u32, burst: u32) -> Self {
        Self::new(1_000_000 / u64::from(rate), burst)
    }

    pub fn per_minute(rate: u32, burst: u32) -> Self {
        Self::new(60_000_000 / u64::from(rate), burst)
    }

    fn new(interval_us: u64, burst: u32) -> Self {
        Self { interval_us, tolerance_us: interval_us * u64::from(burst - 1), due_us: 0 }
    }

    /// Takes one, or says how many ms from now one can be had.
    pub fn take(&mut self, now_ms: u64) -> Result<(), u64> {
        let now_us = now_ms * 1_000;
        let due_us = self.due_us.max(now_us);
        let ahead_us = due_us - now_us;
        if ahead_us > self.tolerance_us {
            return Err((ahead_us - self.tolerance_us).div_ceil(1_000));
        }
        self.due_us = due_us + self.interval_us;
        Ok(())
    }
}

impl Limiter {
    /// The last one taken does not count.
    pub fn give_back(&mut self) {
        self.due_us = self.due_us.saturating_sub(self.interval_us);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let mut limiter = Limiter::per_second(5, 20);
        assert!((0..20).all(|_| limiter.take(1_000).is_ok()));
        assert_eq!(limiter.take(1_000), Err(200));
        assert_eq!(limiter.take(1_199), Err(1));
        assert_eq!(limiter.take(1_200), Ok(()));
        assert_eq!(limiter.take(1_200), Err(200));
    }

    #[test]
    fn in_the_long_run_the_rate_holds() {
        let mut limiter = Limiter::per_second(5, 20);
        let passed = (0..60_000).filter(|now_ms| limiter.take(*now_ms).is_ok()).count();
        assert_eq!(passed, 20 - 1 + 60 * 5);
    }
}
