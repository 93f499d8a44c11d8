use crate::dialect::{Dialect, Member};

mod plain;

/// The kinds of servers that can be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DialectName {
    /// One JSON object a message, and the room's name in each
    Plain,
}

impl DialectName {
    pub fn dialect(self, member: Member) -> Box<dyn Dialect> {
        match self {
            Self::Plain => Box::new(plain::Plain::new(member)),
        }
    }
}
