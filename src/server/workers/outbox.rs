use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice, Write};
use std::rc::Rc;
use std::sync::Arc;

use crate::server::websocket::{Deflater, Frame};

/// Frames written by one system call. Linux takes 1,024 pieces at once (`IOV_MAX`), and this many need no memory for it.
const FRAMES_AT_ONCE: usize = 64;
/// Room that is kept for frames once they are written.
const KEPT_FRAMES: usize = 4;

/// A frame that goes to many sockets of one worker. Within the worker it is counted without atomics, for which all cores
/// would fight.
pub type SharedFrame = Rc<Arc<Frame>>;

/// What is due to one socket.
#[derive(Default)]
pub struct Outbox {
    frames: VecDeque<SharedFrame>,
    /// So much of the first is written.
    written_bytes: usize,
}

/// What came of writing.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Messages that are written as a whole, and their bytes without headers.
    pub messages: usize,
    pub message_bytes: usize,
    /// At all.
    pub bytes: usize,
}

impl Outbox {
    pub fn push(&mut self, frame: SharedFrame) {
        self.frames.push_back(frame);
    }

    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Writes as much as the socket takes. Compressed, if there is a deflater.
    pub fn write_to(&mut self, socket: &mut impl Write, mut deflater: Option<&mut Deflater>) -> io::Result<Written> {
        let mut written = Written::default();
        while !self.frames.is_empty() {
            match self.write_once(socket, deflater.as_deref_mut()) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(bytes) => self.took(bytes, deflater.as_deref_mut(), &mut written),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(written),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if self.frames.capacity() > KEPT_FRAMES {
            self.frames = VecDeque::new();
        }
        Ok(written)
    }

    fn write_once(&self, socket: &mut impl Write, mut deflater: Option<&mut Deflater>) -> io::Result<usize> {
        let mut pieces = [IoSlice::new(&[]); FRAMES_AT_ONCE];
        let mut count = 0;
        for (piece, frame) in pieces.iter_mut().zip(&self.frames) {
            let wire = frame.wire(deflater.as_deref_mut());
            *piece = IoSlice::new(if count == 0 { &wire[self.written_bytes..] } else { wire });
            count += 1;
        }
        match &pieces[..count] {
            [one] => socket.write(one),
            many => socket.write_vectored(many),
        }
    }

    fn took(&mut self, bytes: usize, mut deflater: Option<&mut Deflater>, written: &mut Written) {
        written.bytes += bytes;
        self.written_bytes += bytes;
        while let Some(frame) = self.frames.front() {
            let wire_bytes = frame.wire(deflater.as_deref_mut()).len();
            if self.written_bytes < wire_bytes {
                return;
            }
            if frame.is_message() {
                written.messages += 1;
                written.message_bytes += frame.payload_bytes();
            }
            self.written_bytes -= wire_bytes;
            self.frames.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many bytes at a call, and then no more; counts the calls.
    struct Socket {
        at_once: usize,
        left: usize,
        calls: usize,
        taken: Vec<u8>,
    }

    impl Write for Socket {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.write_vectored(&[IoSlice::new(bytes)])
        }

        fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
            self.calls += 1;
            if self.left == 0 {
                return Err(ErrorKind::WouldBlock.into());
            }
            let all: Vec<u8> = pieces.iter().flat_map(|piece| piece.iter().copied()).collect();
            let taken = all.len().min(self.at_once).min(self.left);
            self.taken.extend(&all[..taken]);
            self.left -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn outbox(texts: &[&str]) -> (Outbox, Vec<u8>) {
        let mut outbox = Outbox::default();
        let mut wire = Vec::new();
        for text in texts {
            let frame = Frame::text(text.as_bytes());
            wire.extend_from_slice(frame.wire(None));
            outbox.push(Rc::new(Arc::new(frame)));
        }
        (outbox, wire)
    }

    #[test]
    fn what_is_due_is_written_by_one_system_call() {
        let (mut outbox, wire) = outbox(&["one", "two", "three"]);
        let mut socket = Socket { at_once: usize::MAX, left: usize::MAX, calls: 0, taken: vec![] };
        let written = outbox.write_to(&mut socket, None).unwrap();
        assert_eq!(written, Written { messages: 3, message_bytes: 11, bytes: 17 });
        assert_eq!((socket.calls, socket.taken), (1, wire));
        assert!(outbox.is_empty());
    }

    #[test]
    fn a_socket_that_takes_little_gets_everything_in_order() {
        for at_once in 1..20 {
            let (mut outbox, wire) = outbox(&["one", "", "three", "a longer one"]);
            outbox.push(Rc::new(Arc::new(Frame::pong(b""))));
            let mut socket = Socket { at_once, left: 9, calls: 0, taken: vec![] };
            let first = outbox.write_to(&mut socket, None).unwrap();
            assert_eq!(first.bytes, 9);
            socket.left = usize::MAX;
            let second = outbox.write_to(&mut socket, None).unwrap();
            assert_eq!(first.messages + second.messages, 4, "a pong is none");
            assert_eq!(first.message_bytes + second.message_bytes, 20);
            assert_eq!(socket.taken, [wire, vec![0x8a, 0]].concat());
        }
    }

    #[test]
    fn an_idle_socket_keeps_no_room_for_a_flood() {
        let (mut outbox, _) = outbox(&["x"; 500]);
        let mut socket = Socket { at_once: usize::MAX, left: usize::MAX, calls: 0, taken: vec![] };
        outbox.write_to(&mut socket, None).unwrap();
        assert_eq!(socket.calls, 500_usize.div_ceil(FRAMES_AT_ONCE));
        assert!(outbox.frames.capacity() <= KEPT_FRAMES);
    }
}
