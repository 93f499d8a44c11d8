use std::process::Stdio;

use parlor::protocol::{ClientFrame, Entry, EntryKind, RoomChange, Seq, ServerFrame};
use tokio::process::Command;

use crate::client::{Client, room_id};
use crate::program::{Server, admin, done, text};

async fn change(client: &mut Client, room: &str, change: RoomChange) {
    client.say(&ClientFrame::Change { room: room_id(room), change }).await;
    client.expect("changed", |frame| matches!(frame, ServerFrame::Changed(_)).then_some(())).await;
}

#[tokio::test]
async fn a_room_is_exported_as_the_protocol_has_it_with_and_without_a_server() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let mut ada = Client::enter(server.address, "Ada").await;
    ada.join("茶室").await;
    let mut seqs = Vec::new();
    for n in 0..15 {
        seqs.push(ada.tell("茶室", &format!("m-{n}"), "two\nlines, \"quotes\" and 👩‍🚀").await.0);
    }
    change(&mut ada, "茶室", RoomChange::DeleteMessage { seq: seqs[3] }).await;
    change(&mut ada, "茶室", RoomChange::Access { access: parlor::protocol::Access::Hidden, password: None }).await;
    let beside = done(dir.path(), &["export", "茶室"]).await;
    server.kill().await;
    let alone = done(dir.path(), &["export", "茶室"]).await;
    assert_eq!(beside.out, alone.out);
    let entries: Vec<Entry> = alone.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(entries.iter().map(|entry| entry.seq).eq(1..=19 as Seq), "{entries:?}");
    let erased: Vec<_> =
        entries.iter().filter(|it| matches!(it.kind, EntryKind::Erased { .. })).map(|it| it.seq).collect();
    assert_eq!(erased, [seqs[3]]);
    assert_eq!(alone.err, "19 entries of 茶室\n");

    let rooms = done(dir.path(), &["rooms", "--json"]).await.lines();
    let found = rooms.iter().find(|line| line["room"] == "茶室").unwrap();
    assert_eq!((&found["access"], &found["entries"]), (&"hidden".into(), &19.into()));
    assert_eq!(found["owners"], serde_json::json!(["Ada"]));
    let told = done(dir.path(), &["rooms"]).await.out;
    assert!(told.lines().count() == 4 && told.contains("茶室") && told.contains("hidden"), "{told}");
}

#[tokio::test]
async fn a_room_that_is_not_there_or_not_any_more_cannot_be_exported() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let mut ada = Client::enter(server.address, "Ada").await;
    ada.join("vault").await;
    ada.say(&ClientFrame::Change { room: room_id("vault"), change: RoomChange::Close }).await;
    ada.expect("left", |frame| matches!(frame, ServerFrame::Left(_)).then_some(())).await;
    for (room, why) in [("nowhere", "no room"), ("vault", "was deleted")] {
        let refused = admin(dir.path(), &["export", room]).await;
        assert!(refused.err.contains(why) && refused.out.is_empty() && refused.code == Some(1), "{refused:?}");
    }
    let told = done(dir.path(), &["rooms"]).await.out;
    assert!(told.lines().any(|line| line.starts_with("vault") && line.contains("deleted")), "{told}");
}

#[tokio::test]
async fn whoever_reads_only_the_beginning_gets_it_without_a_complaint() {
    let dir = tempfile::tempdir().unwrap();
    Server::start(dir.path()).await.kill().await;
    let line = format!("{} admin export general --data {} | true", env!("CARGO_BIN_EXE_parlor"), text(dir.path()));
    let output = Command::new("sh").args(["-c", &line]).stdin(Stdio::null()).output().await.unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && !err.contains("cannot"), "{err}");
}
