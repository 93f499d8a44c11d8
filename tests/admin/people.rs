use std::path::Path;

use parlor::protocol::{Password, ServerFrame};
use parlor::server::accounts::{People, passwords};

use crate::client::Client;
use crate::program::{Server, admin, admin_told, done};

fn fits(data: &Path, name: &str, password: &str) -> bool {
    let person = People::open(data).unwrap().find_by_name(name).unwrap().unwrap();
    let password = Password::parse(password).unwrap();
    person.password.is_some_and(|hash| passwords::verify(&password, &hash))
}

/// Whether the login of this person is still one.
async fn is_in(server: &Server, client: &Client) -> bool {
    let mut again = Client::connect(server.address).await;
    again.say(&parlor::protocol::ClientFrame::Hello(client.hello_again())).await;
    let look = |frame| match frame {
        ServerFrame::Welcome(_) => Some(true),
        ServerFrame::Error(_) | ServerFrame::Bye(_) => Some(false),
        _ => None,
    };
    again.expect("an answer", look).await
}

#[tokio::test]
async fn people_are_listed_and_found() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    for n in 0..120 {
        Client::enter(server.address, &format!("Guest {n:03}")).await;
    }
    let ada = Client::enter(server.address, "Ada").await;
    let names = |lines: Vec<serde_json::Value>| -> Vec<String> {
        lines.iter().map(|line| line["user"]["name"].as_str().unwrap().to_owned()).collect()
    };
    let all = names(done(dir.path(), &["people", "--json"]).await.lines());
    let expected: Vec<_> = ["Ada".into()].into_iter().chain((0..120).map(|n| format!("Guest {n:03}"))).collect();
    assert_eq!(all, expected);
    assert_eq!(names(done(dir.path(), &["people", "--json", "--find", "aD"]).await.lines()), ["Ada"]);
    let told = done(dir.path(), &["people", "--find", "ada"]).await.out;
    let id = ada.welcome.unwrap().profile.user.id;
    assert!(told.lines().count() == 1 && told.contains("guest") && told.starts_with(id.as_str()), "{told}");
    assert_eq!(done(dir.path(), &["people", "--find", "nobody"]).await.out, "");
}

#[tokio::test]
async fn a_new_password_ends_all_logins_of_the_person_and_of_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let (mut ada, bo) = (Client::enter(server.address, "Ada").await, Client::enter(server.address, "Bo").await);
    for bad in ["", "short\n"] {
        let refused = admin_told(dir.path(), &["reset-password", "Ada"], bad).await;
        assert!(refused.code == Some(1) && refused.err.contains("8 to 256 characters"), "{refused:?}");
    }
    assert!(is_in(&server, &ada).await);

    let said = admin_told(dir.path(), &["reset-password", "ada"], "correct horse\nand more\n").await;
    assert!(said.code == Some(0) && said.out.is_empty() && !said.err.contains("horse"), "{said:?}");
    assert_eq!(ada.end().await, (Some(4500), Some(4500)));
    assert!(fits(dir.path(), "Ada", "correct horse"));
    assert!(!is_in(&server, &ada).await && is_in(&server, &bo).await);

    let said = done(dir.path(), &["reset-password", "Ada", "--generate"]).await;
    let made = said.out.trim_end();
    assert!(made.len() >= 20 && !said.err.contains(made), "{said:?}");
    assert!(fits(dir.path(), "Ada", made) && !fits(dir.path(), "Ada", "correct horse"));
}

#[tokio::test]
async fn whoever_is_banned_is_out_at_once_until_they_are_let_in_again() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let mut ada = Client::enter(server.address, "Ada").await;
    done(dir.path(), &["ban", "Ada"]).await;
    assert_eq!(ada.end().await, (Some(4500), Some(4500)));
    assert!(!is_in(&server, &ada).await);
    let listed = done(dir.path(), &["people"]).await.out;
    assert!(listed.contains("banned"), "{listed}");
    let refused = admin(dir.path(), &["make-admin", "Ada"]).await;
    assert!(refused.code == Some(1) && refused.err.contains("kept out"), "{refused:?}");
    let id = ada.welcome.clone().unwrap().profile.user.id;
    done(dir.path(), &["unban", id.as_str()]).await;
    let listed = done(dir.path(), &["people", "--json"]).await.lines();
    assert_eq!(listed[0]["banned"], false);
}

#[tokio::test]
async fn whoever_is_made_an_administrator_hears_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let mut ada = Client::enter(server.address, "Ada").await;
    done(dir.path(), &["make-admin", "ada"]).await;
    let look = |frame| if let ServerFrame::Profile(profile) = frame { Some(profile) } else { None };
    assert!(ada.expect("a profile", look).await.admin);
    server.kill().await;
    assert!(done(dir.path(), &["people"]).await.out.contains("admin"));
}
