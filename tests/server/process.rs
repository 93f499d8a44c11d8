use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::client::Client;

/// What the program gets to start or to end.
const WITHIN: Duration = Duration::from_secs(20);

pub fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlor"));
    command.args(args).kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["PARLOR_LISTEN", "PARLOR_DATA", "PARLOR_SITE", "PARLOR_LOG", "PARLOR_LOG_FORMAT", "LEPTOS_SITE_ADDR"] {
        command.env_remove(name);
    }
    command
}

async fn output_of(mut command: Command) -> Output {
    timeout(WITHIN, command.output()).await.expect("it ends").unwrap()
}

/// What it says on its standard error output, which has to be one line, and its exit code.
async fn complaint(args: &[&str]) -> (String, Option<i32>) {
    let output = output_of(program(args)).await;
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(output.stdout.is_empty());
    (text, output.status.code())
}

pub async fn start(mut command: Command) -> (Child, SocketAddr) {
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.as_mut().unwrap());
    timeout(WITHIN, stdout.read_line(&mut line)).await.expect("it starts").unwrap();
    let address = line.trim().strip_prefix("Parlor is at http://").unwrap_or_else(|| panic!("{line:?}"));
    let address = address.parse().unwrap();
    (child, address)
}

async fn start_on(dir: &Path) -> (Child, SocketAddr) {
    start(program(&["--listen", "127.0.0.1:0", "--data", dir.to_str().unwrap()])).await
}

pub async fn signal(child: &Child, name: &str) {
    let kill = format!("kill -s {name} {}", child.id().unwrap());
    assert!(Command::new("sh").args(["-c", &kill]).status().await.unwrap().success());
}

async fn exit_code(child: &mut Child) -> Option<i32> {
    timeout(WITHIN, child.wait()).await.expect("it ends").unwrap().code()
}

pub fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[tokio::test]
async fn sigterm_and_ctrl_c_stop_it_in_good_order() {
    for name in ["TERM", "INT"] {
        let dir = folder();
        let (mut child, address) = start_on(dir.path()).await;
        let mut ada = Client::enter(address, "Ada").await;
        signal(&child, name).await;
        assert_eq!(ada.end().await, (Some(4000), Some(4000)));
        drop(ada);
        assert_eq!(exit_code(&mut child).await, Some(0));
    }
}

#[tokio::test]
async fn whoever_asks_twice_does_not_wait_for_clients_that_do_not_answer() {
    let dir = folder();
    let (mut child, address) = start_on(dir.path()).await;
    let mut ada = Client::enter(address, "Ada").await;
    signal(&child, "INT").await;
    // It has heard the first one, and now gives Ada time to answer, which she does not.
    ada.expect("bye", |frame| matches!(frame, parlor::protocol::ServerFrame::Bye(_)).then_some(())).await;
    signal(&child, "INT").await;
    assert_eq!(exit_code(&mut child).await, Some(130));
}

#[tokio::test]
async fn what_was_accepted_outlives_a_kill() {
    let dir = folder();
    let (mut child, address) = start_on(dir.path()).await;
    let mut ada = Client::enter(address, "Ada").await;
    ada.join("general").await;
    let accepted = ada.tell("general", "m-1", "for ever").await;
    child.kill().await.unwrap();

    let (_child, address) = start_on(dir.path()).await;
    let mut ada = Client::greet(address, ada.hello_again()).await;
    let entry = ada.entries_until("for ever").await.pop().unwrap();
    assert_eq!((entry.seq, entry.at), accepted);
}

#[tokio::test]
async fn what_keeps_it_from_starting_is_one_line_that_says_what_to_do() {
    let dir = folder();
    let data = dir.path().to_str().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (line, code) = complaint(&["--listen", &address, "--data", data]).await;
    assert!(line.contains(&address) && line.contains("--listen"), "{line}");
    assert_eq!(code, Some(1));

    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let (line, code) = complaint(&["--listen", "127.0.0.1:0", "--data", file.to_str().unwrap()]).await;
    assert!(line.contains(file.to_str().unwrap()) && line.contains("--data"), "{line}");
    assert_eq!(code, Some(1));

    for bad in [["--listen", "nowhere"], ["--log", "=="], ["--log-format", "xml"], ["--port", "80"]] {
        let (line, code) = complaint(&bad).await;
        assert!(line.contains(bad[0]) && line.contains("--help"), "{line}");
        assert_eq!(code, Some(2));
    }
}

#[tokio::test]
async fn two_of_them_never_share_a_data_folder() {
    let dir = folder();
    let (_child, _) = start_on(dir.path()).await;
    let (line, code) = complaint(&["--listen", "127.0.0.1:0", "--data", dir.path().to_str().unwrap()]).await;
    assert!(line.contains("another Parlor"), "{line}");
    assert_eq!(code, Some(1));
}

#[tokio::test]
async fn it_tells_its_version_and_its_flags() {
    let version = output_of(program(&["--version"])).await;
    assert_eq!(String::from_utf8(version.stdout).unwrap(), concat!("parlor ", env!("CARGO_PKG_VERSION"), "\n"));
    let help = output_of(program(&["--help"])).await;
    let text = String::from_utf8(help.stdout).unwrap();
    for flag in ["--listen", "--data", "--site", "--log", "--log-format", "PARLOR_LISTEN", "127.0.0.1:3000"] {
        assert!(text.contains(flag), "{flag}: {text}");
    }
    assert!(version.status.success() && help.status.success());
}

#[tokio::test]
async fn the_environment_says_what_the_command_line_does_not() {
    let dir = folder();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = program(&["--data", dir.path().to_str().unwrap()]);
    command.env("PARLOR_LISTEN", free.to_string()).env("PARLOR_DATA", "/dev/null");
    let (mut child, address) = start(command).await;
    assert_eq!(address, free);
    child.kill().await.unwrap();

    // As the build tool starts it during development.
    let mut command = program(&["--data", dir.path().to_str().unwrap()]);
    command.env("LEPTOS_SITE_ADDR", free.to_string());
    assert_eq!(start(command).await.1, free);
}

#[tokio::test]
async fn machines_get_a_log_of_one_json_object_a_line() {
    let dir = folder();
    let args = ["--listen", "127.0.0.1:0", "--log-format", "json", "--data", dir.path().to_str().unwrap()];
    let (mut child, _) = start(program(&args)).await;
    signal(&child, "TERM").await;
    let mut log = String::new();
    timeout(WITHIN, child.stderr.take().unwrap().read_to_string(&mut log)).await.expect("it ends").unwrap();
    assert!(log.contains("listening"), "{log}");
    assert!(log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok_and(|line| line.is_object())));
}
