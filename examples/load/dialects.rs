use self::echo::Echo;
use crate::dialect::{Dialect, Member};

mod article;
mod echo;
mod nats;
mod parlor;
mod plain;
mod socket_io;
#[cfg(test)]
mod unmasked;

/// The kinds of servers that can be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DialectName {
    /// The protocol of docs/PROTOCOL.md
    Parlor,
    /// One JSON object a message, as short chat servers speak it
    Plain,
    /// The same with acks and a heartbeat
    Article,
    /// Socket.IO over WebSocket
    SocketIo,
    /// NATS: a room is a subject
    Nats,
    /// NATS whose JetStream keeps the rooms
    Jetstream,
}

impl DialectName {
    pub fn dialect(self, member: Member) -> Box<dyn Dialect> {
        match self {
            Self::Parlor => Box::new(parlor::Parlor::new(member)),
            Self::Plain => Box::new(Echo::new(plain::Plain::new(member), member.person)),
            Self::Article => Box::new(Echo::new(article::Article::new(member), member.person)),
            Self::SocketIo => Box::new(socket_io::SocketIo::new(member)),
            Self::Nats => Box::new(Echo::new(nats::Nats::new(member, false), member.person)),
            Self::Jetstream => Box::new(nats::Nats::new(member, true)),
        }
    }
}
