//! The log in threads: one that commits and one that reads, around any [`Engine`].
//!
//! What is asked while a commit runs is the next commit together, so that one flush of the disk serves many appends.

mod health;
mod open_error;
pub mod sqlite;
mod writer;

#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::thread::{self, JoinHandle};
use std::time::SystemTime;

use tokio::sync::mpsc::UnboundedSender;

pub use health::Health;
pub use open_error::OpenError;
pub use sqlite::SqliteEngine;

use crate::hub::PageRequest;
use crate::log::{
    Append, AppendError, Appended, Batch, Engine, EngineError, Loaded, Page, ReadMark, Reader, Ticket, Unavailable,
    parlor,
};
use crate::protocol::{Access, EntryKind, RoomName};
use health::Trouble;
use writer::{Request, Writer};

/// Requests that may wait for each thread. Past that a request is answered at once: try again later.
const REQUESTS_WAITING_MAX: usize = 65_536;

const FIRST_ROOMS: [&str; 3] = ["General", "Random", "Help"];

/// Answers a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    Appended { ticket: Ticket, result: Result<Appended, AppendError> },
    Page { request: PageRequest, result: Result<Page, Unavailable> },
}

pub struct Store {
    writes: SyncSender<Request>,
    reads: SyncSender<PageRequest>,
    replies: UnboundedSender<Reply>,
    health: Health,
    writer: JoinHandle<()>,
    reader: JoinHandle<()>,
}

impl Store {
    /// Opens the log in this folder, making both if there are none. All answers go to `replies`.
    pub fn open(dir: &Path, replies: UnboundedSender<Reply>) -> Result<(Self, Loaded), OpenError> {
        let mut engine = SqliteEngine::open(dir)?;
        let loaded = load(&mut engine).map_err(|cause| OpenError::Log { cause })?;
        let reader = engine.reader().map_err(|cause| OpenError::Log { cause })?;
        let store = Self::start(engine, reader, replies).map_err(|cause| OpenError::Thread { cause })?;
        Ok((store, loaded))
    }

    fn start<E: Engine + 'static>(engine: E, reader: E::Reader, replies: UnboundedSender<Reply>) -> io::Result<Self>
    where
        E::Reader: 'static,
    {
        let (writes, write_queue) = mpsc::sync_channel(REQUESTS_WAITING_MAX);
        let (reads, read_queue) = mpsc::sync_channel(REQUESTS_WAITING_MAX);
        let health = Health::default();
        let writer = Writer::new(engine, write_queue, replies.clone(), health.clone());
        let (answers, reads_health) = (replies.clone(), health.clone());
        Ok(Self {
            writes,
            reads,
            replies,
            health,
            writer: thread::Builder::new().name("log writer".into()).spawn(move || writer.run())?,
            reader: thread::Builder::new()
                .name("log reader".into())
                .spawn(move || read_all(reader, &read_queue, &answers, &reads_health))?,
        })
    }

    /// Commits an entry after all that were asked for before, and answers once it is on disk for good. A message that
    /// is in the log already under the same room, person and id is answered with the entry it has.
    pub fn append(&self, append: Append) {
        let ticket = append.ticket;
        if self.writes.try_send(Request::Append(append)).is_err() {
            let _ = self.replies.send(Reply::Appended { ticket, result: Err(AppendError::Unavailable) });
        }
    }

    /// Keeps how far somebody has read, soon and without an answer. One that finds no place in the queue is lost, and
    /// made up for by the next.
    pub fn mark_read(&self, mark: ReadMark) {
        let _ = self.writes.try_send(Request::MarkRead(mark));
    }

    /// Reads a page, never waiting for a commit.
    pub fn read(&self, request: PageRequest) {
        if let Err(TrySendError::Full(request) | TrySendError::Disconnected(request)) = self.reads.try_send(request) {
            let _ = self.replies.send(Reply::Page { request, result: Err(Unavailable) });
        }
    }

    pub fn health(&self) -> Health {
        self.health.clone()
    }

    /// Returns when everything asked for is on disk. Blocks.
    pub fn close(self) {
        let Self { writes, reads, writer, reader, .. } = self;
        // The writer is to be the last that has the database open, so that it can put all in one file.
        drop(reads);
        join(reader);
        drop(writes);
        join(writer);
    }
}

fn join(thread: JoinHandle<()>) {
    if thread.join().is_err() {
        tracing::error!("a thread of the log has panicked");
    }
}

/// What is in the log, and rooms if there is none, so that the first visitor finds somewhere to go.
fn load(engine: &mut impl Engine) -> Result<Loaded, EngineError> {
    let loaded = engine.load()?;
    if !loaded.rooms.is_empty() {
        return Ok(loaded);
    }
    let at = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_millis() as u64);
    let appends = FIRST_ROOMS.iter().filter_map(|name| first_room(name, at)).collect();
    engine.commit(Batch { appends, reads: vec![] })?;
    engine.load()
}

fn first_room(name: &str, at: u64) -> Option<Append> {
    let name = RoomName::parse(name).ok()?;
    let kind = EntryKind::Created { name: name.as_str().into(), access: Access::Open };
    Some(Append {
        ticket: Ticket(0),
        room: name.id().clone(),
        at,
        by: parlor(),
        kind,
        repeat_only: false,
        secret: None,
    })
}

fn read_all(mut reader: impl Reader, queue: &Receiver<PageRequest>, replies: &UnboundedSender<Reply>, health: &Health) {
    let mut trouble = Trouble::new("read");
    while let Ok(request) = queue.recv() {
        let read = reader.page(&request.room, request.range, request.limit);
        trouble.note(read.as_ref().err());
        health.set_can_read(read.is_ok());
        let _ = replies.send(Reply::Page { request, result: read.map_err(|_| Unavailable) });
    }
}
