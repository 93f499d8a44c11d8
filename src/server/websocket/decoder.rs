//! What a client sends, taken apart as it comes (RFC 6455, section 5): pure, so that tests cut it where they like.

use super::deflate::{InflateError, Inflater};
use super::frame::{BINARY, CLOSE, COMPRESSED, CONTINUATION, FIN, PING, PONG, TEXT};

const MASKED: u8 = 0x80;
const CONTROL_BYTES_MAX: u64 = 125;

/// What a client has said.
#[derive(Debug, PartialEq, Eq)]
pub enum Said<'a> {
    Text(&'a str),
    Binary(&'a [u8]),
    Ping(&'a [u8]),
    Pong,
    Close(Option<u16>),
}

/// Why nothing that follows can be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    TooBig,
    /// It was not WebSocket, and this is the number to close with (RFC 6455, section 7.4.1).
    Broken(u16),
}

const PROTOCOL_ERROR: Violation = Violation::Broken(1002);
const INVALID_TEXT: Violation = Violation::Broken(1007);

/// Takes apart what one client sends. Between two frames it keeps nothing.
#[derive(Debug)]
pub struct Decoder {
    /// One message has at most this many bytes, in however many frames.
    message_bytes_max: usize,
    /// Messages may be compressed.
    inflates: bool,
    /// The beginning of a frame whose end has not come.
    rest: Vec<u8>,
    /// The beginning of a message whose last frame has not come.
    message: Option<Box<Message>>,
}

#[derive(Debug)]
struct Message {
    is_text: bool,
    is_compressed: bool,
    payload: Vec<u8>,
    /// So much of the payload is known to be UTF-8.
    valid_bytes: usize,
}

struct Header {
    is_last: bool,
    is_compressed: bool,
    opcode: u8,
    mask: [u8; 4],
    header_bytes: usize,
    payload_bytes: usize,
}

impl Decoder {
    pub fn new(message_bytes_max: usize, inflates: bool) -> Self {
        Self { message_bytes_max, inflates, rest: Vec::new(), message: None }
    }

    /// Takes in what has come, changing it on the way, and tells what it says.
    pub fn feed(
        &mut self,
        come: &mut [u8],
        inflater: &mut Inflater,
        tell: &mut impl FnMut(Said),
    ) -> Result<(), Violation> {
        if self.rest.is_empty() {
            let taken = self.take_frames(come, inflater, tell)?;
            self.rest.extend_from_slice(&come[taken..]);
        } else {
            let mut all = std::mem::take(&mut self.rest);
            all.extend_from_slice(come);
            let taken = self.take_frames(&mut all, inflater, tell)?;
            if taken < all.len() {
                all.drain(..taken);
                self.rest = all;
            }
        }
        Ok(())
    }

    /// Returns how many bytes were whole frames.
    fn take_frames(
        &mut self,
        bytes: &mut [u8],
        inflater: &mut Inflater,
        tell: &mut impl FnMut(Said),
    ) -> Result<usize, Violation> {
        let mut taken = 0;
        while let Some(header) = Header::parse(&bytes[taken..])? {
            self.check(&header)?;
            let first = taken + header.header_bytes;
            let end = first + header.payload_bytes;
            let Some(payload) = bytes.get_mut(first..end) else { break };
            unmask(payload, header.mask);
            self.take_frame(&header, payload, inflater, tell)?;
            taken = end;
        }
        Ok(taken)
    }

    /// As soon as its header is there, so that nobody waits for a payload that is not wanted.
    fn check(&self, header: &Header) -> Result<(), Violation> {
        let is_first = matches!(header.opcode, TEXT | BINARY);
        let fits = match header.opcode {
            TEXT | BINARY => self.message.is_none(),
            CONTINUATION => self.message.is_some(),
            CLOSE | PING | PONG => header.is_last && header.payload_bytes as u64 <= CONTROL_BYTES_MAX,
            _ => false,
        };
        if !fits || (header.is_compressed && !(is_first && self.inflates)) {
            return Err(PROTOCOL_ERROR);
        }
        let before = self.message.as_ref().map_or(0, |message| message.payload.len());
        if header.opcode < CLOSE && before + header.payload_bytes > self.message_bytes_max {
            return Err(Violation::TooBig);
        }
        Ok(())
    }

    fn take_frame(
        &mut self,
        header: &Header,
        payload: &[u8],
        inflater: &mut Inflater,
        tell: &mut impl FnMut(Said),
    ) -> Result<(), Violation> {
        match header.opcode {
            PING => tell(Said::Ping(payload)),
            PONG => tell(Said::Pong),
            CLOSE => tell(Said::Close(close_code(payload)?)),
            TEXT if header.is_last && !header.is_compressed => tell(Said::Text(text(payload)?)),
            BINARY if header.is_last && !header.is_compressed => tell(Said::Binary(payload)),
            _ => {
                let mut message = self.message.take().unwrap_or_else(|| Message::begun_by(header));
                message.push(payload)?;
                if header.is_last {
                    message.finish(self.message_bytes_max, inflater, tell)?;
                } else {
                    self.message = Some(message);
                }
            }
        }
        Ok(())
    }
}

impl Message {
    fn begun_by(header: &Header) -> Box<Self> {
        let is_text = header.opcode == TEXT;
        Box::new(Self { is_text, is_compressed: header.is_compressed, payload: Vec::new(), valid_bytes: 0 })
    }

    /// Text that is none is found out with the frame that spoils it.
    fn push(&mut self, payload: &[u8]) -> Result<(), Violation> {
        self.payload.extend_from_slice(payload);
        if self.is_text && !self.is_compressed {
            match str::from_utf8(&self.payload[self.valid_bytes..]) {
                Ok(_) => self.valid_bytes = self.payload.len(),
                Err(error) if error.error_len().is_none() => self.valid_bytes += error.valid_up_to(),
                Err(_) => return Err(INVALID_TEXT),
            }
        }
        Ok(())
    }

    fn finish(self, bytes_max: usize, inflater: &mut Inflater, tell: &mut impl FnMut(Said)) -> Result<(), Violation> {
        let payload = if self.is_compressed {
            inflater.inflate(self.payload, bytes_max).map_err(|error| match error {
                InflateError::TooBig => Violation::TooBig,
                InflateError::Invalid => PROTOCOL_ERROR,
            })?
        } else {
            self.payload
        };
        tell(if self.is_text { Said::Text(text(&payload)?) } else { Said::Binary(&payload) });
        Ok(())
    }
}

impl Header {
    /// `None` while it is not there as a whole.
    fn parse(bytes: &[u8]) -> Result<Option<Self>, Violation> {
        let [first, second, ..] = *bytes else { return Ok(None) };
        if second & MASKED == 0 || first & 0x30 != 0 {
            return Err(PROTOCOL_ERROR); // a client has to mask, and nothing was agreed on that uses these bits
        }
        let (length, length_bytes) = match second & !MASKED {
            126 => (bytes.get(2..4).map(|length| u64::from(u16::from_be_bytes([length[0], length[1]]))), 2),
            127 => (bytes.get(2..10).and_then(|length| length.try_into().ok()).map(u64::from_be_bytes), 8),
            short => (Some(u64::from(short)), 0),
        };
        let Some(length) = length else { return Ok(None) };
        let header_bytes = 2 + length_bytes + 4;
        let Some(mask) = bytes.get(header_bytes - 4..header_bytes) else { return Ok(None) };
        let payload_bytes = usize::try_from(length).ok().filter(|bytes| *bytes < usize::MAX / 4);
        Ok(Some(Self {
            is_last: first & FIN != 0,
            is_compressed: first & COMPRESSED != 0,
            opcode: first & 0x0f,
            mask: [mask[0], mask[1], mask[2], mask[3]],
            header_bytes,
            payload_bytes: payload_bytes.ok_or(PROTOCOL_ERROR)?,
        }))
    }
}

fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    let mask_8 = u64::from_ne_bytes([mask, mask].concat().try_into().unwrap_or_default());
    let (words, rest) = payload.as_chunks_mut::<8>();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ mask_8).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(mask.into_iter().cycle()) {
        *byte ^= mask;
    }
}

