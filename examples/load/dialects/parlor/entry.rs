use memchr::memmem;
use parlor::protocol::RoomId;
use serde_json::Value;

use crate::dialect::Heard;
use crate::stamp::{Stamp, digits_to_number};

/// Ends with as many hexadecimal digits, which are the number of the message.
const ID_DIGITS: usize = 12;

/// As much of an entry as is looked at: its places, and the stamp of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub first: u64,
    pub last: u64,
    pub stamp: Option<Stamp>,
}

/// How an entry of the room begins, as servers write it.
pub fn start(room: &RoomId) -> Vec<u8> {
    format!(r#"{{"type":"entry","room":"{}","seq":"#, room.as_str()).into()
}

impl Entry {
    /// From the rest of a frame, after [`start`]. Thousands come in a second, so it is not read as JSON.
    pub fn read(rest: &[u8]) -> Option<Self> {
        let end = rest.iter().position(|byte| !byte.is_ascii_digit())?;
        let (digits, rest) = rest.split_at(end);
        let last = digits_to_number(digits)?;
        if let Some(body) = after(rest, br#""body":""#) {
            return Some(Self { first: last, last, stamp: Stamp::read(body) });
        }
        let mut first = last;
        if memmem::find(rest, br#""kind":"came_and_went""#).is_some() {
            let digits = after(rest, br#""first":"#)?;
            first = digits_to_number(digits.split(|byte| !byte.is_ascii_digit()).next()?)?;
        }
        Some(Self { first, last, stamp: None })
    }

    /// Out of a page of history.
    pub fn of_json(entry: &Value) -> Option<Self> {
        let last = entry["seq"].as_u64()?;
        let first = entry["first"].as_u64().unwrap_or(last);
        let stamp = entry["body"].as_str().and_then(|body| Stamp::read(body.as_bytes()));
        Some(Self { first, last, stamp })
    }

    /// What it tells of the places from `begin` on.
    pub fn heard(self, begin: u64) -> Heard {
        match self.stamp {
            Some(stamp) => Heard::Message { stamp, seq: Some(self.last) },
            None => Heard::Passed { first: self.first.max(begin).min(self.last), last: self.last },
        }
    }
}

/// The number of the message that an `accepted` frame names.
pub fn accepted_id(frame: &[u8]) -> Option<u64> {
    id_number(after(frame, br#""id":""#)?.split(|&byte| byte == b'"').next()?)
}

pub fn id_number(id: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(id.last_chunk::<ID_DIGITS>()?).ok()?;
    u64::from_str_radix(digits, 16).ok()
}

fn after<'a>(text: &'a [u8], what: &[u8]) -> Option<&'a [u8]> {
    memmem::find(text, what).map(|place| &text[place + what.len()..])
}
