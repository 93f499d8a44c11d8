//! A login that ends takes its connections with it, however it ends.

use parlor::protocol::api::Account;
use parlor::protocol::{ClientFrame, ErrorCode, Hello};
use parlor::server::accounts::People;
use rusqlite::Connection;
use serde_json::json;

use crate::browser::Browser;
use crate::client::Client;
use crate::running::Running;

const PASSWORD: &str = "correct horse";
const SIGNED_OUT: (Option<u16>, Option<u16>) = (Some(4500), Some(4500));

#[tokio::test]
async fn signing_out_ends_this_browser_and_no_other() {
    let server = Running::start().await;
    let mut desk = Browser::enter_secured(server.address, "Ada", PASSWORD).await;
    let phone = Browser::sign_in(server.address, "Ada", PASSWORD).await;
    let (mut one, mut other, mut far) = (desk.open().await, desk.open().await, phone.open().await);
    let old = desk.clone();
    desk.post("sign-out", json!({})).await.ok();
    assert_eq!(one.end().await, SIGNED_OUT);
    assert_eq!(other.end().await, SIGNED_OUT);
    far.join("general").await;
    far.tell("general", "m-1", "still here").await;

    let mut stale = old.connect().await.unwrap();
    stale.say(&ClientFrame::Hello(Hello::default())).await;
    assert_eq!(stale.refusal().await.code, ErrorCode::SignInRequired);
}

#[tokio::test]
async fn signing_out_everywhere_ends_all() {
    let server = Running::start().await;
    let mut desk = Browser::enter_secured(server.address, "Ada", PASSWORD).await;
    let phone = Browser::sign_in(server.address, "Ada", PASSWORD).await;
    let mut program = Client::greet(server.address, {
        let mut asking = Browser::new(server.address);
        let ask = json!({ "name": "Ada", "password": PASSWORD, "token": true });
        let entered: parlor::protocol::api::Entered = asking.post("sign-in", ask).await.json();
        Hello { token: entered.token, ..Hello::default() }
    })
    .await;
    let (mut near, mut far) = (desk.open().await, phone.open().await);
    let mut other = Client::enter(server.address, "Bo").await;
    desk.post("sign-out", json!({ "everywhere": true })).await.ok();
    for connection in [&mut near, &mut far, &mut program] {
        assert_eq!(connection.end().await, SIGNED_OUT);
    }
    other.join("general").await;
}

#[tokio::test]
async fn signing_out_with_no_login_takes_the_cookie_away_too() {
    let server = Running::start().await;
    let mut browser = Browser { cookie: Some("0".repeat(64)), ..Browser::new(server.address) };
    browser.post("sign-out", json!({})).await.ok();
    assert_eq!(browser.cookie, None);
}

#[tokio::test]
async fn what_is_ended_in_the_database_from_outside_ends_within_moments() {
    let server = Running::start().await;
    let ada = Browser::enter(server.address, "Ada").await;
    let mut bo = Client::enter(server.address, "Bo").await;
    let mut tab = ada.open().await;
    let id = tab.welcome.clone().unwrap().profile.user.id;
    let db = Connection::open(server.dir().join("people.sqlite")).unwrap();
    db.execute("DELETE FROM logins WHERE user = ?", [id.as_str()]).unwrap();
    assert_eq!(tab.end().await, SIGNED_OUT);
    bo.join("general").await;
}

#[tokio::test]
async fn what_the_command_line_does_beside_a_running_server_counts_at_once() {
    let server = Running::start().await;
    let ada = Browser::enter_secured(server.address, "Ada", PASSWORD).await;
    let bo = Browser::enter(server.address, "Bo").await;
    let cy = Browser::enter(server.address, "Cy").await;
    let (mut reset, mut banned, mut raised) = (ada.open().await, bo.open().await, cy.open().await);
    let people = People::open(server.dir()).unwrap();
    let id = |name: &str| people.find_by_name(name).unwrap().unwrap().profile.user.id;
    let new = parlor::server::accounts::passwords::hash(&parlor::protocol::Password::parse("battery staple").unwrap());
    people.reset_password(&id("Ada"), &new).unwrap();
    people.set_banned(&id("bo"), true).unwrap();
    people.set_admin(&id("Cy"), true).unwrap();

    assert_eq!(reset.end().await, SIGNED_OUT);
    assert_eq!(banned.end().await, SIGNED_OUT);
    let told = raised.expect("profile", |frame| match frame {
        parlor::protocol::ServerFrame::Profile(profile) => Some(profile),
        _ => None,
    });
    assert!(told.await.admin);
    Browser::sign_in(server.address, "Ada", "battery staple").await;
}

#[tokio::test]
async fn a_login_that_nobody_uses_for_longer_than_a_cookie_lasts_is_none() {
    let server = Running::start().await;
    let mut ada = Browser::enter(server.address, "Ada").await;
    ada.get("/api/account").await.json::<Account>();
    let db = Connection::open(server.dir().join("people.sqlite")).unwrap();
    db.execute_batch("UPDATE logins SET seen_at = seen_at - 401 * 86400000").unwrap();
    assert_eq!(ada.get("/api/account").await.failure(), (401, ErrorCode::SignInRequired));
}
