use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// What happens when. At the same time, what was planned first happens first.
pub struct Agenda<T> {
    planned: BinaryHeap<Planned<T>>,
    count: u64,
}

struct Planned<T> {
    at_ms: u64,
    number: u64,
    what: T,
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Self { planned: BinaryHeap::new(), count: 0 }
    }
}

impl<T> Agenda<T> {
    pub fn plan(&mut self, at_ms: u64, what: T) {
        self.count += 1;
        self.planned.push(Planned { at_ms, number: self.count, what });
    }

    pub fn next_until(&mut self, until_ms: u64) -> Option<(u64, T)> {
        if self.planned.peek()?.at_ms > until_ms {
            return None;
        }
        self.planned.pop().map(|planned| (planned.at_ms, planned.what))
    }
}

// The heap gives out its greatest first.
impl<T> Ord for Planned<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at_ms, other.number).cmp(&(self.at_ms, self.number))
    }
}

impl<T> PartialOrd for Planned<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Planned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Planned<T> {}
