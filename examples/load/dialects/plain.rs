use crate::dialect::{Dialect, Heard, Member, Request};
use crate::outbox::Outbox;
use crate::stamp::Stamp;

/// What stands before the text of a message.
const BODY: &[u8] = br#""body":""#;

/// The JSON that short chat servers speak: `join` is answered by `joined`, and a `message` goes to everyone in the room,
/// the sender included.
#[derive(Debug)]
pub struct Plain {
    member: Member,
}

impl Plain {
    pub fn new(member: Member) -> Self {
        Self { member }
    }
}

impl Dialect for Plain {
    fn request(&self) -> Request {
        Request { path: "/".into(), subprotocol: None, headers: vec![] }
    }

    fn opened(&mut self, out: &mut Outbox) {
        let (room, name) = (self.member.room_name(), self.member.name());
        out.text(&format!(r#"{{"type":"join","room":"{room}","name":"{name}"}}"#));
    }

    fn hear(&mut self, payload: &[u8], _is_text: bool, _out: &mut Outbox, heard: &mut Vec<Heard>) {
        if let Some(place) = memchr::memmem::find(payload, BODY)
            && let Some(stamp) = Stamp::read(&payload[place + BODY.len()..])
        {
            return heard.push(Heard::Message { stamp, seq: None });
        }
        let frame: serde_json::Value = serde_json::from_slice(payload).unwrap_or_default();
        match frame["type"].as_str() {
            Some("joined") => heard.push(Heard::Live { after: None }),
            Some("error") => heard.push(Heard::Refused(String::from_utf8_lossy(payload).into())),
            _ => {}
        }
    }

    fn say(&mut self, body: &str, _id: u64, out: &mut Outbox) {
        let room = self.member.room_name();
        out.text(&format!(r#"{{"type":"message","room":"{room}","body":"{body}"}}"#));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hear(payload: &str) -> Vec<Heard> {
        let mut heard = Vec::new();
        let mut plain = Plain::new(Member { run: 1, person: 2, room: 3, filled_room: None });
        plain.hear(payload.as_bytes(), true, &mut Outbox::default(), &mut heard);
        heard
    }

    #[test]
    fn what_the_server_says_is_understood() {
        assert_eq!(hear(r#"{"type":"joined"}"#), [Heard::Live { after: None }]);
        let message = r#"{"type":"message","room":"load-1-3","body":"5 6 7 the quick"}"#;
        assert_eq!(hear(message), [Heard::Message { stamp: Stamp { due_us: 5, sender: 6, n: 7 }, seq: None }]);
        assert!(matches!(&hear(r#"{"type":"error","reason":"no"}"#)[..], [Heard::Refused(_)]));
        assert_eq!(hear("not JSON"), []);
    }
}
