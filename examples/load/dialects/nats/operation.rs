use crate::stamp::digits_to_number;

/// Nobody has more to say in one line; without a bound, a server of another kind would be listened to for ever.
const LINE_BYTES_MAX: usize = 64 * 1024;
const BODY_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What a server says, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation<'a> {
    Message { subject: &'a [u8], body: &'a [u8] },
    Ping,
    Pong,
    Error(&'a [u8]),
    Other,
}

/// Takes the first operation off, or gives none if not all of it is there.
pub fn take_operation<'a>(bytes: &mut &'a [u8]) -> Result<Option<Operation<'a>>, &'static str> {
    let Some(end) = memchr::memchr(b'\n', bytes) else {
        return if bytes.len() > LINE_BYTES_MAX { Err("a line without end") } else { Ok(None) };
    };
    let line = bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]);
    let rest = &bytes[end + 1..];
    let (operation, rest) = match line {
        [b'M', b'S', b'G', b' ', words @ ..] => match take_message(words, false, rest)? {
            Some(taken) => taken,
            None => return Ok(None),
        },
        [b'H', b'M', b'S', b'G', b' ', words @ ..] => match take_message(words, true, rest)? {
            Some(taken) => taken,
            None => return Ok(None),
        },
        b"PING" => (Operation::Ping, rest),
        b"PONG" => (Operation::Pong, rest),
        [b'-', b'E', b'R', b'R', error @ ..] => (Operation::Error(error.trim_ascii()), rest),
        _ => (Operation::Other, rest),
    };
    *bytes = rest;
    Ok(Some(operation))
}

/// `subject sid [reply-to] [bytes of headers] bytes`, and what follows: the headers and the body in so many bytes.
fn take_message<'a>(
    words: &'a [u8],
    has_headers: bool,
    rest: &'a [u8],
) -> Result<Option<(Operation<'a>, &'a [u8])>, &'static str> {
    let mut words_from_end = words.rsplit(|&byte| byte == b' ');
    let mut length = || match words_from_end.next().and_then(digits_to_number) {
        Some(length @ ..=BODY_BYTES_MAX) => Ok(length as usize),
        _ => Err("a message without length"),
    };
    let whole = length()?;
    let headers = if has_headers { length()? } else { 0 };
    let subject = words.split(|&byte| byte == b' ').next().unwrap_or_default();
    let Some((payload, rest)) = rest.split_at_checked(whole) else { return Ok(None) };
    let Some((line_end, rest)) = rest.split_at_checked(2) else { return Ok(None) };
    if line_end != b"\r\n" {
        return Err("a message that is longer than it says");
    }
    let body = payload.get(headers..).ok_or("headers that are longer than their message")?;
    Ok(Some((Operation::Message { subject, body }, rest)))
}
