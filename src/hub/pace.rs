use std::collections::BTreeMap;

use crate::protocol::UserId;

/// Past this many, those are forgotten who may write again anyway.
const REMEMBERED: usize = 1_024;

/// When each member last said something in a room in slow mode.
#[derive(Debug, Default)]
pub struct Pace {
    said_at: BTreeMap<UserId, u64>,
}

impl Pace {
    pub fn said(&mut self, user: &UserId, now_ms: u64, slow_mode_s: u32) {
        if slow_mode_s == 0 {
            return self.said_at.clear();
        }
        if self.said_at.len() >= REMEMBERED {
            self.said_at.retain(|_, at| *at + u64::from(slow_mode_s) * 1_000 > now_ms);
        }
        self.said_at.insert(user.clone(), now_ms);
    }

    /// How long the person has to wait.
    pub fn wait_ms(&self, user: &UserId, now_ms: u64, slow_mode_s: u32) -> Option<u64> {
        let again_at = self.said_at.get(user)? + u64::from(slow_mode_s) * 1_000;
        again_at.checked_sub(now_ms).filter(|left_ms| *left_ms > 0)
    }
}
