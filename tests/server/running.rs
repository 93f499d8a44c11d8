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
    /// Where somebody becomes the first administrator.
    pub claim_link: Option<String>,
}

impl Running {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With these flags on top.
    pub async fn start_with(flags: &[&str]) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), flags).await
    }

    async fn start_in(dir: TempDir, flags: &[&str]) -> Self {
        let server = Server::bind(config(dir.path(), flags)).await.unwrap();
        let address = server.address();
        let claim_link = server.claim_link().await;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.run(async { drop(stopped.await) }));
        Self { address, dir, stop, task, claim_link }
    }

    /// Where its data and, below `site`, its web files are.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Stops it in good order and starts it over the same data, at another address.
    pub async fn restart(self) -> Self {
        Self::start_in(self.stop().await, &[]).await
    }

    pub async fn stop(self) -> TempDir {
        self.stop.send(()).unwrap();
        self.task.await.unwrap().unwrap();
        self.dir
    }
}

fn config(dir: &Path, flags: &[&str]) -> Config {
    let site = dir.join("site");
    let args = ["parlor", "--listen", "127.0.0.1:0", "--data"].map(Into::into);
    let paths = [dir.into(), "--site".into(), site.into_os_string()];
    Config::try_parse_from(args.into_iter().chain(paths).chain(flags.iter().map(Into::into))).unwrap()
}
