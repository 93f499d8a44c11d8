//! People: who they are, where they are signed in, who runs the server. One thread owns their database; what queues for
//! it shares a transaction, and answers go out after the commit.

mod denied;
mod login;
mod name_key;
pub mod passwords;
mod people;
mod schema;
mod shown;
mod worker;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

pub use denied::{AccountError, Denied};
pub use login::{LoggedIn, NewLogin, SecretHash, hex, new_user_id, random_hex};
pub use name_key::NameKeys;
pub use passwords::Passwords;
pub use people::{Newcomer, News, People, Person};
pub use worker::unix_ms;

use super::notice::Notice;
use super::store::OpenError;
use crate::protocol::api::SignUp;
use crate::protocol::{Token, UserId};
use shown::Shown;
use worker::{Finish, Job, Kind, Request, Worker, told};

/// Jobs that may wait for the thread. Past that a request is answered at once: try again later.
const JOBS_WAITING_MAX: usize = 8_192;

/// The people, for everyone in the server.
#[derive(Clone)]
pub struct Accounts {
    requests: SyncSender<Request>,
    notices: UnboundedSender<Notice>,
    shown: Shown,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Accounts {
    /// Opens the database in this folder. What the hub has to hear of goes to `notices`.
    pub fn open(dir: &Path, notices: UnboundedSender<Notice>) -> Result<Self, OpenError> {
        let people = People::open(dir)?;
        let (requests, queue) = sync_channel(JOBS_WAITING_MAX);
        let shown = Shown::default();
        let worker = Worker::new(people, queue, notices.clone(), shown.clone());
        let worker = worker.map_err(|error| OpenError::Database { path: People::path(dir), cause: cause(error) })?;
        let thread = thread::Builder::new().name("people".into()).spawn(move || worker.run());
        let thread = thread.map_err(|cause| OpenError::Thread { cause })?;
        Ok(Self { requests, notices, shown, thread: Arc::new(Mutex::new(Some(thread))) })
    }

    /// Who may come in for the first time, as it was a moment ago.
    pub fn sign_up(&self) -> SignUp {
        self.shown.sign_up()
    }

    /// Whether people can be looked up and changed.
    pub fn is_good(&self) -> bool {
        self.shown.is_good()
    }

    /// Looks something up.
    pub async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&People) -> Result<T, AccountError> + Send + 'static,
    ) -> Result<T, Denied> {
        self.ask(Kind::Read, job).await
    }

    /// Changes something wholly or, if it fails, not at all. It is on disk when this returns.
    pub async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&People) -> Result<T, AccountError> + Send + 'static,
    ) -> Result<T, Denied> {
        self.ask(Kind::Write, move |people| people.atomically(job)).await
    }

    /// Whose login this is.
    pub async fn login(&self, token: &Token) -> Result<LoggedIn, Denied> {
        let (hash, now) = (SecretHash::of(token), unix_ms());
        let found = self.read(move |people| people.login(hash, now)).await?;
        let found = found.ok_or(Denied::sign_in_required())?;
        self.saw(&found, now);
        Ok(found)
    }

    /// Tells the hub's thread what became of these people while the server was down, and what they are called now.
    pub fn tell_of(&self, users: BTreeSet<UserId>) {
        let notices = self.notices.clone();
        self.post(
            Kind::Read,
            move |people| people.news_of(&users),
            move |result| {
                for news in result.unwrap_or_default() {
                    let _ = notices.send(Notice::News(news));
                }
            },
        );
    }

    /// Tells the hub's thread whose login this is, before it can hear of the login's end.
    pub fn tell_login(&self, token: &Token, tell: impl FnOnce(Result<LoggedIn, Denied>) -> Notice + Send + 'static) {
        let (hash, now) = (SecretHash::of(token), unix_ms());
        let job = move |people: &People| Ok(people.login(hash, now)?.ok_or(Denied::sign_in_required())?);
        let accounts = self.clone();
        self.post(Kind::Read, job, move |result| {
            if let Ok(found) = &result {
                accounts.saw(found, now);
            }
            let _ = accounts.notices.send(tell(result));
        });
    }

    /// Does it and tells the hub's thread of it.
    pub fn tell_written<T: Send + 'static>(
        &self,
        job: impl FnOnce(&People) -> Result<T, AccountError> + Send + 'static,
        tell: impl FnOnce(Result<T, Denied>) -> Notice + Send + 'static,
    ) {
        let notices = self.notices.clone();
        self.post(
            Kind::Write,
            move |people| people.atomically(job),
            move |result| {
                let _ = notices.send(tell(result));
            },
        );
    }

    /// Returns when everything asked for is on disk. Blocks.
    pub fn close(&self) {
        let _ = self.requests.send(Request::Stop);
        let thread = self.thread.lock().map(|mut thread| thread.take());
        if let Ok(Some(thread)) = thread
            && thread.join().is_err()
        {
            tracing::error!("the thread of people has panicked");
        }
    }

    /// Writes down that a login is used, soon and without an answer.
    fn saw(&self, found: &LoggedIn, now: u64) {
        if People::is_news(found, now) {
            let login = found.login.clone();
            self.post(Kind::Write, move |people| people.saw(&login, now), |_| {});
        }
    }

    async fn ask<T: Send + 'static>(
        &self,
        kind: Kind,
        job: impl FnOnce(&People) -> Result<T, AccountError> + Send + 'static,
    ) -> Result<T, Denied> {
        let (answer, answered) = oneshot::channel();
        // Whoever asked may have gone.
        self.post(kind, job, move |result| drop(answer.send(result)));
        answered.await.unwrap_or(Err(Denied::unavailable()))
    }

    fn post<T: Send + 'static>(
        &self,
        kind: Kind,
        job: impl FnOnce(&People) -> Result<T, AccountError> + Send + 'static,
        answer: impl FnOnce(Result<T, Denied>) + Send + 'static,
    ) {
        let shown = self.shown.clone();
        let run = Box::new(move |people: Option<&People>| -> Finish {
            let result = match people {
                Some(people) => told(&shown, kind, job(people)),
                None => Err(Denied::unavailable()),
            };
            Box::new(move |is_kept| answer(if is_kept { result } else { Err(Denied::unavailable()) }))
        });
        let refused = match self.requests.try_send(Request::Job(Job { kind, run })) {
            Ok(()) => return,
            Err(TrySendError::Full(refused) | TrySendError::Disconnected(refused)) => refused,
        };
        if let Request::Job(job) = refused {
            (job.run)(None)(false);
        }
    }
}

fn cause(error: AccountError) -> rusqlite::Error {
    match error {
        AccountError::Database(cause) => cause,
        AccountError::Denied(_) => rusqlite::Error::InvalidQuery,
    }
}
