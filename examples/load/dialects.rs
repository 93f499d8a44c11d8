use crate::dialect::{Dialect, Member};

mod parlor;
mod plain;

/// The kinds of servers that can be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DialectName {
    /// The protocol of docs/PROTOCOL.md
    Parlor,
    /// One JSON object a message, as short chat servers speak it
    Plain,
}

impl DialectName {
    pub fn dialect(self, member: Member) -> Box<dyn Dialect> {
        match self {
            Self::Parlor => Box::new(parlor::Parlor::new(member)),
            Self::Plain => Box::new(plain::Plain::new(member)),
        }
    }
}
