use std::net::SocketAddr;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// What the program gets to start or to end.
const WITHIN: Duration = Duration::from_secs(60);

fn program(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlor"));
    for name in ["PARLOR_LISTEN", "PARLOR_DATA", "PARLOR_SITE", "PARLOR_LOG", "PARLOR_LOG_FORMAT", "LEPTOS_SITE_ADDR"] {
        command.env_remove(name);
    }
    command.arg("--data").arg(data).kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

/// The real server on a free port.
pub struct Server {
    pub address: SocketAddr,
    child: Child,
}

impl Server {
    pub async fn start(data: &Path) -> Self {
        let mut child = program(data).args(["--listen", "127.0.0.1:0", "--log", "error"]).spawn().unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.as_mut().unwrap());
        timeout(WITHIN, stdout.read_line(&mut line)).await.expect("it starts").unwrap();
        let address = line.trim().strip_prefix("Parlor is at http://").unwrap_or_else(|| panic!("{line:?}"));
        Self { address: address.parse().unwrap(), child }
    }

    /// It gets to do nothing more.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// What `parlor admin` says and how it ends.
#[derive(Debug)]
pub struct Said {
    pub out: String,
    pub err: String,
    pub code: Option<i32>,
}

impl Said {
    fn of(output: Output) -> Self {
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        Self { out, err, code: output.status.code() }
    }

    pub fn lines(&self) -> Vec<serde_json::Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

pub async fn admin(data: &Path, args: &[&str]) -> Said {
    let mut command = program(data);
    command.arg("admin").args(args).stderr(Stdio::piped());
    Said::of(timeout(WITHIN, command.output()).await.expect("it ends").unwrap())
}

/// The same, of which something is expected.
pub async fn done(data: &Path, args: &[&str]) -> Said {
    let said = admin(data, args).await;
    assert_eq!(said.code, Some(0), "{args:?}: {said:?}");
    said
}

/// The same with this on its standard input.
pub async fn admin_told(data: &Path, args: &[&str], input: &str) -> Said {
    let mut command = program(data);
    let mut child = command.arg("admin").args(args).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
    Said::of(timeout(WITHIN, child.wait_with_output()).await.expect("it ends").unwrap())
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
