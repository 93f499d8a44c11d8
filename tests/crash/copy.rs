use parlor::protocol::{Entry, Seq};

/// One client's copy of a room's log, by the seqs that it has.
#[derive(Debug, Default)]
pub struct Copy {
    pub cursor: Seq,
    /// What is missing before the cursor, from and to, in order.
    holes: Vec<(Seq, Seq)>,
}

impl Copy {
    /// Entries follow from `after + 1`, some of them maybe for the second time.
    pub fn joined(&mut self, after: Seq) {
        if after > self.cursor {
            self.holes.push((self.cursor + 1, after));
            self.cursor = after;
        }
    }

    /// False for one that is there already.
    pub fn next(&mut self, first: Seq, seq: Seq) -> bool {
        assert!(first <= self.cursor + 1, "{} is followed by {first}", self.cursor);
        let is_new = seq > self.cursor;
        self.cursor = self.cursor.max(seq);
        is_new
    }

    /// Before which seq something is missing.
    pub fn missing_before(&self) -> Option<Seq> {
        self.holes.last().map(|(_, to)| to + 1)
    }

    pub fn fill(&mut self, before: Seq, page: &[Entry]) {
        let first = before - page.len() as u64;
        assert!(!page.is_empty() && page.iter().map(|entry| entry.seq).eq(first..before), "{before}: {page:?}");
        if let Some((from, to)) = self.holes.last_mut().filter(|(_, to)| to + 1 == before) {
            *to = first - 1;
            if to < from {
                self.holes.pop();
            }
        }
    }

    pub fn is_whole(&self, head: Seq) -> bool {
        self.cursor >= head && self.holes.is_empty()
    }
}
