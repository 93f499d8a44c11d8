use std::io::{self, Read};

use mio::net::TcpStream;

use super::outbox::{Outbox, SharedFrame, Written};
use crate::server::websocket::{Decoder, Deflater, Inflater, Said, Violation};

/// One connection, as its worker sees it.
pub struct Socket {
    stream: TcpStream,
    decoder: Decoder,
    outbox: Outbox,
    deflates: bool,
    pub stage: Stage,
    /// What comes cannot be understood any more, and is dropped.
    pub is_deaf: bool,
    /// Something has been put into the outbox and is to be written.
    pub is_due: bool,
    /// The system has no room for what is due.
    pub is_blocked: bool,
    /// A look after what is blocked is planned.
    pub is_watched: bool,
    /// Messages that were written and not reported yet, and their bytes.
    pub unreported: (usize, usize),
    /// Bytes written in its life, by which one sees whether it gets on.
    pub written_bytes: u64,
}

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Open,
    /// Our close frame is due or sent. What comes is dropped until the client closes as well.
    Closing,
    /// Both close frames are there; it ends once ours is written.
    Ending,
}

/// What came of reading.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    /// All that there was.
    Everything,
    /// There may be more.
    More,
    Lost,
    Violation(Violation),
}

impl Socket {
    pub fn new(stream: TcpStream, message_bytes_max: usize, deflates: bool) -> Self {
        Self {
            stream,
            decoder: Decoder::new(message_bytes_max, deflates),
            outbox: Outbox::default(),
            deflates,
            stage: Stage::Open,
            is_deaf: false,
            is_due: false,
            is_blocked: false,
            is_watched: false,
            unreported: (0, 0),
            written_bytes: 0,
        }
    }

    pub fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    pub fn push(&mut self, frame: SharedFrame) {
        self.outbox.push(frame);
    }

    pub fn has_written_everything(&self) -> bool {
        self.outbox.is_empty()
    }

    /// Reads once, into a buffer that all sockets share.
    pub fn read(&mut self, buffer: &mut [u8], inflater: &mut Inflater, tell: &mut impl FnMut(Said)) -> Heard {
        match self.stream.read(buffer) {
            Ok(0) => Heard::Lost,
            Ok(bytes) => {
                // A read that leaves room has taken all there was, and the next arrival is announced.
                let everything = if bytes < buffer.len() { Heard::Everything } else { Heard::More };
                self.feed(&mut buffer[..bytes], inflater, tell).unwrap_or(everything)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Heard::Everything,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Heard::More,
            Err(_) => Heard::Lost,
        }
    }

    /// Takes in what has been read.
    pub fn feed(&mut self, come: &mut [u8], inflater: &mut Inflater, tell: &mut impl FnMut(Said)) -> Option<Heard> {
        if self.is_deaf {
            return None;
        }
        let violation = self.decoder.feed(come, inflater, tell).err()?;
        self.is_deaf = true;
        Some(Heard::Violation(violation))
    }

    pub fn write(&mut self, deflater: &mut Deflater) -> io::Result<Written> {
        let deflater = self.deflates.then_some(deflater);
        let written = self.outbox.write_to(&mut self.stream, deflater)?;
        self.written_bytes += written.bytes as u64;
        self.is_blocked = !self.outbox.is_empty();
        Ok(written)
    }
}
