use serde_json::Value;

use super::entry::Entry;

/// Gets the entries between two places page by page, from the newest back, and holds those that come meanwhile.
#[derive(Debug)]
pub struct Filling {
    cursor: u64,
    /// From the newest back.
    missing: Vec<Entry>,
    /// The oldest one that is here.
    oldest: u64,
    held: Vec<Entry>,
}

impl Filling {
    /// The entries up to `cursor` are here, those after `after` come by themselves.
    pub fn new(cursor: u64, after: u64) -> Self {
        Self { cursor, missing: Vec::new(), oldest: after + 1, held: Vec::new() }
    }

    pub fn hold(&mut self, entry: Entry) {
        self.held.push(entry);
    }

    /// Gives the place before which to ask for more, if there is more to ask for.
    pub fn page(&mut self, frame: &[u8]) -> Result<Option<u64>, String> {
        let frame: Value = serde_json::from_slice(frame).map_err(|error| format!("a page of history: {error}"))?;
        let entries = frame["entries"].as_array().ok_or("a page of history without entries")?;
        for entry in entries.iter().rev() {
            let entry = Entry::of_json(entry).ok_or("an entry in a page of history without a seq")?;
            if entry.last + 1 != self.oldest {
                return Err(format!("in history {} stands before {}", entry.last, self.oldest));
            }
            self.oldest = entry.first;
            if entry.last > self.cursor {
                self.missing.push(entry);
            }
        }
        if self.oldest <= self.cursor + 1 {
            return Ok(None);
        }
        match entries.is_empty() {
            true => Err(format!("history ends at {}, and {} was the last to come", self.oldest, self.cursor)),
            false => Ok(Some(self.oldest)),
        }
    }

    /// All of them in order.
    pub fn into_entries(self) -> Vec<Entry> {
        self.missing.into_iter().rev().chain(self.held).collect()
    }
}
