//! Administrators, and who may come in.

use parlor::protocol::api::{AdminPerson, Administration, PeoplePage, SignUp};
use parlor::protocol::{ClientFrame, ErrorCode, Hello, Profile, RoomChange, ServerFrame};
use serde_json::json;

use crate::browser::Browser;
use crate::client::{Client, room_id};
use crate::running::Running;

const PASSWORD: &str = "correct horse";

fn claim_code(server: &Running) -> String {
    server.claim_link.as_ref().unwrap().split_once("#claim=").unwrap().1.into()
}

/// The first administrator.
async fn administrator(server: &Running) -> Browser {
    let mut root = Browser::enter_secured(server.address, "Root", PASSWORD).await;
    root.post("admin/claim", json!({ "code": claim_code(server) })).await.ok();
    root
}

async fn set_sign_up(admin: &mut Browser, sign_up: &str) {
    admin.post("admin/sign-up", json!({ "sign_up": sign_up })).await.ok();
}

async fn code_of_hello(server: &Running, name: &str) -> ErrorCode {
    let mut client = Client::connect(server.address).await;
    client.say(&ClientFrame::Hello(Hello { name: Some(name.into()), ..Hello::default() })).await;
    client.refusal().await.code
}

#[tokio::test]
async fn the_code_makes_one_administrator_and_no_second() {
    let server = Running::start().await;
    let code = claim_code(&server);
    assert!(server.claim_link.as_ref().unwrap().starts_with(&format!("http://{}/admin#claim=", server.address)));
    let mut ada = Browser::enter(server.address, "Ada").await;
    let mut tab = ada.open().await;
    let mut stranger = Browser::new(server.address);
    assert_eq!(stranger.post("admin/claim", json!({ "code": code })).await.failure(), (401, ErrorCode::SignInRequired));
    let wrong = json!({ "code": "0".repeat(48) });
    assert_eq!(ada.post("admin/claim", wrong).await.failure(), (403, ErrorCode::NotAllowed));
    assert!(ada.post("admin/claim", json!({ "code": code })).await.json::<Profile>().admin);
    let told = tab.expect("profile", |frame| if let ServerFrame::Profile(me) = frame { Some(me) } else { None });
    assert!(told.await.admin);

    let mut bo = Browser::enter(server.address, "Bo").await;
    assert_eq!(bo.post("admin/claim", json!({ "code": code })).await.failure(), (403, ErrorCode::NotAllowed));
    let server = server.restart().await;
    assert_eq!(server.claim_link, None, "there is an administrator");
}

#[tokio::test]
async fn what_administrators_may_nobody_else_may() {
    let server = Running::start().await;
    let mut root = administrator(&server).await;
    let bo = Browser::enter(server.address, "Bo").await;
    let id = bo.open().await.welcome.unwrap().profile.user.id;
    let posts = [
        ("admin/person", json!({ "user": id.as_str(), "admin": true })),
        ("admin/close-room", json!({ "room": "random" })),
        ("admin/sign-up", json!({ "sign_up": "password" })),
    ];
    for (mut who, failure) in
        [(Browser::new(server.address), (401, ErrorCode::SignInRequired)), (bo, (403, ErrorCode::NotAllowed))]
    {
        for path in ["/api/admin", "/api/admin/people"] {
            assert_eq!(who.get(path).await.failure(), failure, "{path}");
        }
        for (route, body) in &posts {
            assert_eq!(who.post(route, body.clone()).await.failure(), failure, "{route}");
        }
    }
    for (route, body) in &posts {
        root.post(route, body.clone()).await.ok();
    }
    let seen: Administration = root.get("/api/admin").await.json();
    assert_eq!((seen.sign_up, seen.people_count), (SignUp::Password, 2));
    assert!(seen.rooms.iter().any(|room| room.summary.id == room_id("general")));
}

#[tokio::test]
async fn a_room_that_an_administrator_closes_is_closed() {
    let server = Running::start().await;
    let mut root = administrator(&server).await;
    let mut bo = Client::enter(server.address, "Bo").await;
    bo.join("random").await;
    root.post("admin/close-room", json!({ "room": "random" })).await.ok();
    let left = bo.expect("left", |frame| if let ServerFrame::Left(left) = frame { Some(left) } else { None }).await;
    assert_eq!(left.room, room_id("random"));
    assert_eq!(root.post("admin/close-room", json!({ "room": "nowhere" })).await.status, 404);
}

