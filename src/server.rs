//! The server's shell: sockets, disk, clock and pages around the pure [`Hub`].
//!
//! One task, the [`driver`], owns the hub. Every [`connection`] tells it what comes and writes what it says; the
//! [`store`] commits and reads on threads of its own. None of them waits for another's client.

mod config;
mod connection;
mod driver;
pub mod http;
mod http_error;
mod hub_handle;
mod identity;
mod logging;
mod page;
mod routes;
mod signals;
mod site;
pub mod store;
pub mod websocket;

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::watch;
use tokio::task::spawn_blocking;

pub use config::{Config, LogFormat};
pub use logging::init as init_logging;
pub use signals::Signals;

use crate::hub::Hub;
use crate::log::Loaded;
use driver::Driver;
use hub_handle::HubHandle;
use routes::Shared;
use store::{OpenError, Reply, Store};

/// Why the server does not run, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error("cannot listen on {address}: {cause}; stop what uses it or choose another address with --listen")]
    Listen { address: SocketAddr, cause: io::Error },
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("cannot listen for SIGTERM and Ctrl-C: {0}; allow this process more open files")]
    Signals(#[source] io::Error),
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
}

impl Server {
    pub async fn bind(config: Config) -> Result<Self, ServerError> {
        let unbound = |cause| ServerError::Listen { address: config.listen, cause };
        let listener = TcpListener::bind(config.listen).await.map_err(unbound)?;
        let address = listener.local_addr().map_err(unbound)?;
        let (sender, replies) = unbounded_channel();
        let (store, loaded) = Store::open(&config.data, sender)?;
        Ok(Self { config, listener, address, store, loaded, replies })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop`, then tells the clients to come back and puts what they said on disk.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), ServerError> {
        let Self { config, listener, address, store, loaded, replies } = self;
        tracing::info!(%address, data = %config.data.display(), rooms = loaded.rooms.len(), "listening");
        if !config.site.is_dir() {
            tracing::warn!(site = %config.site.display(), "no web files there, so browsers get pages that do nothing");
        }
        let (hub, inputs) = HubHandle::new();
        let shared = Shared { hub: hub.clone(), health: store.health(), options: config.leptos_options() };
        let driver = Driver::new(
            Hub::new(loaded.epoch, loaded.rooms, seed(), Box::new(identity::RandomCodes)),
            store,
            inputs,
            replies,
        );
        let (stopping, told_stopping) = watch::channel(false);
        let mut driving = tokio::spawn(driver.run(told_stopping.clone()));
        let serving = tokio::spawn(http::serve(listener, routes::router(shared), told_stopping));
        tokio::select! {
            () = stop => tracing::info!("stopping"),
            _ = &mut driving => return Err(ServerError::Failed),
        }
        stopping.send_replace(true);
        let (driven, served) = tokio::join!(driving, serving);
        let store = driven.map_err(|_| ServerError::Failed)?;
        spawn_blocking(|| store.close()).await.and(served).map_err(|_| ServerError::Failed)
    }
}

async fn told(stopping: &mut watch::Receiver<bool>) {
    // An error means that whoever could tell has gone, and that is a reason to stop as well.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

fn seed() -> u64 {
    getrandom::u64().expect("the system has random numbers")
}
