mod opening;
mod writing;

use std::path::Path;
use std::sync::mpsc;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{Reply, Store};
use crate::hub::{ConnId, PagePurpose, PageRequest};
use crate::log::{
    Append, AppendError, Appended, Batch, Engine, EngineError, Loaded, MemoryEngine, MemoryReader, PageRange, Ticket,
    Unavailable,
};
use crate::protocol::{Entry, Epoch, RoomId};

/// A store that is asked and answered.
struct Log {
    store: Store,
    replies: UnboundedReceiver<Reply>,
    next_ticket: u64,
}

impl Log {
    /// In a folder.
    fn open(dir: &Path) -> (Self, Loaded) {
        let (sender, replies) = unbounded_channel();
        let (store, loaded) = Store::open(dir, sender).unwrap();
        (Self { store, replies, next_ticket: 0 }, loaded)
    }

    /// Around any engine.
    fn start(mut engine: impl Engine<Reader: 'static> + 'static) -> Self {
        let (sender, replies) = unbounded_channel();
        super::load(&mut engine).unwrap();
        let reader = engine.reader().unwrap();
        Self { store: Store::start(engine, reader, sender).unwrap(), replies, next_ticket: 0 }
    }

    fn ask(&mut self, mut append: Append) {
        append.ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        self.store.append(append);
    }

    fn answer(&mut self, expected: u64) -> Result<Appended, AppendError> {
        match self.replies.blocking_recv() {
            Some(Reply::Appended { ticket, result }) if ticket == Ticket(expected) => result,
            other => panic!("ticket {expected} was due, but came {other:?}"),
        }
    }

    fn append(&mut self, append: Append) -> Result<Appended, AppendError> {
        self.ask(append);
        self.answer(self.next_ticket - 1)
    }

    fn page(&mut self, room: &RoomId, range: PageRange) -> Result<Vec<Entry>, Unavailable> {
        let request =
            PageRequest { conn: ConnId(1), room: room.clone(), range, limit: 100, purpose: PagePurpose::Replay };
        self.store.read(request.clone());
        match self.replies.blocking_recv() {
            Some(Reply::Page { request: answered, result }) if answered == request => result.map(|page| page.entries),
            other => panic!("a page was due, but came {other:?}"),
        }
    }
}

/// What an engine was asked to commit.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    appends: usize,
    reads: usize,
}

/// An engine that tells of every commit, and goes on with it when it may.
struct Watched {
    engine: MemoryEngine,
    asked: mpsc::Sender<Asked>,
    may_go_on: mpsc::Receiver<()>,
}

/// The other side of a [`Watched`] engine.
struct Watch {
    asked: mpsc::Receiver<Asked>,
    go_on: mpsc::Sender<()>,
}

impl Watched {
    /// With its first rooms.
    fn new() -> (Self, MemoryEngine, Watch) {
        let mut engine = MemoryEngine::new(Epoch::parse("e").unwrap());
        super::load(&mut engine).unwrap();
        let (told, asked) = mpsc::channel();
        let (go_on, may_go_on) = mpsc::channel();
        (Self { engine: engine.clone(), asked: told, may_go_on }, engine, Watch { asked, go_on })
    }
}

impl Watch {
    /// Waits until a commit has begun.
    fn begun(&self) -> Asked {
        self.asked.recv().unwrap()
    }

    fn let_go_on(&self) {
        self.go_on.send(()).unwrap();
    }
}

impl Engine for Watched {
    type Reader = MemoryReader;

    fn load(&mut self) -> Result<Loaded, EngineError> {
        self.engine.load()
    }

    fn commit(&mut self, batch: Batch) -> Result<Vec<Result<Appended, AppendError>>, EngineError> {
        let _ = self.asked.send(Asked { appends: batch.appends.len(), reads: batch.reads.len() });
        // A test that has ended lets everything go on.
        let _ = self.may_go_on.recv();
        self.engine.commit(batch)
    }

    fn reader(&self) -> Result<MemoryReader, EngineError> {
        self.engine.reader()
    }
}
