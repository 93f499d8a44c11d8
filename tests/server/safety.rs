//! What keeps other sites, and those who ask too much, away.

use parlor::protocol::limits::ENTERS_BURST;
use parlor::protocol::{ClientFrame, ErrorCode, Hello};
use serde_json::json;

use crate::browser::Browser;
use crate::client::Client;
use crate::running::Running;

#[tokio::test]
async fn other_sites_can_neither_post_nor_connect() {
    let server = Running::start().await;
    let ada = Browser::enter(server.address, "Ada").await;
    let from = |origin: &str| Browser { headers: vec![format!("origin: {origin}")], ..ada.clone() };
    for origin in ["http://evil.example", "null", "http://127.0.0.1:1"] {
        let answer = from(origin).post("sign-out", json!({})).await;
        assert_eq!(answer.failure(), (403, ErrorCode::NotAllowed), "{origin}");
        assert_eq!(from(origin).connect().await.err(), Some(403), "{origin}");
        assert_eq!(from(origin).get("/").await.status, 200, "a link to here is no harm");
    }
    let own = from(&format!("http://{}", server.address));
    own.open().await;
    ada.open().await;
    own.clone().post("sign-out", json!({})).await.ok();
}

#[tokio::test]
async fn behind_a_proxy_its_host_is_the_own_one() {
    let server = Running::start_with(&["--behind-proxy"]).await;
    let proxied = ["x-forwarded-host: chat.example", "x-forwarded-proto: https", "origin: https://chat.example"];
    let mut ada = Browser::with(server.address, &proxied);
    ada.post("enter", json!({ "name": "Ada" })).await.ok();
    ada.open().await;
    ada.headers[2] = "origin: https://evil.example".into();
    assert_eq!(ada.connect().await.err(), Some(403));
}

#[tokio::test]
async fn the_cookie_is_kept_from_scripts_and_by_tls_from_the_network() {
    let server = Running::start_with(&["--behind-proxy"]).await;
    let plain = Browser::new(server.address).post("enter", json!({ "name": "Ada" })).await.ok();
    let cookie = plain.header("set-cookie").unwrap().to_owned();
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=34560000"), "{cookie}");
    let mut browser = Browser::with(server.address, &["x-forwarded-proto: https"]);
    let secure = browser.post("enter", json!({ "name": "Bo" })).await.ok();
    assert!(secure.header("set-cookie").unwrap().ends_with("; Secure"), "{secure:?}");
    let gone = browser.post("sign-out", json!({})).await.ok();
    assert!(gone.header("set-cookie").unwrap().contains("Max-Age=0; Secure"), "{gone:?}");

    let direct = Running::start().await;
    let answer =
        Browser::with(direct.address, &["x-forwarded-proto: https"]).post("enter", json!({ "name": "Cy" })).await;
    assert!(!answer.header("set-cookie").unwrap().contains("Secure"), "nobody else is believed");
}

#[tokio::test]
async fn no_script_runs_on_a_page_but_its_own() {
    let server = Running::start().await;
    let mut ada = Browser::enter(server.address, "<script>alert(1)</script>").await;
    for path in ["/", "/rooms/general", "/nowhere"] {
        let page = ada.get(path).await;
        let policy = page.header("content-security-policy").unwrap();
        assert!(!policy.contains("unsafe-inline") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(policy.contains(&format!("connect-src 'self' ws://{}", server.address)), "{policy}");
        let nonce = policy.split_once("'nonce-").unwrap().1.split_once('\'').unwrap().0;
        let scripts: Vec<_> = page.body.split("<script").skip(1).collect();
        assert!(!scripts.is_empty(), "{path}");
        for script in scripts {
            let tag = script.split_once('>').unwrap().0;
            assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "{path}: <script{tag}>");
        }
        for inline in [" style=\"", " onclick=", " onerror=", "<style", "javascript:"] {
            assert!(!page.body.contains(inline), "{path}: {inline}");
        }
        let again = ada.get(path).await;
        assert_ne!(again.header("content-security-policy"), Some(policy), "a nonce is used once");
    }
}

#[tokio::test]
async fn every_answer_is_closed_to_guesses_and_frames() {
    let server = Running::start().await;
    let mut browser = Browser::new(server.address);
    for path in ["/", "/healthz", "/api/account", "/api/nothing", "/nowhere", "/favicon.svg"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert!(answer.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"), "{path}");
    }
    let host = Browser::with(server.address, &["host: a;script-src *"]).get("/").await;
    if let Some(policy) = host.header("content-security-policy") {
        assert!(!policy.contains("script-src *"), "{policy}");
    }
    assert_eq!(browser.get("/api/nothing").await.status, 404);
    assert_eq!(browser.get("/api/account").await.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn one_address_lets_in_many_but_not_without_end() {
    let server = Running::start_with(&["--behind-proxy"]).await;
    let mut here = Browser::with(server.address, &["x-forwarded-for: 192.0.2.1"]);
    for n in 0..ENTERS_BURST {
        here.cookie = None;
        let body = if n % 50 == 0 { json!({ "name": format!("Guest {n}") }) } else { json!({ "name": "admin" }) };
        assert_ne!(here.post("enter", body).await.status, 429, "{n}");
    }
    let refused = |answer: &crate::browser::Answer| answer.failure() == (429, ErrorCode::RateLimited);
    // A burst takes a moment, in which the next may come.
    let mut tries = 0;
    let answer = loop {
        let answer = here.post("enter", json!({ "name": "admin" })).await;
        tries += 1;
        if refused(&answer) || tries > 100 {
            break answer;
        }
    };
    assert!(refused(&answer), "{answer:?}");
    assert!(answer.error().retry_after_ms.is_some() && answer.header("retry-after").is_some(), "{answer:?}");
    let mut program = Browser { cookie: None, ..here.clone() }.connect().await.unwrap();
    program.say(&ClientFrame::Hello(Hello { name: Some("Bot".into()), ..Hello::default() })).await;
    let refusal = program.refusal().await;
    assert_eq!((refusal.code, refusal.retry_after_ms.is_some()), (ErrorCode::RateLimited, true));
    Browser::with(server.address, &["x-forwarded-for: 192.0.2.2"]).post("enter", json!({ "name": "Zoe" })).await.ok();
}

#[tokio::test]
async fn one_address_has_so_many_connections_and_no_more() {
    let server = Running::start_with(&["--behind-proxy", "--connections-per-address", "3"]).await;
    let here = Browser::with(server.address, &["x-forwarded-for: 192.0.2.1"]);
    let mut held = Vec::new();
    for name in ["Ada", "Bo", "Cy"] {
        let mut client = here.connect().await.unwrap();
        client.say(&ClientFrame::Hello(Hello { name: Some(name.into()), ..Hello::default() })).await;
        client.await_welcome().await;
        held.push(client);
    }
    assert_eq!(here.connect().await.unwrap().end().await, (Some(4006), Some(4006)));
    Client::enter(server.address, "Di").await;
    held.pop();
    let mut client = here.connect().await.unwrap();
    loop {
        client.say(&ClientFrame::Hello(Hello { name: Some("Eve".into()), ..Hello::default() })).await;
        match client.next_frame().await {
            Ok(parlor::protocol::ServerFrame::Welcome(_)) => break,
            // The server has not heard yet that the other is gone.
            _ => client = here.connect().await.unwrap(),
        }
    }
}
