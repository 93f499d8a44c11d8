use parlor::protocol::{Access, ClientFrame, EntryKind, ServerFrame};

use crate::client::{Client, body_of, room_id};
use crate::running::Running;

#[tokio::test]
async fn two_people_join_a_room_and_talk() {
    let server = Running::start().await;
    let mut ada = Client::enter(server.address, "Ada").await;
    let mut bo = Client::enter(server.address, "Bo").await;
    ada.join("general").await;
    bo.join("general").await;

    let (seq, at) = ada.tell("general", "m-1", "Good morning").await;
    // Who sent it has it accepted first, and then sees it like everyone.
    let own = ada.entries_until("Good morning").await.pop().unwrap();
    assert_eq!((own.seq, own.at), (seq, at));
    assert_eq!(Some(&own.by), ada.welcome.as_ref().map(|welcome| &welcome.profile.user));
    assert_eq!(bo.entries_until("Good morning").await.pop(), Some(own));

    bo.tell("general", "m-1", "Good morning, Ada").await;
    let answer = ada.entries_until("Good morning, Ada").await.pop().unwrap();
    assert_eq!(answer.seq, seq + 1);
    assert_eq!(answer.by.name, "Bo");
}

#[tokio::test]
async fn a_room_is_made_by_its_name_and_by_a_link() {
    let server = Running::start().await;
    let mut ada = Client::enter(server.address, "Ada").await;
    let mut bo = Client::enter(server.address, "Bo").await;
    ada.say(&ClientFrame::Create { name: "Book  club".into(), access: Access::Open, password: None }).await;
    assert_eq!(ada.joined("book-club").await.room.name, "Book club");
    let created = EntryKind::Created { name: "Book club".into(), access: Access::Open };
    let kinds = [ada.entry().await.kind, ada.entry().await.kind];
    assert_eq!(kinds, [created, EntryKind::Joined { invite: None }]);
    assert_eq!(bo.join("book-club").await.room.online, 2);
    assert_eq!(bo.join("茶室").await.room.name, "茶室");
}

#[tokio::test]
async fn a_message_sent_twice_is_said_once() {
    let server = Running::start().await;
    let mut ada = Client::enter(server.address, "Ada").await;
    let mut bo = Client::enter(server.address, "Bo").await;
    ada.join("general").await;
    bo.join("general").await;
    let first = ada.tell("general", "m-1", "once").await;
    assert_eq!(ada.tell("general", "m-1", "again").await, first);
    let mut other_tab = Client::greet(server.address, ada.hello_again()).await;
    other_tab.joined("general").await;
    assert_eq!(other_tab.tell("general", "m-1", "and again").await, first);
    ada.tell("general", "m-2", "done").await;
    let bodies: Vec<_> = bo.entries_until("done").await.iter().filter_map(body_of).map(String::from).collect();
    assert_eq!(bodies, ["once", "done"]);
}

#[tokio::test]
async fn everyone_sees_the_same_order_without_holes() {
    let server = Running::start().await;
    let mut people = Vec::new();
    for name in ["Ada", "Bo", "Cy", "Di"] {
        let mut person = Client::enter(server.address, name).await;
        person.join("general").await;
        people.push(person);
    }
    for n in 0..15 {
        for (who, person) in people.iter_mut().enumerate() {
            person.send("general", &format!("m-{n}"), &format!("{who} says {n}")).await;
        }
    }
    let mut seen = Vec::new();
    for person in &mut people {
        let mut entries = Vec::new();
        while entries.iter().filter_map(body_of).count() < 4 * 15 {
            entries.push(person.entry().await);
        }
        assert!(entries.windows(2).all(|pair| pair[1].seq == pair[0].seq + 1));
        seen.push(entries.into_iter().filter(|entry| body_of(entry).is_some()).collect::<Vec<_>>());
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn history_goes_back_page_by_page_to_the_first_entry() {
    let server = Running::start().await;
    let mut ada = Client::enter(server.address, "Ada").await;
    ada.join("general").await;
    let mut before = 0;
    for n in 1..=12 {
        before = ada.tell("general", &format!("m-{n}"), "hi").await.0 + 1;
    }
    let mut seqs = Vec::new();
    loop {
        ada.say(&ClientFrame::History { room: room_id("general"), before, limit: 5 }).await;
        let page = ada.expect("history", |frame| match frame {
            ServerFrame::History(page) => Some(page),
            _ => None,
        });
        let page = page.await;
        assert!(page.entries.len() <= 5);
        seqs.splice(0..0, page.entries.iter().map(|entry| entry.seq));
        before = page.entries[0].seq;
        if !page.more {
            break;
        }
    }
    // The room was created, and Ada joined.
    assert_eq!(seqs, (1..=14).collect::<Vec<_>>());
}

/// More than the system's socket buffers hold, so that the server has to wait for the slow one.
#[tokio::test]
async fn a_client_that_does_not_read_holds_up_nobody_and_misses_nothing() {
    const SENDERS: usize = 30;
    const MESSAGES: usize = 20;
    let server = Running::start().await;
    let mut slow = Client::enter(server.address, "Slow").await;
    let after = slow.join("general").await.after;
    let mut quick = Client::enter(server.address, "Quick").await;
    quick.join("general").await;
    let long = "茶".repeat(4_000);
    for n in 0..SENDERS {
        let mut sender = Client::enter(server.address, &format!("Sender {n}")).await;
        sender.join("general").await;
        for m in 0..MESSAGES {
            sender.send("general", &format!("m-{m}"), &long).await;
        }
        for _ in 0..MESSAGES {
            quick.entries_until(&long).await;
        }
    }
    let last = quick.tell("general", "m-last", "last").await.0;
    let mut cursor = after;
    for entry in slow.entries_until("last").await {
        // On a busy machine, what is not acked in time comes again.
        assert!(entry.seq <= cursor + 1, "{} follows {cursor}", entry.seq);
        cursor = cursor.max(entry.seq);
    }
    assert_eq!(cursor, last);
}
