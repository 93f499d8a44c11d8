use std::mem;

use self::operation::{Operation, take_operation};
use crate::dialect::{Dialect, Heard, Member, Request};
use crate::outbox::Outbox;
use crate::stamp::{Stamp, digits_to_number};

mod operation;

const CONNECT: &str = r#"CONNECT {"verbose":false,"pedantic":false,"protocol":1,"headers":true,"no_responders":true}"#;

/// The protocol of NATS clients, in binary messages. A room is a subject.
#[derive(Debug)]
pub struct Nats {
    member: Member,
    /// Whether JetStream is to keep what is said: then it is said to `say.ROOM`, acked once it is stored, and comes out
    /// at `room.ROOM`.
    is_kept: bool,
    is_live: bool,
    /// The begin of an operation whose rest comes with the next message.
    begun: Vec<u8>,
}

impl Nats {
    pub fn new(member: Member, is_kept: bool) -> Self {
        Self { member, is_kept, is_live: false, begun: Vec::new() }
    }

    /// Where JetStream's answers come, before the id of the message.
    fn answers(&self) -> String {
        format!("answer.{}.{}.", self.member.run, self.member.person)
    }

    /// How much of the bytes was whole.
    fn hear_whole(&mut self, bytes: &[u8], out: &mut Outbox, heard: &mut Vec<Heard>) -> usize {
        let mut rest = bytes;
        loop {
            match take_operation(&mut rest) {
                Ok(Some(operation)) => self.hear_operation(operation, out, heard),
                Ok(None) => return bytes.len() - rest.len(),
                Err(error) => {
                    heard.push(Heard::Refused(error.into()));
                    return bytes.len();
                }
            }
        }
    }

    fn hear_operation(&mut self, operation: Operation<'_>, out: &mut Outbox, heard: &mut Vec<Heard>) {
        match operation {
            Operation::Ping => out.binary(b"PONG\r\n"),
            Operation::Pong if !mem::replace(&mut self.is_live, true) => heard.push(Heard::Live { after: None }),
            Operation::Message { body, .. } if let Some(stamp) = Stamp::read(body) => {
                heard.push(Heard::Message { stamp, seq: None });
            }
            Operation::Message { subject, body } => heard.extend(answered(subject, body)),
            Operation::Error(error) => heard.push(Heard::Refused(String::from_utf8_lossy(error).into())),
            Operation::Pong | Operation::Other => {}
        }
    }
}

impl Dialect for Nats {
    fn request(&self) -> Request {
        Request { path: "/".into(), subprotocol: None, headers: vec![] }
    }

    fn opened(&mut self, out: &mut Outbox) {
        self.begun.clear();
        self.is_live = false;
        let mut text = format!("{CONNECT}\r\nSUB room.{} 1\r\n", self.member.room_name());
        if self.is_kept {
            text += &format!("SUB {}* 2\r\n", self.answers());
        }
        // Its answer tells that all before it was understood.
        text += "PING\r\n";
        out.binary(text.as_bytes());
    }

    fn hear(&mut self, payload: &[u8], _is_text: bool, out: &mut Outbox, heard: &mut Vec<Heard>) {
        if self.begun.is_empty() {
            let whole = self.hear_whole(payload, out, heard);
            self.begun.extend_from_slice(&payload[whole..]);
        } else {
            let mut bytes = mem::take(&mut self.begun);
            bytes.extend_from_slice(payload);
            let whole = self.hear_whole(&bytes, out, heard);
            self.begun = bytes.split_off(whole);
        }
    }

    fn say(&mut self, body: &str, id: u64, out: &mut Outbox) {
        let (room, length) = (self.member.room_name(), body.len());
        let text = if self.is_kept {
            format!("PUB say.{room} {}{id} {length}\r\n{body}\r\n", self.answers())
        } else {
            format!("PUB room.{room} {length}\r\n{body}\r\n")
        };
        out.binary(text.as_bytes());
    }
}

/// JetStream's answer to a message says where it was put, or why it was not.
fn answered(subject: &[u8], body: &[u8]) -> Option<Heard> {
    let id = digits_to_number(subject.rsplit(|&byte| byte == b'.').next()?)?;
    if memchr::memmem::find(body, br#""seq":"#).is_some() {
        Some(Heard::Accepted { id })
    } else if body.is_empty() {
        Some(Heard::Refused("no stream keeps the room".into()))
    } else {
        Some(Heard::Refused(String::from_utf8_lossy(body).into()))
    }
}

#[cfg(test)]
mod tests;
