use std::collections::BTreeMap;

use crate::protocol::limits::{
    WRONG_PASSWORD_PAUSE_MAX_MS, WRONG_PASSWORD_PAUSE_MIN_MS, WRONG_PASSWORDS_FORGIVEN_MS, WRONG_PASSWORDS_FREE,
};

/// Keys remembered at most. Past that the older half is forgotten, so that guesses at ever new names fill no memory.
const KEYS_MAX: usize = 65_536;

/// Makes wrong guesses cost time: the first few are free, each further one doubles the wait. The key is whatever the
/// guesses are counted for: a person, a room, an address.
#[derive(Debug)]
pub struct Throttle<K> {
    guesses: BTreeMap<K, Guesses>,
}

/// The wrong guesses for one key since the last right one.
#[derive(Debug, Clone, Copy)]
struct Guesses {
    wrong: u32,
    last_at: u64,
}

impl<K> Default for Throttle<K> {
    fn default() -> Self {
        Self { guesses: BTreeMap::new() }
    }
}

impl<K: Ord> Throttle<K> {
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a guess is to be looked at now; if not, in how many ms one is.
    pub fn check(&self, now_ms: u64, key: &K) -> Result<(), u64> {
        let open_at = self.guesses.get(key).map_or(0, |guesses| guesses.last_at + pause_ms(guesses.wrong));
        if open_at <= now_ms { Ok(()) } else { Err(open_at - now_ms) }
    }

    /// A guess was wrong. Returns how many ms the next one has to wait; 0 if none.
    pub fn failed(&mut self, now_ms: u64, key: K) -> u64 {
        if self.guesses.len() >= KEYS_MAX && !self.guesses.contains_key(&key) {
            self.make_room(now_ms);
        }
        let guesses = self.guesses.entry(key).or_insert(Guesses { wrong: 0, last_at: now_ms });
        if guesses.is_forgiven(now_ms) {
            guesses.wrong = 0;
        }
        *guesses = Guesses { wrong: guesses.wrong.saturating_add(1), last_at: now_ms };
        pause_ms(guesses.wrong)
    }

    /// A guess was right, which forgives the wrong ones before it. Returns how many these were.
    pub fn succeeded(&mut self, key: &K) -> u32 {
        self.guesses.remove(key).map_or(0, |guesses| guesses.wrong)
    }

    /// So many of the wrong guesses turn out to have been mistakes.
    pub fn forgive(&mut self, key: &K, mistakes: u32) {
        let Some(guesses) = self.guesses.get_mut(key) else { return };
        guesses.wrong = guesses.wrong.saturating_sub(mistakes);
        if guesses.wrong == 0 {
            self.guesses.remove(key);
        }
    }

    fn make_room(&mut self, now_ms: u64) {
        self.guesses.retain(|_, guesses| !guesses.is_forgiven(now_ms));
        if self.guesses.len() < KEYS_MAX {
            return;
        }
        let mut times: Vec<_> = self.guesses.values().map(|guesses| guesses.last_at).collect();
        let (_, median, _) = times.select_nth_unstable(KEYS_MAX / 2);
        let median = *median;
        self.guesses.retain(|_, guesses| guesses.last_at > median);
    }
}

impl Guesses {
    fn is_forgiven(&self, now_ms: u64) -> bool {
        self.last_at + WRONG_PASSWORDS_FORGIVEN_MS <= now_ms
    }
}

fn pause_ms(wrong: u32) -> u64 {
    let Some(doublings) = wrong.checked_sub(WRONG_PASSWORDS_FREE + 1) else { return 0 };
    let factor = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
    WRONG_PASSWORD_PAUSE_MIN_MS.saturating_mul(factor).min(WRONG_PASSWORD_PAUSE_MAX_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wrong_guesses_are_free_and_each_further_one_doubles_the_wait() {
        let mut throttle = Throttle::new();
        for _ in 0..WRONG_PASSWORDS_FREE {
            assert_eq!(throttle.failed(1_000, "ada"), 0);
            assert_eq!(throttle.check(1_000, &"ada"), Ok(()));
        }
        assert_eq!(throttle.failed(1_000, "ada"), 2_000);
        assert_eq!(throttle.check(1_000, &"ada"), Err(2_000));
        assert_eq!(throttle.check(2_999, &"ada"), Err(1));
        assert_eq!(throttle.check(3_000, &"ada"), Ok(()));
        assert_eq!(throttle.failed(3_000, "ada"), 4_000);
        assert_eq!(throttle.failed(7_000, "ada"), 8_000);
        assert_eq!(throttle.check(7_000, &"bo"), Ok(()), "nobody else waits");
    }

    #[test]
    fn the_wait_has_an_end() {
        let mut throttle = Throttle::new();
        let pauses: Vec<_> = (0..200).map(|_| throttle.failed(0, "ada")).collect();
        assert!(pauses.is_sorted());
        assert_eq!(pauses.last(), Some(&WRONG_PASSWORD_PAUSE_MAX_MS));
    }

    #[test]
    fn a_right_guess_and_a_quiet_hour_forgive_all() {
        let mut throttle = Throttle::new();
        for _ in 0..10 {
            throttle.failed(0, "ada");
            throttle.failed(0, "bo");
        }
        assert_eq!(throttle.succeeded(&"ada"), 10);
        assert_eq!(throttle.check(0, &"ada"), Ok(()));
        assert_eq!(throttle.failed(0, "ada"), 0);
        assert_eq!(throttle.failed(WRONG_PASSWORDS_FORGIVEN_MS, "bo"), 0);
    }

    #[test]
    fn mistakes_can_be_forgiven_without_the_rest() {
        let mut throttle = Throttle::new();
        for _ in 0..5 {
            throttle.failed(0, "here");
        }
        throttle.forgive(&"here", 2);
        assert_eq!(throttle.check(0, &"here"), Ok(()));
        assert_eq!(throttle.failed(0, "here"), 2_000);
        throttle.forgive(&"here", 4);
        assert!(throttle.guesses.is_empty());
    }

    #[test]
    fn it_forgets_the_oldest_keys_before_it_grows_without_end() {
        let mut throttle = Throttle::new();
        for n in 0..3 * KEYS_MAX as u64 {
            throttle.failed(n, n);
        }
        assert!(throttle.guesses.len() <= KEYS_MAX);
        assert!(throttle.guesses.contains_key(&(3 * KEYS_MAX as u64 - 1)));
        let later = 3 * KEYS_MAX as u64 + WRONG_PASSWORDS_FORGIVEN_MS;
        while throttle.guesses.len() < KEYS_MAX {
            throttle.failed(later, later + throttle.guesses.len() as u64);
        }
        throttle.failed(later, 0);
        assert!(throttle.guesses.values().all(|guesses| guesses.last_at == later), "what is forgiven goes first");
    }
}
