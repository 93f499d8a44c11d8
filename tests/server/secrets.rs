//! Secrets are nowhere but with those whose they are.

use std::fs;
use std::process::Stdio;

use parlor::protocol::api::Entered;
use parlor::protocol::{Access, ClientFrame, Hello, Password, RoomChange, ServerFrame};
use serde_json::json;
use tokio::io::AsyncReadExt;

use crate::browser::Browser;
use crate::client::{Client, room_id};
use crate::process::{folder, program, signal, start};
use crate::running::Running;

const PASSWORD: &str = "correct-horse-battery";
const WRONG: &str = "wrong-horse-battery";
const ROOM_PASSWORD: &str = "open-sesame-please";

#[tokio::test]
async fn the_database_holds_no_secret() {
    let server = Running::start().await;
    let ada = Browser::enter_secured(server.address, "Ada", PASSWORD).await;
    let token = Client::enter(server.address, "Bo").await.welcome.unwrap().token.unwrap();
    let cookie = ada.cookie.clone().unwrap();
    let dir = server.stop().await;
    for file in fs::read_dir(dir.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        for secret in [PASSWORD, &cookie, token.as_str()] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
        }
    }
    let people = dir.path().join("people.sqlite");
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(people).unwrap().permissions());
    assert_eq!(mode & 0o077, 0, "nobody else on the machine reads it");
}

/// Everything in which a secret goes over the wire.
async fn scenario(address: std::net::SocketAddr) -> Vec<String> {
    let mut ada = Browser::enter_secured(address, "Ada", PASSWORD).await;
    let mut asking = Browser::new(address);
    let wrong = json!({ "name": "Ada", "password": WRONG });
    assert_eq!(asking.post("sign-in", wrong).await.status, 401);
    let right = json!({ "name": "Ada", "password": PASSWORD, "token": true });
    let entered: Entered = asking.post("sign-in", right).await.json();
    let token = entered.token.unwrap();
    let mut program = Client::greet(address, Hello { token: Some(token.clone()), ..Hello::default() }).await;
    let guest = Client::enter(address, "Bo").await;
    let guest_token = guest.welcome.unwrap().token.unwrap();
    let password = Password::parse(ROOM_PASSWORD).ok();
    program.say(&ClientFrame::Create { name: "Cave".into(), access: Access::Password, password }).await;
    program.joined("cave").await;
    let change = RoomChange::Invite { expires_in_s: None, uses: None };
    program.say(&ClientFrame::Change { room: room_id("cave"), change }).await;
    let code =
        program.expect("changed", |frame| if let ServerFrame::Changed(it) = frame { it.code } else { None }).await;
    let mut tab = ada.open().await;
    tab.say(&ClientFrame::Join { room: room_id("cave"), since: None, password: None, invite: Some(code.clone()) })
        .await;
    tab.joined("cave").await;
    let bad = format!(r#"{{"name":"Cy","password":["{WRONG}"]}}"#);
    assert_eq!(Browser::new(address).request("POST", "/api/enter", &bad).await.status, 400);
    let cookie = ada.cookie.clone().unwrap();
    ada.get("/").await;
    ada.post("sign-out", json!({ "everywhere": true })).await.ok();
    let (token, guest_token, code) = (token.as_str(), guest_token.as_str(), code.as_str());
    [PASSWORD, WRONG, ROOM_PASSWORD, &cookie, token, guest_token, code].map(Into::into).into()
}

#[tokio::test]
async fn no_log_however_talkative_tells_a_secret() {
    let dir = folder();
    let mut command = program(&["--listen", "127.0.0.1:0", "--data", dir.path().to_str().unwrap(), "--log", "trace"]);
    command.stderr(Stdio::from(fs::File::create(dir.path().join("log")).unwrap()));
    let (mut child, address) = start(command).await;
    let secrets = scenario(address).await;
    signal(&child, "TERM").await;
    let mut said = String::new();
    child.stdout.as_mut().unwrap().read_to_string(&mut said).await.unwrap();
    child.wait().await.unwrap();
    let logged = fs::read_to_string(dir.path().join("log")).unwrap();
    assert!(logged.contains("DEBUG"), "it is talkative: {logged}");
    for secret in &secrets {
        assert!(!said.contains(secret.as_str()), "{said}");
        let line = logged.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "tells {secret}");
    }
    assert!(!logged.contains("$argon2id$"), "nor a hash");
}
