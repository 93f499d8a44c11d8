use crate::websocket::{BINARY, PONG, TEXT, write_frame};

/// What a connection has to say, as frames that are ready to be written to its socket.
#[derive(Debug, Default)]
pub struct Outbox {
    bytes: Vec<u8>,
    /// How much of it the socket has taken.
    taken: usize,
}

impl Outbox {
    pub fn text(&mut self, text: &str) {
        self.frame(TEXT, text.as_bytes());
    }

    pub fn binary(&mut self, payload: &[u8]) {
        self.frame(BINARY, payload);
    }

    pub fn pong(&mut self, payload: &[u8]) {
        self.frame(PONG, payload);
    }

    fn frame(&mut self, opcode: u8, payload: &[u8]) {
        write_frame(opcode, fastrand::u32(..).to_ne_bytes(), payload, &mut self.bytes);
    }

    /// What has not been taken yet.
    pub fn waiting(&self) -> &[u8] {
        &self.bytes[self.taken..]
    }

    pub fn is_empty(&self) -> bool {
        self.waiting().is_empty()
    }

    /// The socket has taken so many bytes.
    pub fn take(&mut self, count: usize) {
        self.taken += count;
        if self.taken == self.bytes.len() {
            self.clear();
        }
    }

    /// Nothing of it matters any more, for the socket is gone.
    pub fn clear(&mut self) {
        const KEPT_BYTES: usize = 1024;
        self.taken = 0;
        self.bytes.clear();
        // Thousands of connections would keep what they needed once.
        self.bytes.shrink_to(KEPT_BYTES);
    }
}
