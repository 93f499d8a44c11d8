use std::collections::VecDeque;

use crate::dialect::Heard;
use crate::stamp::Stamp;

/// For servers that do not tell what became of a message: it has come through when it comes back to its sender.
#[derive(Debug)]
pub struct Echo {
    person: u32,
    /// Said and not come back yet.
    said: VecDeque<u64>,
}

impl Echo {
    pub fn new(person: u32) -> Self {
        Self { person, said: VecDeque::new() }
    }

    /// What was said over an earlier connection may never come back.
    pub fn opened(&mut self) {
        self.said.clear();
    }

    pub fn say(&mut self, id: u64) {
        self.said.push_back(id);
    }

    /// What one sender says comes in the order in which it was said.
    pub fn hear(&mut self, stamp: Stamp) -> Option<Heard> {
        let id = if stamp.sender == self.person { self.said.pop_front() } else { None };
        id.map(|id| Heard::Accepted { id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(sender: u32, n: u32) -> Stamp {
        Stamp { due_us: 5, sender, n }
    }

    #[test]
    fn what_comes_back_to_its_sender_has_come_through() {
        let mut echo = Echo::new(2);
        echo.say(40);
        echo.say(41);
        assert_eq!(echo.hear(stamp(3, 0)), None);
        assert_eq!(echo.hear(stamp(2, 0)), Some(Heard::Accepted { id: 40 }));
        assert_eq!(echo.hear(stamp(2, 1)), Some(Heard::Accepted { id: 41 }));
        assert_eq!(echo.hear(stamp(2, 2)), None);
    }

    #[test]
    fn what_was_said_over_a_connection_that_is_gone_is_not_waited_for() {
        let mut echo = Echo::new(2);
        echo.say(40);
        echo.opened();
        echo.say(41);
        assert_eq!(echo.hear(stamp(2, 1)), Some(Heard::Accepted { id: 41 }));
    }
}
