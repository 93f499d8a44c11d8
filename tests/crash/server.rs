use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

const START_WITHIN: Duration = Duration::from_secs(30);

/// The real program.
pub struct Server {
    pub address: SocketAddr,
    pub child: Child,
}

impl Server {
    /// Does not wait until it serves. Without an address it takes a port that is free.
    pub fn spawn(data: &Path, address: Option<SocketAddr>) -> Self {
        let address = address.unwrap_or(([127, 0, 0, 1], 0).into());
        let mut command = Command::new(env!("CARGO_BIN_EXE_parlor"));
        command.arg("--listen").arg(address.to_string()).arg("--data").arg(data);
        // Its warnings go to the test's own output.
        command.args(["--log", "warn,parlor::server=error"]).stdin(Stdio::null()).stdout(Stdio::piped());
        Self { address, child: command.kill_on_drop(true).spawn().unwrap() }
    }

    pub async fn start(data: &Path, address: Option<SocketAddr>) -> Self {
        let mut server = Self::spawn(data, address);
        let mut line = String::new();
        let mut stdout = BufReader::new(server.child.stdout.as_mut().unwrap());
        timeout(START_WITHIN, stdout.read_line(&mut line)).await.expect("the server starts").unwrap();
        let address = line.trim().strip_prefix("Parlor is at http://").unwrap_or_else(|| panic!("it says {line:?}"));
        server.address = address.parse().unwrap();
        server
    }

    /// As a power cut does it to the process: it gets to do nothing more.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}
