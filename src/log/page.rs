use crate::protocol::limits::PAGE_BYTES_MAX;
use crate::protocol::{Entry, Seq, encode};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageRange {
    /// The first entries with a seq above this one.
    After(Seq),
    /// The last entries with a seq below this one.
    Before(Seq),
}

/// Entries in order of seq, without holes: what the page leaves out lies beyond its far end, never inside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    pub entries: Vec<Entry>,
}

impl PageRange {
    /// The seqs of a page of a room with this head, beginning with the one next to the bound.
    pub fn seqs(self, head: Seq, limit: usize) -> Vec<Seq> {
        match self {
            Self::After(seq) => (seq.saturating_add(1)..=head).take(limit).collect(),
            Self::Before(seq) => (1..=head.min(seq.saturating_sub(1))).rev().take(limit).collect(),
        }
    }

    /// A page of these entries, which come in the order of [`Self::seqs`]: as many as have the bytes, and the first
    /// one in any case, or a page could be empty for ever.
    pub fn fill<E>(self, found: impl Iterator<Item = Result<Entry, E>>) -> Result<Page, E> {
        let mut entries = Vec::new();
        let mut bytes = 0;
        for entry in found {
            let entry = entry?;
            bytes += encode(&entry).len();
            if bytes > PAGE_BYTES_MAX && !entries.is_empty() {
                break;
            }
            entries.push(entry);
        }
        if matches!(self, Self::Before(_)) {
            entries.reverse();
        }
        Ok(Page { entries })
    }
}
