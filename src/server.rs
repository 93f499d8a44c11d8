//! The server's shell around the [`hub`](crate::hub): sockets, the clock, the log on disk, and pages.

mod config;
mod connection;
mod driver;
mod identity;
pub mod logging;
mod routes;
mod shutdown;
mod store;

use std::future::IntoFuture;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::net::TcpListener;
use tracing::{info, warn};

pub use config::{Config, LogFormat};
use driver::{Driver, Handle};
pub use shutdown::Shutdown;
use store::{OpenError, Store};

/// How long clients have to take what they are told at the end.
const FAREWELL: Duration = Duration::from_secs(2);

/// Why the server cannot start, in words for whoever starts it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot use the data folder {}: {source}. Choose another with --data", .folder.display())]
    DataFolder { folder: PathBuf, source: io::Error },
    #[error(transparent)]
    Store(#[from] OpenError),
    #[error("{0} is in use already. Choose another address with --listen, or stop the program that has it")]
    AddressInUse(SocketAddr),
    #[error("cannot listen on {address}: {source}. Choose another address with --listen")]
    Listen { address: SocketAddr, source: io::Error },
}

/// A server that has its port and its data, and serves once it is run.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    router: axum::Router,
    driver: Driver,
    hub: Handle,
}

/// Takes the data folder and the port.
pub async fn start(config: &Config) -> Result<Server, StartError> {
    std::fs::create_dir_all(&config.data)
        .map_err(|source| StartError::DataFolder { folder: config.data.clone(), source })?;
    let listen_error = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => StartError::AddressInUse(config.listen),
        _ => StartError::Listen { address: config.listen, source },
    };
    let listener = TcpListener::bind(config.listen).await.map_err(listen_error)?;
    let address = listener.local_addr().map_err(listen_error)?;
    let (store, loaded) = Store::open(&config.data)?;
    let (driver, hub) = Driver::new(store, loaded);
    let router = routes::router(config, hub.clone());
    Ok(Server { listener, address, router, driver, hub })
}

impl Server {
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the shutdown is asked for, and then tells every client when to come back.
    pub async fn run(self, shutdown: Shutdown) {
        info!(address = %self.address, "serving");
        let driver = tokio::spawn(self.driver.run());
        let service = self.router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::select! {
            result = axum::serve(self.listener, service).into_future() => {
                warn!(?result, "the listener has ended");
            }
            () = shutdown.asked() => info!("stopping"),
        }
        self.hub.stop(FAREWELL).await;
        if let Err(error) = driver.await {
            warn!(%error, "the driver has failed");
        }
        info!("stopped");
    }
}
