use std::net::SocketAddr;
use std::path::Path;

use clap::Parser;
use parlor::server::{Config, Server, ServerError};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A server in this process.
pub struct Running {
    pub address: SocketAddr,
    dir: TempDir,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServerError>>,
}

impl Running {
    pub async fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap()).await
    }

    async fn start_in(dir: TempDir) -> Self {
        let server = Server::bind(config(dir.path())).await.unwrap();
        let address = server.address();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.run(async { drop(stopped.await) }));
        Self { address, dir, stop, task }
    }

    /// Where its data and, below `site`, its web files are.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Stops it in good order and starts it over the same data, at another address.
    pub async fn restart(self) -> Self {
        Self::start_in(self.stop().await).await
    }

    pub async fn stop(self) -> TempDir {
        self.stop.send(()).unwrap();
        self.task.await.unwrap().unwrap();
        self.dir
    }
}

fn config(dir: &Path) -> Config {
    let site = dir.join("site");
    let args = ["parlor", "--listen", "127.0.0.1:0", "--data"].map(Into::into);
    let paths = [dir.into(), "--site".into(), site.into_os_string()];
    Config::try_parse_from(args.into_iter().chain(paths)).unwrap()
}
