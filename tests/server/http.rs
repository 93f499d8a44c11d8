use std::fs;
use std::net::SocketAddr;

use parlor::protocol::ErrorCode;
use rusqlite::Connection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::browser::Browser;
use crate::client::Client;
use crate::running::Running;

/// The answer to a request, head and body.
async fn get(server: SocketAddr, path: &str, headers: &[&str]) -> String {
    let mut stream = TcpStream::connect(server).await.unwrap();
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let request = format!("GET {path} HTTP/1.1\r\nhost: parlor\r\nconnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap()
}

fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let head = answer.split("\r\n\r\n").next().unwrap();
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[tokio::test]
async fn a_server_that_can_serve_is_healthy() {
    let server = Running::start().await;
    let answer = get(server.address, "/healthz", &[]).await;
    assert_eq!(status(&answer), "200");
    assert!(answer.ends_with("\r\n\r\nok"), "{answer}");
}

#[tokio::test]
async fn a_server_that_cannot_store_says_so_and_recovers() {
    let server = Running::start().await;
    let mut ada = Client::enter(server.address, "Ada").await;
    ada.join("general").await;
    let db = Connection::open(server.dir().join("parlor.sqlite")).unwrap();
    db.execute_batch("CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(ROLLBACK, 'secret'); END")
        .unwrap();
    ada.send("general", "m-1", "hi").await;
    let refusal = ada.refusal().await;
    assert_eq!((refusal.code, refusal.retry_after_ms.is_some()), (ErrorCode::Unavailable, true));
    assert!(!refusal.message.contains("secret"), "{refusal:?}");
    let answer = get(server.address, "/healthz", &[]).await;
    assert_eq!(status(&answer), "503");
    assert!(!answer.contains("secret"), "{answer}");

    db.execute_batch("DROP TRIGGER full").unwrap();
    ada.tell("general", "m-1", "hi").await;
    assert_eq!(status(&get(server.address, "/healthz", &[]).await), "200");
}

#[tokio::test]
async fn a_page_comes_with_what_its_first_view_needs() {
    let server = Running::start().await;
    let zoe = Browser::enter(server.address, "Zoë").await;
    let cookie = format!("cookie: parlor_login={}", zoe.cookie.unwrap());
    for path in ["/", "/rooms/general", "/rooms/%E8%8C%B6%E5%AE%A4"] {
        let answer = get(server.address, path, &[&cookie]).await;
        assert_eq!(status(&answer), "200", "{path}");
        assert_eq!(header(&answer, "cache-control"), Some("private, no-cache"));
        assert!(answer.contains("<!DOCTYPE html>") && answer.contains("Zoë"), "{answer}");
        assert!(["General", "Help", "Random"].iter().all(|room| answer.contains(room)), "{answer}");
    }
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_a_page_with_status_404() {
    let server = Running::start().await;
    for path in ["/nowhere", "/rooms/No%20Room", "/rooms/a/b", "/pkg/gone.js", "/../Cargo.toml"] {
        let answer = get(server.address, path, &[]).await;
        assert_eq!(status(&answer), "404", "{path}");
        assert!(answer.contains("<!DOCTYPE html>"), "{answer}");
    }
}

#[tokio::test]
async fn a_web_file_is_sent_small_and_only_when_it_has_changed() {
    let server = Running::start().await;
    let pkg = server.dir().join("site/pkg");
    fs::create_dir_all(&pkg).unwrap();
    fs::write(pkg.join("parlor.js"), "plain").unwrap();
    fs::write(pkg.join("parlor.js.br"), "brotli").unwrap();

    let plain = get(server.address, "/pkg/parlor.js", &[]).await;
    assert!(status(&plain) == "200" && plain.ends_with("plain"), "{plain}");
    let small = get(server.address, "/pkg/parlor.js", &["accept-encoding: gzip, br"]).await;
    assert!(small.ends_with("brotli"), "{small}");
    assert_eq!(header(&small, "content-encoding"), Some("br"));
    assert_eq!(header(&small, "vary"), Some("accept-encoding"));
    assert_eq!(header(&small, "cache-control"), Some("no-cache"));

    let since = format!("if-modified-since: {}", header(&plain, "last-modified").unwrap());
    assert_eq!(status(&get(server.address, "/pkg/parlor.js", &[&since]).await), "304");
}
