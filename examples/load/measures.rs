use std::ops::Range;

use hdrhistogram::Histogram;

/// Violations that are kept in words; the rest is counted.
const VIOLATIONS_TOLD_MAX: usize = 20;

/// What is measured in a run.
#[derive(Debug)]
pub struct Measures {
    /// All that was said, by the number of the message.
    pub sent: Vec<Sent>,
    /// What is due in this time counts for the latencies, in microseconds since the run began.
    pub window_us: Range<u64>,
    /// From the time that a message was due until each of those in the room had it.
    pub delivery: Histogram<u64>,
    /// From the time that a message was due until its sender knew that it is in safety.
    pub accepted: Histogram<u64>,
    /// How late messages went out.
    pub lateness: Histogram<u64>,
    /// From the beginning of a connection until the person was in the room.
    pub live: Histogram<u64>,
    pub deliveries: u64,
    pub accepted_count: u64,
    pub frames: u64,
    pub bytes: u64,
    pub refused: u64,
    pub violations: Violations,
}

/// One message that was said.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    pub due_us: u64,
    pub sender: u32,
    pub n: u32,
    pub is_accepted: bool,
}

#[derive(Debug, Default)]
pub struct Violations {
    pub told: Vec<String>,
    pub count: u64,
}

impl Violations {
    pub fn push(&mut self, text: String) {
        self.count += 1;
        if self.told.len() < VIOLATIONS_TOLD_MAX {
            self.told.push(text);
        }
    }
}

impl Measures {
    pub fn new() -> Self {
        Self {
            sent: Vec::new(),
            window_us: 0..u64::MAX,
            delivery: histogram(),
            accepted: histogram(),
            lateness: histogram(),
            live: histogram(),
            deliveries: 0,
            accepted_count: 0,
            frames: 0,
            bytes: 0,
            refused: 0,
            violations: Violations::default(),
        }
    }
}

/// Up to an hour; what takes longer counts as that.
pub fn histogram() -> Histogram<u64> {
    const HOUR_US: u64 = 3_600_000_000;
    const SIGNIFICANT_DIGITS: u8 = 3;
    Histogram::new_with_bounds(1, HOUR_US, SIGNIFICANT_DIGITS).expect("the bounds are right")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_times_are_kept_as_they_are() {
        let mut times_us = histogram();
        for time_us in [100, 2_000_000, u64::MAX] {
            times_us.saturating_record(time_us);
        }
        assert!(times_us.value_at_quantile(0.5).abs_diff(2_000_000) < 2_000);
    }
}
