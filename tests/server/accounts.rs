//! Who is who: names, ways in, devices.

use std::time::Duration;

use parlor::protocol::api::{Account, Entered};
use parlor::protocol::{ClientFrame, ErrorCode, Hello, Profile, ServerFrame};
use rusqlite::Connection;
use serde_json::json;
use tokio::time::timeout;

use crate::browser::Browser;
use crate::client::Client;
use crate::running::Running;

const PASSWORD: &str = "correct horse";

async fn code_of_hello(server: &Running, hello: Hello) -> ErrorCode {
    let mut client = Client::connect(server.address).await;
    client.say(&ClientFrame::Hello(hello)).await;
    client.refusal().await.code
}

fn named(name: &str) -> Hello {
    Hello { name: Some(name.into()), ..Hello::default() }
}

#[tokio::test]
async fn a_name_in_use_is_taken_and_so_is_what_looks_like_it() {
    let server = Running::start().await;
    let mut ada = Browser::enter(server.address, "Ada").await;
    let _bo = Client::enter(server.address, "Bo").await;
    for name in ["Ada", " ADA ", "\u{410}da", "A d a", "Bo", "B0", "admin", "Parl\u{43e}r"] {
        let answer = Browser::new(server.address).post("enter", json!({ "name": name })).await;
        assert_eq!(answer.failure(), (409, ErrorCode::NameTaken), "{name}");
        assert_eq!(code_of_hello(&server, named(name)).await, ErrorCode::NameTaken, "{name}");
    }
    for name in ["Ana", "Anna", "Adam", "李", "季"] {
        Browser::enter(server.address, name).await;
    }
    assert_eq!(ada.post("name", json!({ "name": "Anna" })).await.failure(), (409, ErrorCode::NameTaken));
    let answer = ada.post("name", json!({ "name": "ADA" })).await;
    assert_eq!(answer.json::<Profile>().user.name, "ADA", "one's own name is free for oneself");
}

