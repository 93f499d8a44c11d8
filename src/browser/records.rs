//! What is kept, as text. Entries are written as the frames in which they came and messages as the notes that tabs tell
//! each other, so that one decoder does for both and the download stays small.

use crate::protocol::{Entry, Epoch, Seq, ServerFrame, UserId, decode_server};
use crate::session::{Note, Unsent};

/// Whose rooms are kept, and of which epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub user: UserId,
    pub epoch: Epoch,
}

impl Owner {
    pub fn parse(text: &str) -> Option<Self> {
        let (user, epoch) = text.split_once(' ')?;
        Some(Self { user: UserId::parse(user).ok()?, epoch: Epoch::parse(epoch).ok()? })
    }

    pub fn text(&self) -> String {
        format!("{} {}", self.user, self.epoch)
    }
}

/// What is kept of a room beside its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    /// How far it is kept, and how far it is read.
    In { cursor: Seq, read: Seq },
    /// The person has left it, and the server does not know.
    Leaving,
}

const LEAVING: &str = "leaving";

impl Marks {
    pub fn parse(text: &str) -> Option<Self> {
        if text == LEAVING {
            return Some(Self::Leaving);
        }
        let (cursor, read) = text.split_once(' ')?;
        Some(Self::In { cursor: cursor.parse().ok()?, read: read.parse().ok()? })
    }

    pub fn text(&self) -> String {
        match self {
            Self::In { cursor, read } => format!("{cursor} {read}"),
            Self::Leaving => LEAVING.into(),
        }
    }
}

pub fn entry(text: &str) -> Option<Entry> {
    match decode_server(text) {
        Some(ServerFrame::Entry(entry)) => Some(entry),
        _ => None,
    }
}

/// The whole of `ServerFrame` is only ever written by servers, so its one word is put in here.
pub fn entry_text(entry: &Entry) -> String {
    let text = serde_json::to_string(entry).unwrap_or_default();
    text.replacen('{', "{\"type\":\"entry\",", 1)
}

pub fn note(text: &str) -> Option<Note> {
    serde_json::from_str(text).ok()
}

pub fn note_text(note: &Note) -> String {
    // Plain values with text keys always have a JSON form.
    serde_json::to_string(note).unwrap_or_default()
}

pub fn unsent(text: &str) -> Option<Unsent> {
    match note(text) {
        Some(Note::Queued(unsent)) => Some(unsent),
        _ => None,
    }
}

pub fn unsent_text(unsent: &Unsent) -> String {
    note_text(&Note::Queued(unsent.clone()))
}
