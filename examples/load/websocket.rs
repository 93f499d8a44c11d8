//! As much of RFC 6455 as a client of known servers needs: no extensions, and no message in several frames.

/// The opcodes of frames.
pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

const FIN: u8 = 0x80;
const MASKED: u8 = 0x80;
/// Further bytes of the length follow.
const LENGTH_16: u8 = 126;
const LENGTH_64: u8 = 127;
/// Nothing that any server has to say is larger.
const FRAME_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// One frame from a server, in the buffer that it was read into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    pub opcode: u8,
    pub payload: &'a [u8],
}

/// Appends a frame as clients have to write it.
pub fn write_frame(opcode: u8, mask: [u8; 4], payload: &[u8], bytes: &mut Vec<u8>) {
    bytes.push(FIN | opcode);
    match payload.len() {
        length @ ..=125 => bytes.push(MASKED | length as u8),
        length @ 126..=0xFFFF => {
            bytes.push(MASKED | LENGTH_16);
            bytes.extend((length as u16).to_be_bytes());
        }
        length => {
            bytes.push(MASKED | LENGTH_64);
            bytes.extend((length as u64).to_be_bytes());
        }
    }
    bytes.extend(mask);
    let start = bytes.len();
    bytes.extend_from_slice(payload);
    let mut chunks = bytes[start..].chunks_exact_mut(4);
    for chunk in &mut chunks {
        chunk.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    }
    chunks.into_remainder().iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
}

/// Takes the first frame off, or gives none if not all of it is there.
pub fn take_frame<'a>(bytes: &mut &'a [u8]) -> Result<Option<Frame<'a>>, &'static str> {
    let [first, second, rest @ ..] = *bytes else { return Ok(None) };
    if first & FIN == 0 || first & 0x0F == 0 {
        return Err("a message in several frames");
    }
    if first & 0x70 != 0 {
        return Err("a frame with an extension that was not asked for");
    }
    if second & MASKED != 0 {
        return Err("a masked frame from a server");
    }
    let (length, rest) = match *second {
        LENGTH_16 => {
            let Some((length, rest)) = rest.split_first_chunk() else { return Ok(None) };
            (u64::from(u16::from_be_bytes(*length)), rest)
        }
        LENGTH_64 => {
            let Some((length, rest)) = rest.split_first_chunk() else { return Ok(None) };
            (u64::from_be_bytes(*length), rest)
        }
        length => (u64::from(length), rest),
    };
    if length > FRAME_BYTES_MAX {
        return Err("a frame beyond all measure");
    }
    let Some((payload, rest)) = rest.split_at_checked(length as usize) else { return Ok(None) };
    *bytes = rest;
    Ok(Some(Frame { opcode: first & 0x0F, payload }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a server would write.
    fn unmasked(opcode: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_frame(opcode, [0; 4], payload, &mut bytes);
        let header = bytes.len() - payload.len() - 4;
        bytes.drain(header..header + 4);
        bytes[1] &= 0x7F;
        bytes
    }

    #[test]
    fn frames_of_every_length_are_taken_whole() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 200_000] {
            let payload = vec![b'x'; length];
            let mut bytes = unmasked(TEXT, &payload);
            bytes.extend(unmasked(PING, b"?"));
            let mut rest = bytes.as_slice();
            assert_eq!(take_frame(&mut rest), Ok(Some(Frame { opcode: TEXT, payload: &payload })), "{length}");
            assert_eq!(take_frame(&mut rest), Ok(Some(Frame { opcode: PING, payload: b"?" })), "{length}");
            assert_eq!(take_frame(&mut rest), Ok(None));
        }
    }

    #[test]
    fn a_part_of_a_frame_waits_for_the_rest() {
        for length in [3, 300, 70_000] {
            let bytes = unmasked(BINARY, &vec![7; length]);
            for end in [0, 1, 2, 3, bytes.len() - 1] {
                let mut part = &bytes[..end];
                assert_eq!(take_frame(&mut part), Ok(None), "{end} of {length}");
                assert_eq!(part.len(), end);
            }
        }
    }

    #[test]
    fn what_a_client_writes_is_masked_with_the_key() {
        let mut bytes = Vec::new();
        write_frame(TEXT, [1, 2, 3, 4], b"abcdef", &mut bytes);
        assert_eq!(bytes[..6], [0x81, 0x86, 1, 2, 3, 4]);
        let plain: Vec<u8> =
            bytes[6..].iter().zip([1, 2, 3, 4].iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
        assert_eq!(plain, b"abcdef");
    }

    #[test]
    fn what_no_server_may_write_is_an_error() {
        for bytes in [[0x01, 0], [0x80, 0], [0xC1, 0], [0x81, 0x80]] {
            assert!(take_frame(&mut bytes.as_slice()).is_err(), "{bytes:?}");
        }
        let huge = [&[0x82, 127][..], &[0xFF; 8]].concat();
        assert!(take_frame(&mut huge.as_slice()).is_err());
    }
}
