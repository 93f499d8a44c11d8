use std::sync::OnceLock;

use bytes::Bytes;

use super::deflate::Deflater;

pub const CONTINUATION: u8 = 0x0;
pub const TEXT: u8 = 0x1;
pub const BINARY: u8 = 0x2;
pub const CLOSE: u8 = 0x8;
pub const PING: u8 = 0x9;
pub const PONG: u8 = 0xa;
pub const FIN: u8 = 0x80;
/// The first frame of a compressed message (RFC 7692, section 6).
pub const COMPRESSED: u8 = 0x40;

/// Below this many bytes compression saves little and costs more than the network does.
const COMPRESS_FROM_BYTES: usize = 1_024;

/// A message as it goes over the wire, made once for all who get it.
#[derive(Debug)]
pub struct Frame {
    plain: Box<[u8]>,
    payload_bytes: usize,
    /// Made when the first one wants it; `None` in it if that would be no shorter.
    compressed: OnceLock<Option<Box<[u8]>>>,
}

impl Frame {
    pub fn text(text: &[u8]) -> Self {
        Self::new(TEXT, text)
    }

    pub fn binary(payload: &[u8]) -> Self {
        Self::new(BINARY, payload)
    }

    pub fn pong(payload: &[u8]) -> Self {
        Self::new(PONG, payload)
    }

    /// A reason has at most 123 bytes (RFC 6455, section 5.5).
    pub fn close(code: u16, reason: &str) -> Self {
        let reason = reason.get(..123).unwrap_or(reason);
        Self::new(CLOSE, &[&code.to_be_bytes(), reason.as_bytes()].concat())
    }

    /// An answer to a close frame without a code.
    pub fn close_without_code() -> Self {
        Self::new(CLOSE, &[])
    }

    fn new(opcode: u8, payload: &[u8]) -> Self {
        let plain = framed(FIN | opcode, payload);
        Self { plain, payload_bytes: payload.len(), compressed: OnceLock::new() }
    }

    pub fn payload_bytes(&self) -> usize {
        self.payload_bytes
    }

    /// Whether this carries what somebody says, and not the upkeep of the connection.
    pub fn is_message(&self) -> bool {
        self.plain[0] & CLOSE == 0
    }

    /// Header and payload, for a client that takes compressed messages if there is a `deflater`.
    pub fn wire(&self, deflater: Option<&mut Deflater>) -> &[u8] {
        let Some(deflater) = deflater.filter(|_| self.payload_bytes >= COMPRESS_FROM_BYTES && self.is_message()) else {
            return &self.plain;
        };
        let compressed = self.compressed.get_or_init(|| {
            let payload = &self.plain[self.plain.len() - self.payload_bytes..];
            let deflated = deflater.deflate(payload).filter(|deflated| deflated.len() < payload.len())?;
            Some(framed(self.plain[0] | COMPRESSED, &deflated))
        });
        compressed.as_deref().unwrap_or(&self.plain)
    }
}

impl From<Bytes> for Frame {
    fn from(text: Bytes) -> Self {
        Self::text(&text)
    }
}

/// A server's frames are not masked (RFC 6455, section 5.1).
fn framed(first: u8, payload: &[u8]) -> Box<[u8]> {
    let mut frame = Vec::with_capacity(payload.len() + 10);
    frame.push(first);
    match payload.len() {
        short @ 0..=125 => frame.push(short as u8),
        middle @ 126..=0xffff => {
            frame.push(126);
            frame.extend_from_slice(&(middle as u16).to_be_bytes());
        }
        long => {
            frame.push(127);
            frame.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(payload);
    frame.into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_as_short_as_the_payload_allows() {
        let header = |bytes: usize| {
            let frame = Frame::text(&vec![b'x'; bytes]);
            frame.wire(None)[..frame.wire(None).len() - bytes].to_vec()
        };
        assert_eq!(header(0), [0x81, 0]);
        assert_eq!(header(125), [0x81, 125]);
        assert_eq!(header(126), [0x81, 126, 0, 126]);
        assert_eq!(header(65_535), [0x81, 126, 0xff, 0xff]);
        assert_eq!(header(65_536), [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn a_message_is_compressed_once_and_only_where_it_helps() {
        let mut deflater = Deflater::default();
        let long = Frame::text(&b"Good morning. ".repeat(200));
        let first = long.wire(Some(&mut deflater)).as_ptr();
        assert_eq!(first, long.wire(Some(&mut deflater)).as_ptr());
        assert_eq!(long.wire(Some(&mut deflater))[0], 0xc1);
        assert!(long.wire(Some(&mut deflater)).len() < 200);
        assert_eq!(long.wire(None)[0], 0x81, "others get it as it is");
        let short = Frame::text(b"Good morning");
        assert_eq!(short.wire(Some(&mut deflater))[0], 0x81);
        let noise: Vec<u8> = (0..2_000).map(|_| fastrand::u8(..)).collect();
        assert_eq!(Frame::binary(&noise).wire(Some(&mut deflater))[0], 0x82, "nothing is gained");
    }

    #[test]
    fn the_upkeep_of_a_connection_is_no_message() {
        assert!(!Frame::close(1000, "bye").is_message());
        assert!(!Frame::pong(b"").is_message());
        assert!(Frame::text(b"").is_message());
        assert_eq!(Frame::close(1000, "bye").wire(None), [0x88, 5, 0x03, 0xe8, b'b', b'y', b'e']);
    }
}
