use crate::outbox::Outbox;
use crate::stamp::Stamp;

/// How one connection talks to one kind of server, without a socket: what it hears comes in, what it says goes out. It
/// lives as long as its person, also over several connections.
pub trait Dialect: Send {
    /// What to ask for when a socket is to be opened.
    fn request(&self) -> Request;

    /// The socket is open, for the first time or again.
    fn opened(&mut self, out: &mut Outbox);

    /// One whole message has come. Whatever the server wants an answer for is answered here, too.
    fn hear(&mut self, payload: &[u8], is_text: bool, out: &mut Outbox, heard: &mut Vec<Heard>);

    /// Says something in the room. The same `id` comes back in [`Heard::Accepted`], where the server has such a thing.
    fn say(&mut self, body: &str, id: u64, out: &mut Outbox);

    /// Comes about ten times a second while the socket is open, for heartbeats and acks. An error tells why the
    /// connection is to be given up.
    fn tick(&mut self, _now_ms: u64, _out: &mut Outbox) -> Result<(), String> {
        Ok(())
    }
}

/// What a dialect is made for: one person in one room.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// Another one for each run, so that a server can be loaded again.
    pub run: u64,
    pub person: u32,
    pub room: u32,
    /// Rooms are those that were filled before, from this number on.
    pub filled_room: Option<u32>,
}

impl Member {
    /// A name that nobody else has.
    pub fn name(self) -> String {
        format!("Person {} {}", self.run, self.person)
    }

    /// Of lower-case letters and digits, joined by `-`.
    pub fn room_name(self) -> String {
        match self.filled_room {
            Some(first) => filled_room_name(first + self.room),
            None => format!("load-{}-{}", self.run, self.room),
        }
    }

    /// The address that a proxy would tell, since nobody has thousands of people at one address.
    pub fn address(self) -> String {
        let [_, a, b, c] = (self.person * 4).to_be_bytes();
        format!("10.{a}.{b}.{c}")
    }
}

/// That of a room which has messages in it before anybody comes. It is its id as well.
pub fn filled_room_name(number: u32) -> String {
    format!("filled-{number}")
}

/// The request that opens a WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub path: String,
    pub subprotocol: Option<String>,
    /// Name and value, besides those that every such request has.
    pub headers: Vec<(String, String)>,
}

/// What a server has told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The person is in the room: whatever is said from now on comes. Where the server numbers what is said, it goes
    /// on after this number.
    Live { after: Option<u64> },
    /// Somebody has said something; `seq` is its place in the room, where the server numbers what is said.
    Message { stamp: Stamp, seq: Option<u64> },
    /// These places of the room hold something else than messages.
    Passed { first: u64, last: u64 },
    /// The message is in safety.
    Accepted { id: u64 },
    /// Something was refused that nobody will ask for again.
    Refused(String),
    /// The server ends the connection.
    Bye { reconnect_after_ms: Option<u64> },
}
