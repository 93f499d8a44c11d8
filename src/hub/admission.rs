use crate::protocol::limits::{GREETING_WAIT_MAX_MS, GREETINGS_WAITING_MIN, RECONNECT_SLOTS_MAX_MS};

/// Clients that are let in a second, as long as nothing is measured.
const PER_SECOND_ASSUMED: u64 = 1_000;
/// One disk that is slow for a moment must not keep everybody away for long.
const PER_SECOND_MIN: u64 = 100;
/// At least so long it is measured how many are let in.
const MEASURED_MS: u64 = 500;
/// Clients that are sent away spread over the time from here on.
const FIRST_SLOT_MS: u64 = 1_000;

/// How many connections may wait to be told who they are: as many as can be within the patience of a client, by what the
/// server has shown that it can. The others get slots, one after the other, instead of a wait that ends in vain.
#[derive(Debug)]
pub struct Admission {
    waiting: u64,
    per_second: u64,
    /// Since when it is measured, and who has been let in since.
    measured_since: Option<u64>,
    answered: u64,
    /// The last slot that was given, in µs: there may be several in one ms.
    last_slot_us: u64,
}

impl Default for Admission {
    fn default() -> Self {
        Self { waiting: 0, per_second: PER_SECOND_ASSUMED, measured_since: None, answered: 0, last_slot_us: 0 }
    }
}

impl Admission {
    /// How long all these take to be let in.
    pub fn time_for_ms(&self, clients: u64) -> u64 {
        clients * 1_000 / self.per_second
    }

    /// One more has said hello and waits; or has to come again in so many ms.
    pub fn arrive(&mut self, now_ms: u64) -> Result<(), u64> {
        if self.waiting >= GREETINGS_WAITING_MIN && self.time_for_ms(self.waiting) >= GREETING_WAIT_MAX_MS {
            return Err(self.next_slot_ms(now_ms));
        }
        if self.waiting == 0 {
            (self.measured_since, self.answered) = (Some(now_ms), 0);
        }
        self.waiting += 1;
        Ok(())
    }

    /// One that has waited has got an answer, or is gone.
    pub fn leave(&mut self, now_ms: u64, is_answered: bool) {
        self.waiting = self.waiting.saturating_sub(1);
        self.answered += u64::from(is_answered);
        let Some(since) = self.measured_since else { return };
        let lasted_ms = now_ms.saturating_sub(since);
        // What it can do shows only while there is always somebody waiting.
        if lasted_ms >= MEASURED_MS && self.waiting > 0 {
            self.per_second = (self.answered * 1_000 / lasted_ms).max(PER_SECOND_MIN);
            (self.measured_since, self.answered) = (Some(now_ms), 0);
        }
    }

    fn next_slot_ms(&mut self, now_ms: u64) -> u64 {
        let earliest_us = (now_ms + FIRST_SLOT_MS) * 1_000;
        let slot_us = earliest_us.max(self.last_slot_us + 1_000_000 / self.per_second);
        self.last_slot_us = slot_us.min((now_ms + RECONNECT_SLOTS_MAX_MS) * 1_000);
        self.last_slot_us / 1_000 - now_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_may_wait_as_can_be_greeted_in_time() {
        let mut admission = Admission::default();
        let waiting = (0..100_000).take_while(|_| admission.arrive(0).is_ok()).count() as u64;
        assert_eq!(waiting, PER_SECOND_ASSUMED * GREETING_WAIT_MAX_MS / 1_000);
        admission.leave(1, true);
        assert_eq!(admission.arrive(1), Ok(()));
        assert!(admission.arrive(1).is_err());
    }

    #[test]
    fn who_is_sent_away_gets_a_slot_of_their_own() {
        let mut admission = Admission::default();
        while admission.arrive(0).is_ok() {}
        let slots: Vec<_> = (0..3_000).map(|_| admission.arrive(0).unwrap_err()).collect();
        assert!(slots.is_sorted() && slots[0] >= FIRST_SLOT_MS);
        assert_eq!(slots[2_999] - slots[0], 2_999, "a thousand a second");
        let last = (0..200_000).map(|_| admission.arrive(0).unwrap_err()).last();
        assert_eq!(last, Some(RECONNECT_SLOTS_MAX_MS), "nobody stays away for longer");
    }

    #[test]
    fn what_the_server_can_is_measured_while_somebody_waits() {
        let mut admission = Admission::default();
        for _ in 0..4_000 {
            admission.arrive(0).unwrap();
        }
        // Three in a ms, for a second.
        (1..=1_000).for_each(|ms| (0..3).for_each(|_| admission.leave(ms, true)));
        assert!((2_900..=3_100).contains(&admission.per_second), "{}", admission.per_second);
        assert_eq!(admission.time_for_ms(30_000) / 1_000, 10);
    }

    #[test]
    fn a_few_that_wait_keep_nobody_out() {
        let mut admission = Admission::default();
        for _ in 0..GREETINGS_WAITING_MIN {
            admission.arrive(0).unwrap();
        }
        admission.leave(600, false);
        assert_eq!(admission.per_second, PER_SECOND_MIN, "nobody was answered");
        assert_eq!(admission.time_for_ms(30), 300, "a restart spreads few over a short time all the same");
        assert_eq!(admission.arrive(601), Ok(()));
        assert!(admission.arrive(602).is_err());
    }
}
