use std::fmt::Write;

/// Stands at the front of each message: when it was due, in microseconds since the run began, who says it, and the how
/// manyth of this person it is, from 0 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    pub due_us: u64,
    pub sender: u32,
    pub n: u32,
}

impl Stamp {
    /// Writes a message of this many bytes, or of as many as the stamp needs.
    pub fn write(self, body_bytes: usize, body: &mut String) {
        body.clear();
        // Writing to a string cannot fail.
        let _ = write!(body, "{} {} {} ", self.due_us, self.sender, self.n);
        while body.len() < body_bytes {
            let missing = body_bytes - body.len();
            body.push_str(&PADDING[..missing.min(PADDING.len())]);
        }
    }

    /// Of a message, or of what begins with one.
    pub fn read(body: &[u8]) -> Option<Self> {
        let mut rest = body;
        let due_us = number(&mut rest)?;
        let sender = number(&mut rest)?.try_into().ok()?;
        let n = number(&mut rest)?.try_into().ok()?;
        Some(Self { due_us, sender, n })
    }
}

const PADDING: &str = "the quick brown fox jumps over the lazy dog and goes on ";

fn number(rest: &mut &[u8]) -> Option<u64> {
    let end = rest.iter().take(21).position(|&byte| byte == b' ')?;
    let (digits, after) = rest.split_at(end);
    *rest = after.get(1..)?;
    digits_to_number(digits)
}

/// Nothing else than digits, and not too many of them.
pub fn digits_to_number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, &byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_read_as_it_was_written() {
        let mut body = String::new();
        for (stamp, bytes) in [
            (Stamp { due_us: 0, sender: 0, n: 0 }, 100),
            (Stamp { due_us: u64::MAX, sender: u32::MAX, n: u32::MAX }, 300),
            (Stamp { due_us: 12_000_000, sender: 499, n: 7 }, 64),
        ] {
            stamp.write(bytes, &mut body);
            assert_eq!(body.len(), bytes);
            assert_eq!(Stamp::read(body.as_bytes()), Some(stamp));
        }
    }

    #[test]
    fn a_stamp_is_never_cut_short() {
        let mut body = String::new();
        let stamp = Stamp { due_us: 1, sender: 2, n: 3 };
        stamp.write(1, &mut body);
        assert_eq!(body, "1 2 3 ");
        assert_eq!(Stamp::read(body.as_bytes()), Some(stamp));
    }

    #[test]
    fn what_has_no_stamp_gives_none() {
        for text in ["", " ", "1 2", "1 2 3", "a 2 3 ", "1 -2 3 ", "1 2 4294967296 ", "99999999999999999999 1 1 "] {
            assert_eq!(Stamp::read(text.as_bytes()), None, "{text:?}");
        }
    }
}
