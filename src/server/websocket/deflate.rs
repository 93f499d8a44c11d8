//! Compression of single messages (permessage-deflate, RFC 7692), without a context that lasts from one message to the
//! next: so a message is compressed once for all who get it, and a connection keeps nothing.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

/// What an empty stored block leaves at the end, and what is left out on the wire (RFC 7692, section 7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];
const STEP_BYTES: usize = 4 * 1024;

/// Compresses one message after the other.
pub struct Deflater(Compress);

impl Default for Deflater {
    fn default() -> Self {
        Self(Compress::new(Compression::fast(), false))
    }
}

impl Deflater {
    pub fn deflate(&mut self, payload: &[u8]) -> Option<Vec<u8>> {
        self.0.reset();
        // An incompressible payload grows by 5 bytes a block; what is longer than the payload is not used anyway.
        let mut deflated = Vec::with_capacity(payload.len() + 64);
        self.0.compress_vec(payload, &mut deflated, FlushCompress::Sync).ok()?;
        let is_complete = self.0.total_in() == payload.len() as u64 && deflated.ends_with(&TAIL);
        deflated.truncate(deflated.len().saturating_sub(TAIL.len()));
        is_complete.then_some(deflated)
    }
}

/// Why a message cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InflateError {
    TooBig,
    Invalid,
}

/// Takes apart one message after the other.
pub struct Inflater(Decompress);

impl Default for Inflater {
    fn default() -> Self {
        Self(Decompress::new(false))
    }
}

impl Inflater {
    /// A message of a few bytes can stand for one of gigabytes: it is given up where it goes beyond `bytes_max`.
    pub fn inflate(&mut self, mut deflated: Vec<u8>, bytes_max: usize) -> Result<Vec<u8>, InflateError> {
        self.0.reset(false);
        deflated.extend_from_slice(&TAIL);
        let mut payload = Vec::with_capacity(STEP_BYTES);
        loop {
            let taken = self.0.total_in() as usize;
            let made = payload.len();
            let status = self.0.decompress_vec(&deflated[taken..], &mut payload, FlushDecompress::Sync);
            let status = status.map_err(|_| InflateError::Invalid)?;
            if payload.len() > bytes_max {
                return Err(InflateError::TooBig);
            }
            let is_stuck = self.0.total_in() as usize == taken && payload.len() == made;
            match status {
                Status::StreamEnd => return Ok(payload),
                _ if self.0.total_in() as usize == deflated.len() && payload.len() < payload.capacity() => {
                    return Ok(payload);
                }
                Status::BufError if is_stuck && payload.len() < payload.capacity() => {
                    return Err(InflateError::Invalid);
                }
                _ => payload.reserve(STEP_BYTES),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_deflated_comes_back() {
        let (mut deflater, mut inflater) = (Deflater::default(), Inflater::default());
        for bytes in [0, 1, 100, STEP_BYTES, STEP_BYTES + 1, 60_000] {
            let payload: Vec<u8> = (0..bytes).map(|n| (n % 7 * n % 251) as u8).collect();
            let deflated = deflater.deflate(&payload).unwrap();
            assert_eq!(inflater.inflate(deflated, 64 * 1024).unwrap(), payload);
        }
    }

    #[test]
    fn a_bomb_is_given_up() {
        let bomb = Deflater::default().deflate(&vec![0; 1_000_000]).unwrap();
        assert!(bomb.len() < 5_000);
        assert_eq!(Inflater::default().inflate(bomb, 64 * 1024), Err(InflateError::TooBig));
    }

    #[test]
    fn nonsense_is_invalid() {
        assert_eq!(Inflater::default().inflate(vec![0xff; 40], 64 * 1024), Err(InflateError::Invalid));
    }

    #[test]
    fn one_message_does_not_lean_on_another() {
        // RFC 7692, section 7.2.3.1: the same message twice, without context takeover, is the same bytes twice.
        let hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
        let mut inflater = Inflater::default();
        for _ in 0..2 {
            assert_eq!(inflater.inflate(hello.to_vec(), 100).unwrap(), b"Hello");
        }
    }
}