#[tokio::test]
async fn whoever_is_banned_is_out_until_let_in_again() {
    let server = Running::start().await;
    let mut root = administrator(&server).await;
    let mut bo = Browser::enter_secured(server.address, "Bo", PASSWORD).await;
    let mut tab = bo.open().await;
    let id = tab.welcome.clone().unwrap().profile.user.id;
    let person: AdminPerson = root.post("admin/person", json!({ "user": id.as_str(), "banned": true })).await.json();
    assert!(person.banned);
    assert_eq!(tab.end().await, (Some(4500), Some(4500)));
    assert_eq!(bo.get("/api/account").await.status, 401);
    let sign_in = json!({ "name": "Bo", "password": PASSWORD });
    let answer = Browser::new(server.address).post("sign-in", sign_in).await;
    assert_eq!(answer.failure(), (403, ErrorCode::Banned));
    root.post("admin/person", json!({ "user": id.as_str(), "banned": false })).await.ok();
    Browser::sign_in(server.address, "Bo", PASSWORD).await;
}

#[tokio::test]
async fn there_is_always_an_administrator_left() {
    let server = Running::start().await;
    let mut root = administrator(&server).await;
    let id = root.open().await.welcome.unwrap().profile.user.id;
    for change in [json!({ "user": id.as_str(), "banned": true }), json!({ "user": id.as_str(), "admin": false })] {
        assert_eq!(root.post("admin/person", change).await.failure(), (403, ErrorCode::NotAllowed));
    }
    let nobody = json!({ "user": "nobody", "banned": true });
    assert_eq!(root.post("admin/person", nobody).await.failure(), (404, ErrorCode::NoSuchPerson));
}

#[tokio::test]
async fn people_are_found_by_a_part_of_their_name_a_page_at_a_time() {
    let server = Running::start().await;
    let mut root = administrator(&server).await;
    for n in 0..120 {
        Client::enter(server.address, &format!("Guest {n:03}")).await;
    }
    let page: PeoplePage = root.get("/api/admin/people").await.json();
    assert_eq!((page.people.len(), page.more), (100, true));
    assert_eq!(page.people[0].profile.user.name, "Guest 000");
    let after = page.people.last().unwrap().profile.user.name.replace(' ', "%20");
    let rest: PeoplePage = root.get(&format!("/api/admin/people?after={after}")).await.json();
    assert_eq!((rest.people.len(), rest.more), (21, false));
    assert_eq!(rest.people.last().unwrap().profile.user.name, "Root");
    let found: PeoplePage = root.get("/api/admin/people?find=ROO").await.json();
    assert_eq!(found.people.iter().map(|person| person.profile.user.name.as_str()).collect::<Vec<_>>(), ["Root"]);
}

#[tokio::test]
async fn where_newcomers_need_a_password_nobody_is_a_guest() {
    let server = Running::start().await;
    let mut root = administrator(&server).await;
    set_sign_up(&mut root, "password").await;
    let answer = Browser::new(server.address).post("enter", json!({ "name": "Bo" })).await;
    assert_eq!(answer.failure(), (403, ErrorCode::GuestsClosed));
    assert_eq!(code_of_hello(&server, "Bo").await, ErrorCode::GuestsClosed);
    Browser::enter_secured(server.address, "Bo", PASSWORD).await;
    set_sign_up(&mut root, "open").await;
    Client::enter(server.address, "Cy").await;
}

#[tokio::test]
async fn where_newcomers_need_a_link_only_a_valid_one_lets_them_in() {
    let server = Running::start().await;
    let mut root = administrator(&server).await;
    let mut ada = Client::enter(server.address, "Ada").await;
    ada.say(&ClientFrame::Create { name: "Den".into(), access: Default::default(), password: None }).await;
    ada.joined("den").await;
    let change = RoomChange::Invite { expires_in_s: None, uses: None };
    ada.say(&ClientFrame::Change { room: room_id("den"), change }).await;
    let code =
        ada.expect("changed", |frame| if let ServerFrame::Changed(done) = frame { done.code } else { None }).await;
    set_sign_up(&mut root, "invite").await;

    let mut bo = Browser::new(server.address);
    assert_eq!(bo.post("enter", json!({ "name": "Bo" })).await.failure(), (403, ErrorCode::SignUpClosed));
    assert_eq!(code_of_hello(&server, "Bo").await, ErrorCode::SignUpClosed);
    let with = |room: &str, code: &str| json!({ "name": "Bo", "invite": { "room": room, "code": code } });
    for invite in [with("general", code.as_str()), with("den", &"0".repeat(40))] {
        assert_eq!(bo.post("enter", invite).await.failure(), (403, ErrorCode::BadInvite));
    }
    bo.post("enter", with("den", code.as_str())).await.ok();
    bo.open().await;
}
