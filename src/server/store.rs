//! The log on disk: SQLite, written by one thread and read by another.
//!
//! What is asked while a commit runs is the next commit together, so that one flush of the disk serves many appends.

mod open_error;
mod reader;
mod rows;
mod schema;
mod writer;

#[cfg(test)]
mod tests;

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, OpenFlags};
use tokio::sync::mpsc::UnboundedSender;

pub use open_error::OpenError;

use crate::hub::PageRequest;
use crate::log::{Append, AppendError, Appended, LoadedRoom, Page, Ticket, Unavailable};
use crate::protocol::Epoch;
use writer::Writer;

/// Requests that may wait for each thread. Past that a request is answered at once: try again later.
const REQUESTS_WAITING_MAX: usize = 8_192;

/// What is in the log when the server starts.
#[derive(Debug)]
pub struct Loaded {
    pub epoch: Epoch,
    pub rooms: Vec<LoadedRoom>,
}

/// Answers a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    Appended { ticket: Ticket, result: Result<Appended, AppendError> },
    Page { request: PageRequest, result: Result<Page, Unavailable> },
}

/// Whether the last commit succeeded.
#[derive(Debug, Clone)]
pub struct Health(Arc<AtomicBool>);

impl Health {
    pub fn is_good(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

pub struct Store {
    appends: SyncSender<Append>,
    reads: SyncSender<PageRequest>,
    replies: UnboundedSender<Reply>,
    health: Health,
    threads: [JoinHandle<()>; 2],
}

impl Store {
    /// Opens the log in this folder, making both if there are none. All answers go to `replies`.
    pub fn open(dir: &Path, replies: UnboundedSender<Reply>) -> Result<(Self, Loaded), OpenError> {
        let lock = lock(dir)?;
        let path = dir.join("parlor.sqlite");
        let unusable = |cause| OpenError::Database { path: path.clone(), cause };
        let mut db = connect(&path).map_err(unusable)?;
        let (found, known) = (schema::version(&db).map_err(unusable)?, schema::VERSION);
        if found > known {
            return Err(OpenError::NewerSchema { path, found, known });
        }
        schema::migrate(&mut db, found).map_err(unusable)?;
        let epoch = rows::epoch(&db).map_err(unusable)?;
        let mut writer = Writer::new(db, lock);
        writer.make_first_rooms().map_err(unusable)?;
        let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reader = Connection::open_with_flags(&path, read_only).map_err(unusable)?;
        let rooms = rows::rooms(&reader).map_err(unusable)?;
        let store = Self::start(writer, reader, replies).map_err(|cause| OpenError::Thread { cause })?;
        Ok((store, Loaded { epoch, rooms }))
    }

    fn start(writer: Writer, reader: Connection, replies: UnboundedSender<Reply>) -> std::io::Result<Self> {
        let (appends, append_queue) = mpsc::sync_channel(REQUESTS_WAITING_MAX);
        let (reads, read_queue) = mpsc::sync_channel(REQUESTS_WAITING_MAX);
        let health = Health(Arc::new(AtomicBool::new(true)));
        let writes = {
            let (replies, health) = (replies.clone(), health.clone());
            move || write_all(writer, &append_queue, &replies, &health)
        };
        let answers = replies.clone();
        let threads = [
            thread::Builder::new().name("log writer".into()).spawn(writes)?,
            thread::Builder::new().name("log reader".into()).spawn(move || read_all(&reader, &read_queue, &answers))?,
        ];
        Ok(Self { appends, reads, replies, health, threads })
    }

    /// Commits an entry after all that were asked for before, and answers once it is on disk for good. A message that
    /// is in the log already under the same room, person and id is answered with the entry it has.
    pub fn append(&self, append: Append) {
        if let Err(mpsc::TrySendError::Full(append) | mpsc::TrySendError::Disconnected(append)) =
            self.appends.try_send(append)
        {
            let _ = self.replies.send(Reply::Appended { ticket: append.ticket, result: Err(AppendError::Unavailable) });
        }
    }

    /// Reads a page, never waiting for a commit.
    pub fn read(&self, request: PageRequest) {
        if let Err(mpsc::TrySendError::Full(request) | mpsc::TrySendError::Disconnected(request)) =
            self.reads.try_send(request)
        {
            let _ = self.replies.send(Reply::Page { request, result: Err(Unavailable) });
        }
    }

    pub fn health(&self) -> Health {
        self.health.clone()
    }

    /// Returns when everything asked for is on disk. Blocks.
    pub fn close(self) {
        let Self { appends, reads, threads, .. } = self;
        drop((appends, reads));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a thread of the log has panicked");
            }
        }
    }
}

/// Two servers on one log would give the same seq twice.
fn lock(dir: &Path) -> Result<File, OpenError> {
    let unusable = |cause| OpenError::Folder { path: dir.into(), cause };
    fs::create_dir_all(dir).map_err(unusable)?;
    let file = File::create(dir.join("parlor.lock")).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: dir.into() }),
        Err(TryLockError::Error(cause)) => Err(unusable(cause)),
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    // A commit is on disk when it returns, whatever happens to the machine's power after that.
    db.pragma_update(None, "synchronous", "FULL")?;
    Ok(db)
}

fn write_all(mut writer: Writer, queue: &Receiver<Append>, replies: &UnboundedSender<Reply>, health: &Health) {
    while let Ok(first) = queue.recv() {
        let batch: Vec<_> = std::iter::once(first).chain(queue.try_iter()).take(writer::BATCH_MAX).collect();
        let tickets: Vec<_> = batch.iter().map(|append| append.ticket).collect();
        let committed = writer.commit(batch);
        if let Err(error) = &committed {
            tracing::error!(%error, appends = tickets.len(), "could not commit to the log");
        }
        health.0.store(committed.is_ok(), Ordering::Relaxed);
        let results = committed.unwrap_or_else(|_| vec![Err(AppendError::Unavailable); tickets.len()]);
        for (ticket, result) in tickets.into_iter().zip(results) {
            let _ = replies.send(Reply::Appended { ticket, result });
        }
    }
}

fn read_all(db: &Connection, queue: &Receiver<PageRequest>, replies: &UnboundedSender<Reply>) {
    while let Ok(request) = queue.recv() {
        let result = reader::page(db, &request).map_err(|error| {
            tracing::error!(%error, room = %request.room, "could not read the log");
            Unavailable
        });
        let _ = replies.send(Reply::Page { request, result });
    }
}
