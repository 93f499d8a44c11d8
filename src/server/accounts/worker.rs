use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::mpsc::UnboundedSender;

use super::denied::{AccountError, Denied};
use super::people::{NewsMark, People};
use super::shown::Shown;
use crate::server::notice::Notice;

/// Jobs in one transaction. More would make the first of them wait longer than the disk needs.
const BATCH_MAX: usize = 256;
/// How often to look whether the command line has changed something, and whether a failing disk works again.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// News that have been told are forgotten once there are so many.
const NEWS_KEPT: u64 = 1_000;
/// How often to look for logins that nobody uses any more.
const TIDY_EVERY: Duration = Duration::from_secs(6 * 3_600);

/// Whether a job has to be on disk before it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Read,
    Write,
}

/// Something to be done with people. It is given none when it cannot be done, and answers once it is told whether what
/// it did is there to stay.
pub struct Job {
    pub kind: Kind,
    pub run: Run,
}

pub type Run = Box<dyn FnOnce(Option<&People>) -> Finish + Send>;
pub type Finish = Box<dyn FnOnce(bool) + Send>;

pub enum Request {
    Job(Job),
    /// Nothing comes after this.
    Stop,
}

/// Does the jobs that queue in one transaction, and answers after the commit.
pub struct Worker {
    people: People,
    queue: Receiver<Request>,
    notices: UnboundedSender<Notice>,
    shown: Shown,
    mark: NewsMark,
    told: u64,
    data_version: i64,
    /// News could not be read.
    owes_news: bool,
    look_at: Instant,
    tidy_at: Instant,
}

impl Worker {
    /// Everything that happened before is no news, since nobody is connected yet.
    pub fn new(
        people: People,
        queue: Receiver<Request>,
        notices: UnboundedSender<Notice>,
        shown: Shown,
    ) -> Result<Self, AccountError> {
        let mark = people.news_mark()?;
        people.atomically(|people| people.forget_news(mark))?;
        shown.set_sign_up(people.sign_up()?);
        let data_version = people.data_version()?;
        let now = Instant::now();
        Ok(Self {
            people,
            queue,
            notices,
            shown,
            mark,
            told: 0,
            data_version,
            owes_news: false,
            look_at: now + LOOK_EVERY,
            tidy_at: now,
        })
    }

    /// Until it is told to stop and everything asked for before is done.
    pub fn run(mut self) {
        loop {
            match self.queue.recv_timeout(self.look_at.saturating_duration_since(Instant::now())) {
                Ok(Request::Job(first)) => {
                    if self.work(first) {
                        break;
                    }
                }
                Ok(Request::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.look_at <= Instant::now() {
                self.look_around();
                self.look_at = Instant::now() + LOOK_EVERY;
            }
        }
        if let Err(error) = self.people.empty_wal() {
            tracing::debug!(%error, "the database of people stays in more than one file");
        }
    }

    /// Takes what has queued as well. Returns whether it is to stop.
    fn work(&mut self, first: Job) -> bool {
        let mut jobs = vec![first];
        let mut stop = false;
        while jobs.len() < BATCH_MAX && !stop {
            match self.queue.try_recv() {
                Ok(Request::Job(job)) => jobs.push(job),
                Ok(Request::Stop) => stop = true,
                Err(_) => break,
            }
        }
        let (writes, reads): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job| job.kind == Kind::Write);
        if !writes.is_empty() {
            self.write(writes);
        }
        if !reads.is_empty() {
            self.read(reads);
        }
        stop
    }

    fn write(&mut self, jobs: Vec<Job>) {
        let mut finishes = Vec::with_capacity(jobs.len());
        let mut jobs = Some(jobs);
        let committed = self.people.atomically(|people| {
            for Job { run, .. } in jobs.take().into_iter().flatten() {
                // After some errors of the disk the transaction is gone, and what came after it would not be part of it.
                let is_whole = !people.db().is_autocommit();
                finishes.push(run(is_whole.then_some(people)));
            }
            Ok(())
        });
        // Nothing was done if the transaction could not begin.
        finishes.extend(jobs.into_iter().flatten().map(|job| (job.run)(None)));
        if let Err(error) = &committed {
            self.shown.cannot_write(error);
        }
        // What has ended is told before those who have ended it hear of it.
        self.tell_news();
        for finish in finishes {
            finish(committed.is_ok());
        }
    }

    fn read(&mut self, jobs: Vec<Job>) {
        let began = self.people.db().execute_batch("BEGIN");
        for Job { run, .. } in jobs {
            run(began.is_ok().then_some(&self.people))(true);
        }
        if began.is_ok() && !self.people.db().is_autocommit() {
            let _ = self.people.db().execute_batch("COMMIT");
        }
    }

    fn look_around(&mut self) {
        match self.people.data_version() {
            Ok(version) if version != self.data_version || self.owes_news => {
                self.data_version = version;
                self.tell_news();
            }
            Ok(_) => {}
            Err(error) => self.shown.cannot_read(&error),
        }
        if !self.shown.is_good() {
            self.probe();
        }
        if self.told >= NEWS_KEPT || self.tidy_at <= Instant::now() {
            self.tidy();
        }
    }

    fn probe(&mut self) {
        let now = unix_ms();
        match self.people.probe_reading(now) {
            Ok(()) => self.shown.can_read(),
            Err(error) => self.shown.cannot_read(&error),
        }
        match self.people.probe_writing(now) {
            Ok(()) => self.shown.can_write(),
            Err(error) => self.shown.cannot_write(&error),
        }
    }

    fn tidy(&mut self) {
        let (mark, now) = (self.mark, unix_ms());
        let tidied = self.people.atomically(|people| {
            people.forget_news(mark)?;
            people.end_old_logins(now)
        });
        if let Err(error) = &tidied {
            self.shown.cannot_write(error);
        }
        self.told = 0;
        self.tidy_at = Instant::now() + TIDY_EVERY;
        self.tell_news();
    }

    fn tell_news(&mut self) {
        let read = self.people.news(&mut self.mark).and_then(|news| Ok((news, self.people.sign_up()?)));
        match read {
            Ok((news, sign_up)) => {
                self.owes_news = false;
                self.shown.set_sign_up(sign_up);
                for news in news {
                    self.told += 1;
                    // Nobody listens any more once the server stops.
                    let _ = self.notices.send(Notice::News(news));
                }
            }
            // They are told when they can be read.
            Err(error) => {
                self.owes_news = true;
                self.shown.cannot_read(&error);
            }
        }
    }
}

/// What the one who asked is told; the rest is for the log.
pub fn told<T>(shown: &Shown, kind: Kind, result: Result<T, AccountError>) -> Result<T, Denied> {
    result.map_err(|error| match (error, kind) {
        (AccountError::Denied(denied), _) => denied,
        (error, Kind::Read) => {
            shown.cannot_read(&error);
            Denied::unavailable()
        }
        (error, Kind::Write) => {
            shown.cannot_write(&error);
            Denied::unavailable()
        }
    })
}

pub fn unix_ms() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_millis() as u64)
}
