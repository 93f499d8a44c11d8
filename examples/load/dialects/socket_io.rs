use crate::dialect::{Dialect, Heard, Member, Request};
use crate::outbox::Outbox;
use crate::stamp::{Stamp, digits_to_number};

/// What stands before the text of a message.
const BODY: &[u8] = br#""body":""#;
/// The number under which the server acknowledges that the person is in the room. Those of messages come after it.
const JOIN: u64 = 0;

/// Socket.IO's protocol, version 5, in that of Engine.IO, version 4, over a WebSocket from the start. A packet's first
/// digit is Engine.IO's, a message's second one is Socket.IO's.
#[derive(Debug)]
pub struct SocketIo {
    member: Member,
}

impl SocketIo {
    pub fn new(member: Member) -> Self {
        Self { member }
    }

    fn join(&self, out: &mut Outbox) {
        let (room, name) = (self.member.room_name(), self.member.name());
        out.text(&format!(r#"42{JOIN}["join",{{"room":"{room}","name":"{name}"}}]"#));
    }
}

impl Dialect for SocketIo {
    fn request(&self) -> Request {
        Request { path: "/socket.io/?EIO=4&transport=websocket".into(), subprotocol: None, headers: vec![] }
    }

    /// The server speaks first.
    fn opened(&mut self, _out: &mut Outbox) {}

    fn hear(&mut self, payload: &[u8], _is_text: bool, out: &mut Outbox, heard: &mut Vec<Heard>) {
        match payload {
            [b'0', ..] => out.text("40"),
            [b'2', ..] => out.text("3"),
            [b'4', b'0', ..] => self.join(out),
            [b'4', b'2', event @ ..] => heard.extend(message(event)),
            [b'4', b'3', ack @ ..] => heard.extend(acknowledged(ack)),
            [b'4', b'4', ..] => heard.push(Heard::Refused(String::from_utf8_lossy(payload).into())),
            [b'1', ..] | [b'4', b'1', ..] => heard.push(Heard::Bye { reconnect_after_ms: None }),
            _ => {}
        }
    }

    fn say(&mut self, body: &str, id: u64, out: &mut Outbox) {
        let number = id + 1;
        out.text(&format!(r#"42{number}["message","{body}"]"#));
    }
}

fn message(event: &[u8]) -> Option<Heard> {
    let place = memchr::memmem::find(event, BODY)?;
    Some(Heard::Message { stamp: Stamp::read(&event[place + BODY.len()..])?, seq: None })
}

fn acknowledged(ack: &[u8]) -> Option<Heard> {
    let end = ack.iter().position(|&byte| byte == b'[')?;
    match digits_to_number(&ack[..end])? {
        JOIN => Some(Heard::Live { after: None }),
        number => Some(Heard::Accepted { id: number - 1 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialects::unmasked::unmasked;

    fn hear(payload: &str) -> (Vec<String>, Vec<Heard>) {
        let (mut out, mut heard) = (Outbox::default(), Vec::new());
        let mut dialect = SocketIo::new(Member { run: 1, person: 2, room: 3, filled_room: None });
        dialect.hear(payload.as_bytes(), true, &mut out, &mut heard);
        (unmasked(&out), heard)
    }

    fn answer(payload: &str) -> Vec<String> {
        let (answer, heard) = hear(payload);
        assert_eq!(heard, [], "{payload}");
        answer
    }

    fn told(payload: &str) -> Vec<Heard> {
        let (answer, heard) = hear(payload);
        assert_eq!(answer, [""; 0], "{payload}");
        heard
    }

    #[test]
    fn the_way_in_is_gone_step_by_step() {
        assert_eq!(answer(r#"0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":20000}"#), ["40"]);
        assert_eq!(answer(r#"40{"sid":"def"}"#), [r#"420["join",{"room":"load-1-3","name":"Person 1 2"}]"#]);
        assert_eq!(told("430[]"), [Heard::Live { after: None }]);
    }

    #[test]
    fn a_ping_is_answered() {
        assert_eq!(answer("2"), ["3"]);
    }

    #[test]
    fn messages_and_what_became_of_ones_own_are_understood() {
        let event = r#"42["message",{"name":"Ada","room":"load-1-3","body":"5 6 7 the quick"}]"#;
        assert_eq!(told(event), [Heard::Message { stamp: Stamp { due_us: 5, sender: 6, n: 7 }, seq: None }]);
        assert_eq!(told("438[]"), [Heard::Accepted { id: 7 }]);
        assert!(matches!(&told(r#"44{"message":"no"}"#)[..], [Heard::Refused(_)]));
        assert_eq!(told("41"), [Heard::Bye { reconnect_after_ms: None }]);
        assert_eq!(told("1"), [Heard::Bye { reconnect_after_ms: None }]);
    }

    #[test]
    fn what_is_said_wants_an_acknowledgement_under_its_own_number() {
        let mut out = Outbox::default();
        SocketIo::new(Member { run: 1, person: 2, room: 3, filled_room: None }).say("5 6 7 ", 0, &mut out);
        assert_eq!(unmasked(&out), [r#"421["message","5 6 7 "]"#]);
    }

    #[test]
    fn what_is_not_understood_is_passed_over() {
        for payload in ["", "4", "42", r#"42["online",3]"#, "43", "43[]", "43x[]", "6", "99999"] {
            assert_eq!(told(payload), [], "{payload}");
        }
    }
}
