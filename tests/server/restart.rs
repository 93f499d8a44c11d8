use parlor::protocol::{Access, ClientFrame, EntryKind, Hello, ServerFrame};

use crate::client::{Client, body_of, room_id};
use crate::running::Running;

#[tokio::test]
async fn after_a_restart_everyone_goes_on_where_they_were() {
    let server = Running::start().await;
    let mut ada = Client::enter(server.address, "Ada").await;
    ada.join("general").await;
    ada.join("book-club").await;
    let before = ada.tell("general", "m-1", "before").await;
    let hello = ada.hello_again();

    let server = server.restart().await;
    let cursors = [(room_id("general"), before.0 - 1), (room_id("book-club"), 0)].into();
    let mut ada = Client::greet(server.address, Hello { cursors, ..hello.clone() }).await;
    let welcome = ada.welcome.clone().unwrap();
    assert_eq!((welcome.token, Some(welcome.epoch)), (hello.token, hello.epoch));
    assert_eq!(welcome.member_of, [room_id("book-club"), room_id("general")]);

    // Rooms come in any order, each from its cursor on: a gap or a double would show here.
    let mut seqs = Vec::new();
    while seqs.len() < 3 {
        let entry = ada.entry().await;
        seqs.push((entry.room.to_string(), entry.seq));
    }
    seqs.sort();
    let expected = [("book-club", 1), ("book-club", 2), ("general", before.0)];
    assert_eq!(seqs, expected.map(|(room, seq)| (room.to_owned(), seq)));

    // What was said before is said for ever, and what is said now follows it.
    assert_eq!(ada.tell("general", "m-1", "again").await, before);
    assert_eq!(ada.tell("general", "m-2", "after").await.0, before.0 + 1);
    assert_eq!(body_of(&ada.entry().await), Some("after"));
}

#[tokio::test]
async fn rooms_and_history_outlive_the_server() {
    let server = Running::start().await;
    let mut ada = Client::enter(server.address, "Ada").await;
    ada.say(&ClientFrame::Create { name: "Book Club".into(), access: Access::Open, password: None }).await;
    ada.joined("book-club").await;
    ada.tell("book-club", "m-1", "kept").await;

    let server = server.restart().await;
    let mut bo = Client::enter(server.address, "Bo").await;
    bo.listed("book-club", 0).await;
    assert_eq!(bo.join("book-club").await.room.name, "Book Club");
    bo.say(&ClientFrame::History { room: room_id("book-club"), before: 4, limit: 9 }).await;
    let page = bo.expect("history", |frame| match frame {
        ServerFrame::History(page) => Some(page.entries),
        _ => None,
    });
    let page = page.await;
    assert_eq!(page[0].kind, EntryKind::Created { name: "Book Club".into(), access: Access::Open });
    assert_eq!(page[2].by.name, "Ada");
    assert_eq!(body_of(&page[2]), Some("kept"));
}

#[tokio::test]
async fn cursors_of_another_log_are_not_trusted() {
    let (one, other) = (Running::start().await, Running::start().await);
    let epoch = Client::enter(one.address, "Ada").await.hello_again().epoch;
    let mut ada = Client::enter(other.address, "Ada").await;
    ada.join("general").await;
    // The cursor would say that there is nothing new.
    let cursors = [(room_id("general"), 2)].into();
    let hello = Hello { epoch, cursors, ..ada.hello_again() };
    let mut ada = Client::greet(other.address, hello).await;
    assert_eq!(ada.joined("general").await.after, 0);
    assert_eq!(ada.entry().await.seq, 1);
}

#[tokio::test]
async fn a_server_that_stops_says_when_to_come_back() {
    let server = Running::start().await;
    let mut clients = Vec::new();
    for name in ["Ada", "Bo", "Cy"] {
        clients.push(Client::enter(server.address, name).await);
    }
    let mut nobody_yet = Client::connect(server.address).await;
    let stopping = tokio::spawn(server.stop());
    for client in &mut clients {
        let bye = client.expect("bye", |frame| if let ServerFrame::Bye(bye) = frame { Some(bye) } else { None }).await;
        assert_eq!(bye.code, 4000);
        assert!(bye.reconnect_after_ms.is_some_and(|ms| ms > 0));
        assert_eq!(client.end().await, (None, Some(4000)));
    }
    assert_eq!(nobody_yet.end().await, (Some(4000), Some(4000)));
    drop((clients, nobody_yet));
    stopping.await.unwrap();
}
