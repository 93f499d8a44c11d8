use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::checker::RoomRecord;
use crate::dialect::Member;
use crate::measures::Measures;
use crate::options::Options;

/// What all people of a run share.
pub struct Run {
    pub options: Options,
    /// Another one for each run.
    pub id: u64,
    pub people: u32,
    pub rooms: u32,
    began: Instant,
    records: Vec<Mutex<RoomRecord>>,
    measures: Mutex<Measures>,
    /// How many people are in their room now.
    pub live: AtomicU32,
    /// Whoever loses the connection comes back.
    pub comes_back: AtomicBool,
    /// Whoever has an answer says the next thing at once.
    pub goes_on: AtomicBool,
    /// When the server was last known to be gone, in microseconds since the run began: people are live again since then.
    pub lost_at_us: AtomicU64,
}

impl Run {
    pub fn new(options: Options, id: u64, people: u32, rooms: u32) -> Self {
        Self {
            options,
            id,
            people,
            rooms,
            began: Instant::now(),
            records: (0..rooms).map(|_| Mutex::default()).collect(),
            measures: Mutex::new(Measures::new()),
            live: AtomicU32::new(0),
            comes_back: AtomicBool::new(false),
            goes_on: AtomicBool::new(false),
            lost_at_us: AtomicU64::new(u64::MAX),
        }
    }

    pub fn now_us(&self) -> u64 {
        self.began.elapsed().as_micros() as u64
    }

    pub fn member(&self, person: u32) -> Member {
        Member { run: self.id, person, room: person % self.rooms, filled_room: self.options.filled_room }
    }

    /// People are numbered in their room, too.
    pub fn number_in_room(&self, person: u32) -> u32 {
        person / self.rooms
    }

    pub fn record(&self, room: u32) -> MutexGuard<'_, RoomRecord> {
        lock(&self.records[room as usize])
    }

    pub fn measures(&self) -> MutexGuard<'_, Measures> {
        lock(&self.measures)
    }

    pub fn live_count(&self) -> u32 {
        self.live.load(Ordering::Relaxed)
    }
}

/// After a panic elsewhere the run is lost anyway, and its first panic is what one wants to see.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
