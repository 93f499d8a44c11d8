use std::collections::BTreeMap;
use std::iter;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use super::Reply;
use super::health::{Health, Trouble};
use crate::log::{Append, AppendError, Batch, Engine, ReadMark};
use crate::protocol::{RoomId, Seq, UserId};

/// Appends in one commit. More would make those at its end wait longer than the disk needs.
const BATCH_MAX: usize = 16_384;
/// Read marks wait this long for appends to be committed with.
const MARKS_WAIT: Duration = Duration::from_millis(500);
/// A log that could not be written is tried again this often, if nobody else tries.
const PROBE_EVERY: Duration = Duration::from_secs(1);

pub enum Request {
    Append(Append),
    MarkRead(ReadMark),
}

/// Commits in groups what it is asked for.
pub struct Writer<E> {
    engine: E,
    queue: Receiver<Request>,
    replies: UnboundedSender<Reply>,
    health: Health,
    trouble: Trouble,
    /// The furthest mark of each member that is not on disk yet. There are no more of them than memberships.
    marks: BTreeMap<(RoomId, UserId), Seq>,
    /// When to commit though there is nothing to append.
    due: Option<Instant>,
}

impl<E: Engine> Writer<E> {
    pub fn new(engine: E, queue: Receiver<Request>, replies: UnboundedSender<Reply>, health: Health) -> Self {
        Self { engine, queue, replies, health, trouble: Trouble::new("write"), marks: BTreeMap::new(), due: None }
    }

    /// Until nobody can ask any more and everything asked for is done.
    pub fn run(mut self) {
        loop {
            let first = match self.due {
                None => self.queue.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => self.queue.recv_timeout(due.saturating_duration_since(Instant::now())),
            };
            match first {
                Ok(first) => self.gather(first),
                Err(RecvTimeoutError::Timeout) => self.commit_what_is_due(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        if !self.marks.is_empty() {
            self.commit(vec![], true);
        }
    }

    /// Takes what has queued as well, and commits if there is something to append.
    fn gather(&mut self, first: Request) {
        let mut appends = Vec::new();
        for request in iter::once(first).chain(self.queue.try_iter()).take(BATCH_MAX) {
            match request {
                Request::Append(append) => appends.push(append),
                Request::MarkRead(ReadMark { user, room, seq }) => {
                    let mark = self.marks.entry((room, user)).or_default();
                    *mark = seq.max(*mark);
                }
            }
        }
        match self.due {
            _ if !appends.is_empty() => self.commit(appends, true),
            None => self.due = Some(Instant::now() + MARKS_WAIT),
            // So that marks without end cannot put it off for ever.
            Some(due) if due <= Instant::now() => self.commit_what_is_due(),
            Some(_) => {}
        }
    }

    /// Read marks, or nothing at all to find out whether the log can be written again.
    fn commit_what_is_due(&mut self) {
        self.commit(vec![], self.health.can_write());
    }

    fn commit(&mut self, appends: Vec<Append>, with_marks: bool) {
        let tickets: Vec<_> = appends.iter().map(|append| append.ticket).collect();
        let mark = |((room, user), seq): (&(RoomId, UserId), &Seq)| ReadMark {
            user: user.clone(),
            room: room.clone(),
            seq: *seq,
        };
        let reads = if with_marks { self.marks.iter().map(mark).collect() } else { vec![] };
        let committed = self.engine.commit(Batch { appends, reads });
        self.trouble.note(committed.as_ref().err());
        self.health.set_can_write(committed.is_ok());
        if committed.is_ok() && with_marks {
            self.marks.clear();
        }
        self.due = match committed {
            Err(_) => Some(Instant::now() + PROBE_EVERY),
            Ok(_) if self.marks.is_empty() => None,
            Ok(_) => Some(Instant::now() + MARKS_WAIT),
        };
        let answers = committed.unwrap_or_else(|_| vec![Err(AppendError::Unavailable); tickets.len()]);
        for (ticket, result) in tickets.into_iter().zip(answers) {
            // Nobody listens any more once the server stops.
            let _ = self.replies.send(Reply::Appended { ticket, result });
        }
    }
}
