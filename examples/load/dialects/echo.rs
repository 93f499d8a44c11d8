use std::collections::VecDeque;

use crate::dialect::{Dialect, Heard, Request};
use crate::outbox::Outbox;

/// A dialect of servers that do not tell what became of a message: it has come through when it comes back to its sender.
#[derive(Debug)]
pub struct Echo<D> {
    dialect: D,
    person: u32,
    /// Said and not come back yet.
    said: VecDeque<u64>,
}

impl<D> Echo<D> {
    pub fn new(dialect: D, person: u32) -> Self {
        Self { dialect, person, said: VecDeque::new() }
    }
}

impl<D: Dialect> Dialect for Echo<D> {
    fn request(&self) -> Request {
        self.dialect.request()
    }

    fn opened(&mut self, out: &mut Outbox) {
        // What was said over an earlier connection may never come back.
        self.said.clear();
        self.dialect.opened(out);
    }

    fn hear(&mut self, payload: &[u8], is_text: bool, out: &mut Outbox, heard: &mut Vec<Heard>) {
        let before = heard.len();
        self.dialect.hear(payload, is_text, out, heard);
        let is_own = |heard: &&Heard| matches!(heard, Heard::Message { stamp, .. } if stamp.sender == self.person);
        let own = heard[before..].iter().filter(is_own).count();
        // What one sender says comes in the order in which it was said.
        heard.extend(self.said.drain(..own.min(self.said.len())).map(|id| Heard::Accepted { id }));
    }

    fn say(&mut self, body: &str, id: u64, out: &mut Outbox) {
        self.said.push_back(id);
        self.dialect.say(body, id, out);
    }

    fn tick(&mut self, now_ms: u64, out: &mut Outbox) -> Result<(), String> {
        self.dialect.tick(now_ms, out)
    }
}

#[cfg(test)]
mod tests {
    use super::super::plain::Plain;
    use super::*;
    use crate::dialect::Member;

    fn echo() -> Echo<Plain> {
        Echo::new(Plain::new(Member { run: 1, person: 2, room: 3, filled_room: None }), 2)
    }

    fn accepted(echo: &mut Echo<Plain>, sender: u32) -> Vec<Heard> {
        let (mut out, mut heard) = (Outbox::default(), Vec::new());
        let message = format!(r#"{{"type":"message","body":"5 {sender} 7 the quick"}}"#);
        echo.hear(message.as_bytes(), true, &mut out, &mut heard);
        assert!(matches!(heard[0], Heard::Message { .. }));
        heard.split_off(1)
    }

    #[test]
    fn what_comes_back_to_its_sender_has_come_through() {
        let (mut echo, mut out) = (echo(), Outbox::default());
        echo.say("5 2 7 ", 40, &mut out);
        echo.say("5 2 7 ", 41, &mut out);
        assert_eq!(accepted(&mut echo, 3), []);
        assert_eq!(accepted(&mut echo, 2), [Heard::Accepted { id: 40 }]);
        assert_eq!(accepted(&mut echo, 2), [Heard::Accepted { id: 41 }]);
        assert_eq!(accepted(&mut echo, 2), []);
    }

    #[test]
    fn what_was_said_over_a_connection_that_is_gone_is_not_waited_for() {
        let (mut echo, mut out) = (echo(), Outbox::default());
        echo.say("5 2 7 ", 40, &mut out);
        echo.opened(&mut out);
        echo.say("5 2 7 ", 41, &mut out);
        assert_eq!(accepted(&mut echo, 2), [Heard::Accepted { id: 41 }]);
    }
}
