//! The server's shell: sockets, disk, clock and pages around the pure [`Hub`].
//!
//! One thread, the [`driver`], owns the hub. The [`workers`] own the sockets, tell it what comes and write what it says; the
//! [`store`] commits and reads on threads of its own. None of them waits for another's client.

pub mod accounts;
pub mod admin;
mod api;
mod claim;
mod command_line;
mod config;
mod connection;
mod cookie;
mod driver;
mod guard;
pub mod http;
mod http_error;
mod hub_handle;
mod identity;
mod logging;
mod notice;
mod origin;
mod page;
mod policy;
mod routes;
mod signals;
mod site;
pub mod store;
mod user_agent;
mod visitor;
pub mod websocket;
pub mod workers;

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, channel, unbounded_channel};
use tokio::sync::watch;
use tokio::task::spawn_blocking;

pub use command_line::{Command, CommandLine};
pub use config::{Config, LogFormat};
pub use logging::init as init_logging;
pub use signals::Signals;

use crate::hub::Hub;
use crate::log::Loaded;
use crate::protocol::limits::FRAME_BYTES_MAX;
use accounts::{Accounts, Passwords};
use claim::Claim;
use connection::HubEar;
use driver::{Driver, Sources};
use guard::Guard;
use hub_handle::HubHandle;
use identity::Identification;
use notice::Notice;
use routes::Shared;
use store::{OpenError, Reply, Store};
use workers::Threads;

/// Rounds of the workers that may wait for the hub. Past that its sockets are not read, and their clients feel it.
const HEARD_WAITING_MAX: usize = 64;

/// Why the server does not run, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error("cannot listen on {address}: {cause}; stop what uses it or choose another address with --listen")]
    Listen { address: SocketAddr, cause: io::Error },
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("cannot listen for SIGTERM and Ctrl-C: {0}; allow this process more open files")]
    Signals(#[source] io::Error),
    #[error("cannot start the threads that look after connections: {0}; allow this process more threads and files")]
    Threads(#[source] io::Error),
    #[error("a part of the server has failed, and the log says which; start it again")]
    Failed,
}

/// A server that has its address and its log, and can run.
pub struct Server {
    config: Config,
    listener: TcpListener,
    address: SocketAddr,
    store: Store,
    loaded: Loaded,
    replies: UnboundedReceiver<Reply>,
    accounts: Accounts,
    tell: UnboundedSender<Notice>,
    notices: UnboundedReceiver<Notice>,
    claim: Claim,
}

impl Server {
    pub async fn bind(config: Config) -> Result<Self, ServerError> {
        let unbound = |cause| ServerError::Listen { address: config.listen, cause };
        let listener = TcpListener::bind(config.listen).await.map_err(unbound)?;
        let address = listener.local_addr().map_err(unbound)?;
        let (sender, replies) = unbounded_channel();
        let (store, loaded) = Store::open(&config.data, sender)?;
        let (tell, notices) = unbounded_channel();
        let accounts = Accounts::open(&config.data, tell.clone())?;
        let claim = Claim::default();
        Ok(Self { config, listener, address, store, loaded, replies, accounts, tell, notices, claim })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where somebody becomes the first administrator, if there is none. To be shown to who has started the server.
    pub async fn claim_link(&self) -> Option<String> {
        match self.accounts.read(|people| people.has_admin()).await {
            Ok(false) => Some(format!("http://{}/admin#claim={}", self.address, self.claim.make())),
            Ok(true) | Err(_) => None,
        }
    }

    /// Serves until `stop`, then tells the clients to come back and puts what they said on disk.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), ServerError> {
        let Self { config, listener, address, store, loaded, replies, accounts, tell, notices, claim } = self;
        tracing::info!(%address, data = %config.data.display(), rooms = loaded.rooms.len(), "listening");
        if !config.site.is_dir() {
            tracing::warn!(site = %config.site.display(), "no web files there, so browsers get pages that do nothing");
        }
        accounts.tell_of(loaded.rooms.iter().flat_map(|room| room.state.members.keys().cloned()).collect());
        let (hub, questions) = HubHandle::new();
        let (ear, heard) = channel(HEARD_WAITING_MAX);
        let ears = (0..worker_count(config.workers)).map(|_| HubEar::new(ear.clone())).collect();
        drop(ear);
        let threads = Threads::start(ears, FRAME_BYTES_MAX).map_err(ServerError::Threads)?;
        let (passwords, guard) = (Passwords::default(), Guard::default());
        let shared = Shared {
            hub,
            workers: threads.workers(),
            health: store.health(),
            options: config.leptos_options(),
            accounts: accounts.clone(),
            passwords: passwords.clone(),
            guard: guard.clone(),
            claim,
            is_behind_proxy: config.behind_proxy,
            reload_port: config.watched_port(),
        };
        let driver = Driver::new(
            Hub::new(loaded.epoch, loaded.rooms, seed(), Box::new(identity::RandomCodes))
                .with_messages_per_second(config.messages_per_second),
            store,
            Identification { accounts: accounts.clone(), passwords, guard, notices: tell },
            Sources { heard, questions, replies, notices },
            &threads.workers(),
            config.connections_per_address,
        );
        let (stopping, told_stopping) = watch::channel(false);
        let mut driving = driver.start(told_stopping.clone()).map_err(ServerError::Threads)?;
        let serving = tokio::spawn(http::serve(listener, routes::router(shared), told_stopping));
        tokio::select! {
            () = stop => tracing::info!("stopping"),
            _ = &mut driving => return Err(ServerError::Failed),
            () = threads.ended() => return Err(ServerError::Failed),
        }
        stopping.send_replace(true);
        let (driven, served) = tokio::join!(driving, serving);
        let store = driven.map_err(|_| ServerError::Failed)?;
        let closing = spawn_blocking(move || {
            threads.stop();
            store.close();
            accounts.close();
        });
        closing.await.and(served).map_err(|_| ServerError::Failed)
    }
}

async fn told(stopping: &mut watch::Receiver<bool>) {
    // An error means that whoever could tell has gone, and that is a reason to stop as well.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// One for each core: what a chat does most is to write to sockets.
fn worker_count(wanted: Option<u16>) -> usize {
    wanted.map_or_else(cores, usize::from)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn seed() -> u64 {
    getrandom::u64().expect("the system has random numbers")
}
