use super::plain::Plain;
use crate::dialect::{Dialect, Heard, Member, Request};
use crate::outbox::Outbox;
use crate::stamp::digits_to_number;

const PING_EVERY_MS: u64 = 10_000;
/// What stands before the number of a message.
const ID: &[u8] = br#""id":"#;

/// The plain JSON with what articles about WebSockets add to it: a heartbeat of the client's own, and an ack for each
/// message.
#[derive(Debug)]
pub struct Article {
    plain: Plain,
    /// The number of the newest message over this connection.
    newest: u64,
    pinged_at_ms: u64,
}

impl Article {
    pub fn new(member: Member) -> Self {
        Self { plain: Plain::new(member), newest: 0, pinged_at_ms: 0 }
    }
}

impl Dialect for Article {
    fn request(&self) -> Request {
        self.plain.request()
    }

    fn opened(&mut self, out: &mut Outbox) {
        self.newest = 0;
        self.plain.opened(out);
    }

    fn hear(&mut self, payload: &[u8], is_text: bool, out: &mut Outbox, heard: &mut Vec<Heard>) {
        if let Some(id) = id(payload) {
            out.text(&format!(r#"{{"type":"ack","id":{id}}}"#));
            // Sent again, since the ack for it was late.
            if id <= self.newest {
                return;
            }
            self.newest = id;
        }
        self.plain.hear(payload, is_text, out, heard);
    }

    fn say(&mut self, body: &str, id: u64, out: &mut Outbox) {
        self.plain.say(body, id, out);
    }

    fn tick(&mut self, now_ms: u64, out: &mut Outbox) -> Result<(), String> {
        if now_ms >= self.pinged_at_ms + PING_EVERY_MS {
            self.pinged_at_ms = now_ms;
            out.text(r#"{"type":"ping"}"#);
        }
        Ok(())
    }
}

fn id(payload: &[u8]) -> Option<u64> {
    let rest = &payload[memchr::memmem::find(payload, ID)? + ID.len()..];
    let end = rest.iter().position(|byte| !byte.is_ascii_digit())?;
    digits_to_number(&rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialects::unmasked::unmasked;
    use crate::stamp::Stamp;

    fn article() -> Article {
        Article::new(Member { run: 1, person: 2, room: 3, filled_room: None })
    }

    #[test]
    fn each_message_is_acked() {
        let (mut out, mut heard) = (Outbox::default(), Vec::new());
        let message = br#"{"type":"message","id":41,"name":"Ada","room":"load-1-3","body":"5 6 7 the quick"}"#;
        article().hear(message, true, &mut out, &mut heard);
        assert_eq!(heard, [Heard::Message { stamp: Stamp { due_us: 5, sender: 6, n: 7 }, seq: None }]);
        assert_eq!(unmasked(&out), [r#"{"type":"ack","id":41}"#]);
    }

    #[test]
    fn what_comes_again_is_acked_again_and_not_heard() {
        let (mut article, mut out, mut heard) = (article(), Outbox::default(), Vec::new());
        for id in [41, 42, 41] {
            let message = format!(r#"{{"type":"message","id":{id},"body":"5 6 {id} the quick"}}"#);
            article.hear(message.as_bytes(), true, &mut out, &mut heard);
        }
        let said = |n| Heard::Message { stamp: Stamp { due_us: 5, sender: 6, n }, seq: None };
        assert_eq!(heard, [said(41), said(42)]);
        assert_eq!(unmasked(&out), [41, 42, 41].map(|id| format!(r#"{{"type":"ack","id":{id}}}"#)));
    }

    #[test]
    fn nothing_else_is_acked() {
        let (mut out, mut heard) = (Outbox::default(), Vec::new());
        for payload in [&br#"{"type":"joined"}"#[..], br#"{"type":"online","count":3}"#, br#"{"id":"#, br#"{"id":x}"#] {
            article().hear(payload, true, &mut out, &mut heard);
        }
        assert_eq!(heard, [Heard::Live { after: None }]);
        assert!(out.is_empty());
    }

    #[test]
    fn the_heart_beats_every_ten_seconds() {
        let (mut article, mut out) = (article(), Outbox::default());
        for now_ms in [10_000, 10_100, 19_900, 20_000] {
            assert_eq!(article.tick(now_ms, &mut out), Ok(()));
        }
        assert_eq!(unmasked(&out), [r#"{"type":"ping"}"#; 2]);
    }
}