fn text(payload: &[u8]) -> Result<&str, Violation> {
    str::from_utf8(payload).map_err(|_| INVALID_TEXT)
}

/// The number in a close frame, if it has one, and one that may be sent (RFC 6455, section 7.4).
fn close_code(payload: &[u8]) -> Result<Option<u16>, Violation> {
    match payload {
        [] => Ok(None),
        [_] => Err(PROTOCOL_ERROR),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
                return Err(PROTOCOL_ERROR);
            }
            text(reason).map(|_| Some(code))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![first];
        match payload.len() {
            short @ 0..=125 => frame.push(0x80 | short as u8),
            middle @ 126..=0xffff => frame.extend([[0xfe].as_slice(), &(middle as u16).to_be_bytes()].concat()),
            long => frame.extend([[0xff].as_slice(), &(long as u64).to_be_bytes()].concat()),
        }
        frame.extend(MASK);
        frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        frame
    }

    fn hear_in_pieces(bytes: &[u8], piece: usize) -> (Vec<String>, Option<Violation>) {
        let (mut decoder, mut inflater) = (Decoder::new(200_000, true), Inflater::default());
        let mut heard = Vec::new();
        for piece in bytes.chunks(piece) {
            let mut tell = |said: Said| heard.push(format!("{said:?}"));
            if let Err(violation) = decoder.feed(&mut piece.to_vec(), &mut inflater, &mut tell) {
                return (heard, Some(violation));
            }
        }
        assert!(decoder.rest.capacity() == 0 || !decoder.rest.is_empty(), "nothing is kept between frames");
        (heard, None)
    }

    /// However it is cut.
    fn hear(bytes: &[u8]) -> (Vec<String>, Option<Violation>) {
        let whole = hear_in_pieces(bytes, bytes.len().max(1));
        for piece in [1, 2, 3, 7, 1_000] {
            assert_eq!(hear_in_pieces(bytes, piece), whole, "in pieces of {piece} bytes");
        }
        whole
    }

    #[test]
    fn the_example_of_the_rfc_is_understood() {
        // RFC 6455, section 5.7.
        let hello = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        assert_eq!(hear(&hello), (vec!["Text(\"Hello\")".into()], None));
    }

    #[test]
    fn messages_come_whole_in_one_frame_or_several_with_pings_between() {
        let bytes = [
            frame(0x01, b"Good "),
            frame(0x89, b"there?"),
            frame(0x80, "evening \u{1f319}".as_bytes()),
            frame(0x82, &[7; 126]),
            frame(0x81, &[b'x'; 70_000]),
            frame(0x8a, b""),
            frame(0x88, &[0x03, 0xe8]),
        ];
        let (heard, violation) = hear(&bytes.concat());
        assert_eq!(violation, None);
        let begins: Vec<_> = heard.iter().map(|said| said.chars().take(12).collect::<String>()).collect();
        assert_eq!(begins, ["Ping([116, 1", "Text(\"Good e", "Binary([7, 7", "Text(\"xxxxxx", "Pong", "Close(Some(1"]);
    }

    #[test]
    fn a_character_may_be_cut_by_frames_and_no_text_may_be_none() {
        let moon = "\u{1f319}".as_bytes();
        let halves = [frame(0x01, &moon[..2]), frame(0x80, &moon[2..])].concat();
        assert_eq!(hear(&halves).0, ["Text(\"\u{1f319}\")"]);
        let spoiled = [frame(0x01, b"\xff"), frame(0x80, b"never looked at")].concat();
        assert_eq!(hear(&spoiled), (vec![], Some(INVALID_TEXT)));
        assert_eq!(hear(&frame(0x81, &moon[..2])), (vec![], Some(INVALID_TEXT)));
    }

    #[test]
    fn who_breaks_the_rules_is_told_by_which_number() {
        let unmasked = [0x81, 0x01, b'x'];
        let reserved = [0x91, 0x80, 0, 0, 0, 0];
        let cases: &[(&[u8], Violation)] = &[
            (&unmasked, PROTOCOL_ERROR),
            (&reserved, PROTOCOL_ERROR),
            (&frame(0x83, b""), PROTOCOL_ERROR),
            (&frame(0x80, b"goes on with nothing"), PROTOCOL_ERROR),
            (&[frame(0x01, b"a"), frame(0x81, b"b")].concat(), PROTOCOL_ERROR),
            (&frame(0x09, b"in pieces"), PROTOCOL_ERROR),
            (&frame(0x89, &[0; 126]), PROTOCOL_ERROR),
            (&frame(0x88, b"1"), PROTOCOL_ERROR),
            (&frame(0x88, &1005_u16.to_be_bytes()), PROTOCOL_ERROR),
            (&frame(0x88, b"\x03\xe8\xff"), INVALID_TEXT),
            (&frame(0xc1, &[0xff; 40]), PROTOCOL_ERROR),
            (&[[0x82, 0xff].as_slice(), &200_001_u64.to_be_bytes(), &MASK].concat(), Violation::TooBig),
            (&[[0x82, 0xff].as_slice(), &u64::MAX.to_be_bytes(), &MASK].concat(), PROTOCOL_ERROR),
        ];
        for (bytes, violation) in cases {
            assert_eq!(hear(bytes), (vec![], Some(*violation)), "{:02x?}", &bytes[..bytes.len().min(14)]);
        }
    }

    #[test]
    fn too_much_in_many_frames_is_too_much() {
        let bytes = [frame(0x01, &[b'x'; 150_000]), frame(0x80, &[b'x'; 50_001])].concat();
        assert_eq!(hear_in_pieces(&bytes, 4_096), (vec![], Some(Violation::TooBig)));
    }

    #[test]
    fn compressed_messages_are_understood_where_that_was_agreed_on() {
        let hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
        assert_eq!(hear(&frame(0xc1, &hello)).0, ["Text(\"Hello\")"]);
        let halves = [frame(0x41, &hello[..3]), frame(0x80, &hello[3..])].concat();
        assert_eq!(hear(&halves).0, ["Text(\"Hello\")"]);
        let mut plain = Decoder::new(100, false);
        let heard = plain.feed(&mut frame(0xc1, &hello), &mut Inflater::default(), &mut |_| {});
        assert_eq!(heard, Err(PROTOCOL_ERROR));
    }
}
