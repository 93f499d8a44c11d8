use parlor::protocol::ClientFrame;

use crate::client::{Client, room_id};
use crate::running::Running;

#[tokio::test]
async fn counts_follow_joins_and_leaves_also_for_those_elsewhere() {
    let server = Running::start().await;
    let mut outside = Client::enter(server.address, "Outside").await;
    outside.listed("random", 0).await;
    let mut ada = Client::enter(server.address, "Ada").await;
    ada.join("random").await;
    outside.listed("random", 1).await;
    let mut bo = Client::enter(server.address, "Bo").await;
    bo.join("random").await;
    outside.listed("random", 2).await;
    ada.presence("random", 2).await;

    bo.say(&ClientFrame::Leave { room: room_id("random") }).await;
    outside.listed("random", 1).await;
    ada.presence("random", 1).await;
}

#[tokio::test]
async fn two_tabs_are_one_person_until_the_last_has_gone() {
    let server = Running::start().await;
    let mut watcher = Client::enter(server.address, "Watcher").await;
    let mut ada = Client::enter(server.address, "Ada").await;
    ada.join("help").await;
    let mut tab = Client::greet(server.address, ada.hello_again()).await;
    assert_eq!(tab.joined("help").await.room.online, 1);
    assert_eq!(tab.presence("help", 1).await.here, [ada.welcome.clone().unwrap().profile.user]);

    drop(ada);
    let mut bo = Client::enter(server.address, "Bo").await;
    assert_eq!(bo.join("help").await.room.online, 2);
    watcher.listed("help", 2).await;

    // Nobody says goodbye here; the grace time for a reload passes first.
    drop(tab);
    watcher.listed("help", 1).await;
    bo.presence("help", 1).await;
}

#[tokio::test]
async fn who_types_is_told() {
    let server = Running::start().await;
    let mut ada = Client::enter(server.address, "Ada").await;
    let mut bo = Client::enter(server.address, "Bo").await;
    ada.join("general").await;
    bo.join("general").await;
    ada.say(&ClientFrame::Typing { room: room_id("general") }).await;
    let typing = bo.expect("typing", |frame| match frame {
        parlor::protocol::ServerFrame::Typing(typing) => Some(typing.users),
        _ => None,
    });
    assert_eq!(typing.await, [ada.welcome.unwrap().profile.user]);
}