#[tokio::test]
async fn a_name_that_is_none_is_refused_and_nothing_of_it_repeated() {
    let server = Running::start().await;
    for name in ["", " \t", "ev\u{202e}il", "\u{3164}", "\u{2800}"] {
        let answer = Browser::new(server.address).post("enter", json!({ "name": name })).await;
        assert_eq!(answer.failure(), (400, ErrorCode::BadName), "{name:?}");
    }
    for (body, code) in [
        ("", ErrorCode::BadJson),
        ("{", ErrorCode::BadJson),
        ("[]", ErrorCode::BadFrame),
        ("{}", ErrorCode::BadFrame),
        (r#"{"name":{"secret":1}}"#, ErrorCode::BadFrame),
        (r#"{"name":"Ada","password":"short"}"#, ErrorCode::BadPassword),
    ] {
        let answer = Browser::new(server.address).request("POST", "/api/enter", body).await;
        assert_eq!(answer.failure(), (400, code), "{body}");
        assert!(!answer.body.contains("secret"), "{answer:?}");
    }
    let big = format!(r#"{{"name":"{}"}}"#, "x".repeat(16 * 1024));
    let answer = Browser::new(server.address).request("POST", "/api/enter", &big).await;
    assert_eq!(answer.failure(), (400, ErrorCode::BadFrame));
    Browser::enter(server.address, "Ada").await;
}

#[tokio::test]
async fn the_name_of_a_guest_who_stays_away_goes_to_whoever_wants_it() {
    let server = Running::start().await;
    let mut old = Browser::enter(server.address, "Ada").await;
    let secured = Browser::enter_secured(server.address, "Bo", PASSWORD).await;
    let tab = old.open().await;
    let id = tab.welcome.clone().unwrap().profile.user.id;
    drop(tab);
    // That the tab was seen is written down by and by; what is asked for after it is written after it.
    old.post("name", json!({ "name": "Ada" })).await.ok();
    let db = Connection::open(server.dir().join("people.sqlite")).unwrap();
    db.execute_batch("UPDATE logins SET seen_at = seen_at - 31 * 86400000").unwrap();

    let answer = Browser::new(server.address).post("enter", json!({ "name": "Bo" })).await;
    assert_eq!(answer.failure(), (409, ErrorCode::NameTaken), "a password keeps a name for good");
    assert!(secured.cookie.is_some());
    let new = Browser::enter(server.address, "Ada").await;
    let welcome = new.open().await.welcome.unwrap();
    assert_ne!(welcome.profile.user.id, id);
    let account: Account = old.get("/api/account").await.json();
    assert_eq!((account.profile.user.id, account.profile.user.name.as_str()), (id, "Ada 2"));
}

#[tokio::test]
async fn who_signs_out_as_a_guest_leaves_the_name_free() {
    let server = Running::start().await;
    let mut ada = Browser::enter(server.address, "Ada").await;
    ada.post("sign-out", json!({})).await.ok();
    assert_eq!(ada.cookie, None);
    Browser::enter(server.address, "Ada").await;
}

#[tokio::test]
async fn whoever_enters_again_is_signed_out_first() {
    let server = Running::start().await;
    let mut ada = Browser::enter(server.address, "Ada").await;
    let mut tab = ada.open().await;
    let old = ada.clone();
    let answer = ada.post("enter", json!({ "name": "Ada" })).await;
    let entered: Entered = answer.json();
    assert_ne!(Some(entered.profile.user.id), tab.welcome.clone().map(|welcome| welcome.profile.user.id));
    assert_eq!(tab.end().await, (Some(4500), Some(4500)));
    let mut stale = old.connect().await.unwrap();
    stale.say(&ClientFrame::Hello(Hello::default())).await;
    assert_eq!(stale.refusal().await.code, ErrorCode::SignInRequired);
    ada.open().await;
}

#[tokio::test]
async fn a_browser_is_known_by_its_cookie_and_told_no_secret() {
    let server = Running::start().await;
    let mut ada = Browser::enter(server.address, "Ada").await;
    let welcome = ada.open().await.welcome.unwrap();
    assert_eq!((welcome.profile.user.name.as_str(), welcome.token), ("Ada", None));
    let account: Account = ada.get("/api/account").await.json();
    assert_eq!(account.profile, welcome.profile);
    let page = ada.get("/").await;
    assert!(page.body.contains("Ada"), "{}", page.body);
    let token = ada.cookie.clone().unwrap();
    assert!(!page.body.contains(&token));
    let refreshed = page.header("set-cookie").unwrap();
    assert!(refreshed.starts_with(&format!("parlor_login={token};")), "it lasts on");

    let stranger = Browser::new(server.address).get("/").await;
    assert!(!stranger.body.contains("Ada") && stranger.header("set-cookie").is_none());
    assert_eq!(Browser::new(server.address).get("/api/account").await.failure(), (401, ErrorCode::SignInRequired));
    assert_eq!(code_of_hello(&server, Hello::default()).await, ErrorCode::SignInRequired);
}

#[tokio::test]
async fn a_program_is_known_by_its_token() {
    let server = Running::start().await;
    let mut entering = Browser::new(server.address);
    let entered: Entered = entering.post("enter", json!({ "name": "Bot", "token": true })).await.json();
    assert_eq!(entering.cookie, None);
    let token = entered.token.unwrap();
    let welcome = Client::greet(server.address, Hello { token: Some(token.clone()), ..Hello::default() }).await.welcome;
    assert_eq!(welcome.unwrap().profile, entered.profile);
    let bearer = format!("authorization: Bearer {}", token.as_str());
    let account: Account = Browser::with(server.address, &[&bearer]).get("/api/account").await.json();
    assert_eq!(account.profile, entered.profile);

    let guest = Client::enter(server.address, "Guest").await;
    let again = Client::greet(server.address, guest.hello_again()).await;
    assert_eq!(guest.welcome.unwrap().profile, again.welcome.unwrap().profile);
    let unknown = Hello { token: parlor::protocol::Token::parse(&"0".repeat(64)).ok(), ..Hello::default() };
    assert_eq!(code_of_hello(&server, unknown).await, ErrorCode::SignInRequired);
}

#[tokio::test]
async fn who_has_a_password_signs_in_elsewhere_and_sees_all_devices() {
    let server = Running::start().await;
    let mut ada = Browser::with(server.address, &["user-agent: Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"]);
    ada.post("enter", json!({ "name": "Ada" })).await.ok();
    let answer = Browser::new(server.address).post("sign-in", json!({ "name": "Ada", "password": PASSWORD })).await;
    assert_eq!(answer.failure(), (401, ErrorCode::WrongPassword), "a guest has no password");

    let mut tab = ada.open().await;
    assert!(ada.post("password", json!({ "new": PASSWORD })).await.json::<Profile>().secured);
    let told = tab.expect("profile", |frame| if let ServerFrame::Profile(me) = frame { Some(me) } else { None }).await;
    assert!(told.secured);
    let mut phone = Browser::sign_in(server.address, " ada", PASSWORD).await;
    let account: Account = phone.get("/api/account").await.json();
    assert_eq!(account.profile, told);
    assert_eq!(account.devices.iter().filter(|device| device.current).count(), 1);
    let desk = account.devices.iter().find(|device| !device.current).unwrap();
    assert_eq!(desk.label, "Firefox on Linux");

    let device = desk.id.as_str();
    phone.post("devices/end", json!({ "device": device })).await.ok();
    assert_eq!(tab.end().await, (Some(4500), Some(4500)));
    assert_eq!(ada.get("/api/account").await.status, 401);
    assert_eq!(phone.get("/api/account").await.json::<Account>().devices.len(), 1);
}

#[tokio::test]
async fn nobody_ends_the_devices_of_others() {
    let server = Running::start().await;
    let mut ada = Browser::enter(server.address, "Ada").await;
    let device = ada.get("/api/account").await.json::<Account>().devices[0].id.clone();
    let mut bo = Browser::enter(server.address, "Bo").await;
    bo.post("devices/end", json!({ "device": device.as_str() })).await.ok();
    assert_eq!(ada.get("/api/account").await.status, 200);
}

#[tokio::test]
async fn a_password_is_changed_only_by_who_knows_the_old_one() {
    let server = Running::start().await;
    let mut ada = Browser::enter_secured(server.address, "Ada", PASSWORD).await;
    let new = "battery staple";
    for body in [json!({ "new": new }), json!({ "old": "something", "new": new })] {
        assert_eq!(ada.post("password", body).await.failure(), (401, ErrorCode::WrongPassword));
    }
    let short = json!({ "old": PASSWORD, "new": "short" });
    assert_eq!(ada.post("password", short).await.failure(), (400, ErrorCode::BadPassword));
    ada.post("password", json!({ "old": PASSWORD, "new": new })).await.ok();
    Browser::sign_in(server.address, "Ada", new).await;
    let answer = Browser::new(server.address).post("sign-in", json!({ "name": "Ada", "password": PASSWORD })).await;
    assert_eq!(answer.failure(), (401, ErrorCode::WrongPassword));
}

#[tokio::test]
async fn wrong_passwords_cost_more_and_more_time_for_the_name_and_for_the_address() {
    let server = Running::start_with(&["--behind-proxy"]).await;
    let from = |address: &str| Browser::with(server.address, &[&format!("x-forwarded-for: {address}")]);
    Browser::enter_secured(server.address, "Ada", PASSWORD).await;
    Browser::enter_secured(server.address, "Bo", PASSWORD).await;
    let wrong = json!({ "name": "Ada", "password": "a wrong one" });
    for n in 1..=4 {
        let answer = from(&format!("192.0.2.{n}")).post("sign-in", wrong.clone()).await;
        assert_eq!(answer.failure(), (401, ErrorCode::WrongPassword));
        assert_eq!(answer.error().retry_after_ms, (n == 4).then_some(2_000));
    }
    let right = |name: &str| json!({ "name": name, "password": PASSWORD });
    let answer = from("192.0.2.9").post("sign-in", right("Ada")).await;
    assert_eq!(answer.failure(), (429, ErrorCode::RateLimited), "not even the right one is looked at");
    assert!(answer.error().retry_after_ms.is_some_and(|ms| (1..=2_000).contains(&ms)));
    from("192.0.2.9").post("sign-in", right("Bo")).await.ok();

    for name in ["One", "Two", "Three", "Four"] {
        let nobody = json!({ "name": name, "password": "a wrong one" });
        let answer = from("198.51.100.1").post("sign-in", nobody).await;
        assert_eq!(answer.failure(), (401, ErrorCode::WrongPassword), "nobody is told who exists");
    }
    let answer = from("198.51.100.1").post("sign-in", right("Bo")).await;
    assert_eq!(answer.failure(), (429, ErrorCode::RateLimited));
    from("198.51.100.2").post("sign-in", right("Bo")).await.ok();
}

#[tokio::test]
async fn a_deleted_account_is_gone_and_its_id_never_comes_back() {
    let server = Running::start().await;
    let mut ada = Browser::enter_secured(server.address, "Ada", PASSWORD).await;
    let mut tab = ada.open().await;
    let id = tab.welcome.clone().unwrap().profile.user.id;
    tab.join("general").await;
    assert_eq!(ada.post("account/delete", json!({})).await.failure(), (401, ErrorCode::WrongPassword));
    ada.post("account/delete", json!({ "password": PASSWORD })).await.ok();
    assert_eq!(tab.end().await, (Some(4500), Some(4500)));
    assert_eq!(ada.cookie, None);
    let answer = Browser::new(server.address).post("sign-in", json!({ "name": "Ada", "password": PASSWORD })).await;
    assert_eq!(answer.failure(), (401, ErrorCode::WrongPassword));

    let mut heir = Browser::enter(server.address, "Ada").await.open().await;
    assert_ne!(heir.welcome.clone().unwrap().profile.user.id, id);
    let joined = heir.join("general").await;
    assert_eq!(joined.room.members, 1, "the old Ada has left");
    let db = Connection::open(server.dir().join("people.sqlite")).unwrap();
    let rest = "SELECT name || COALESCE(lower_key, '') || COALESCE(password, '') FROM people WHERE user = ?";
    let rest: String = db.query_row(rest, [id.as_str()], |row| row.get(0)).unwrap();
    assert_eq!(rest, "");
}

#[tokio::test]
async fn logins_outlast_a_restart() {
    let server = Running::start().await;
    let ada = Browser::enter(server.address, "Ada").await;
    let program = Client::enter(server.address, "Bot").await.hello_again();
    let server = server.restart().await;
    let mut again = Browser { cookie: ada.cookie.clone(), ..Browser::new(server.address) };
    assert_eq!(again.get("/api/account").await.json::<Account>().profile.user.name, "Ada");
    assert_eq!(Client::greet(server.address, program).await.welcome.unwrap().profile.user.name, "Bot");
}

#[tokio::test]
async fn who_cannot_be_looked_up_just_now_is_told_to_come_again_and_not_to_sign_in() {
    let server = Running::start().await;
    let mut ada = Browser::enter(server.address, "Ada").await;
    let db = Connection::open(server.dir().join("people.sqlite")).unwrap();
    db.execute_batch("ALTER TABLE logins RENAME TO secret_logins").unwrap();
    let mut tab = ada.connect().await.unwrap();
    tab.say(&ClientFrame::Hello(Hello::default())).await;
    let refusal = tab.refusal().await;
    assert_eq!((refusal.code, refusal.retry_after_ms.is_some()), (ErrorCode::Unavailable, true));
    let answer = ada.get("/api/account").await;
    assert_eq!(answer.failure(), (503, ErrorCode::Unavailable));
    for answer in [answer, ada.get("/healthz").await, ada.get("/").await] {
        assert_eq!(answer.status, 503);
        assert!(!answer.body.contains("secret"), "{answer:?}");
    }
    db.execute_batch("ALTER TABLE secret_logins RENAME TO logins").unwrap();
    tab.say(&ClientFrame::Hello(Hello::default())).await;
    tab.await_welcome().await;
    until_healthy(&server).await;
}

#[tokio::test]
async fn who_cannot_be_written_down_just_now_is_told_to_come_again() {
    let server = Running::start().await;
    let ada = Browser::enter_secured(server.address, "Ada", PASSWORD).await;
    let db = Connection::open(server.dir().join("people.sqlite")).unwrap();
    db.execute_batch(
        "CREATE TRIGGER full BEFORE INSERT ON people BEGIN SELECT RAISE(ROLLBACK, 'secret'); END;
         CREATE TRIGGER full_too BEFORE UPDATE ON settings BEGIN SELECT RAISE(ROLLBACK, 'secret'); END;
         CREATE TRIGGER full_also BEFORE INSERT ON settings BEGIN SELECT RAISE(ROLLBACK, 'secret'); END;",
    )
    .unwrap();
    let mut bo = Browser::new(server.address);
    let answer = bo.post("enter", json!({ "name": "Bo" })).await;
    assert_eq!(answer.failure(), (503, ErrorCode::Unavailable));
    assert!(answer.error().retry_after_ms.is_some() && !answer.body.contains("secret"), "{answer:?}");
    assert_eq!(code_of_hello(&server, named("Bo")).await, ErrorCode::Unavailable);
    assert_eq!(bo.get("/healthz").await.status, 503);
    ada.open().await;
    db.execute_batch("DROP TRIGGER full; DROP TRIGGER full_too; DROP TRIGGER full_also").unwrap();
    until_healthy(&server).await;
    bo.post("enter", json!({ "name": "Bo" })).await.ok();
}

async fn until_healthy(server: &Running) {
    let healthy = async { while Browser::new(server.address).get("/healthz").await.status != 200 {} };
    timeout(Duration::from_secs(20), healthy).await.expect("it recovers");
}
