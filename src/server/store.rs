//! The log on disk: SQLite in WAL mode with `synchronous=FULL`, one writer, readers beside it.
//!
//! An append is answered after the commit that holds it was fsynced. The writer takes all that has queued while the
//! last commit ran into the next one, so that many senders share an fsync and one alone does not wait.

mod database;
mod schema;
mod worker;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use tracing::warn;

use crate::hub::{Append, AppendError, Appended, LoadedRoom, Page, PageRequest, Ticket, Unavailable};
use crate::protocol::Epoch;
pub use database::OpenError;
use database::{Database, Reader};

/// What the log answers.
#[derive(Debug)]
pub enum StoreEvent {
    Appended(Ticket, Result<Appended, AppendError>),
    Page(PageRequest, Result<Page, Unavailable>),
}

/// What the log holds when the server starts.
pub struct Loaded {
    pub epoch: Epoch,
    pub rooms: Vec<LoadedRoom>,
}

/// An open log that nobody uses yet.
pub struct Store {
    database: Database,
    reader: Reader,
}

/// The log at work. Dropping it ends its threads after what has queued is committed.
pub struct Log {
    appends: Option<Sender<Append>>,
    reads: Option<Sender<PageRequest>>,
    is_healthy: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Store {
    pub fn open(folder: &Path) -> Result<(Self, Loaded), OpenError> {
        let mut database = Database::open(folder)?;
        let loaded = database.load()?;
        let reader = database.reader()?;
        Ok((Self { database, reader }, loaded))
    }

    /// Starts to work. Answers come by `answer`, on threads of the log.
    pub fn start(self, answer: impl Fn(StoreEvent) + Clone + Send + 'static) -> Log {
        let Self { database, reader } = self;
        let (appends, queue) = channel();
        let (reads, requests) = channel();
        let is_healthy = Arc::new(AtomicBool::new(true));
        let (health, answer_read) = (is_healthy.clone(), answer.clone());
        let writer = std::thread::spawn(move || worker::write(database, &queue, &health, answer));
        let reader = std::thread::spawn(move || worker::read(&reader, &requests, answer_read));
        Log { appends: Some(appends), reads: Some(reads), is_healthy, threads: vec![writer, reader] }
    }
}

impl Log {
    pub fn append(&self, append: Append) {
        let sent = self.appends.as_ref().map(|appends| appends.send(append));
        if !matches!(sent, Some(Ok(()))) {
            self.is_healthy.store(false, Ordering::Relaxed);
        }
    }

    pub fn read(&self, request: PageRequest) {
        let sent = self.reads.as_ref().map(|reads| reads.send(request));
        if !matches!(sent, Some(Ok(()))) {
            self.is_healthy.store(false, Ordering::Relaxed);
        }
    }

    /// Whether the last commit succeeded.
    pub fn health(&self) -> Arc<AtomicBool> {
        self.is_healthy.clone()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        drop((self.appends.take(), self.reads.take()));
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                warn!("a thread of the log has panicked");
            }
        }
    }
}
