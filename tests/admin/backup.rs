use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parlor::protocol::{Entry, EntryKind, Epoch, Hello, Seq};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::client::{Client, room_id};
use crate::program::{Server, admin, done, text};

/// Who write at once, as guests one after another, so that nobody writes faster than people may.
const WRITERS: usize = 8;
const GUESTS: usize = 20;
const MESSAGES: usize = 18;
/// Messages that are in the log before the backup begins.
const BEFORE: usize = 300;
const WITHIN: Duration = Duration::from_secs(120);

/// A message that the server has accepted.
#[derive(Debug, Clone)]
struct Accepted {
    seq: Seq,
    id: String,
}

async fn write(server: SocketAddr, writer: usize, accepted: watch::Sender<Vec<Accepted>>, stop: Arc<AtomicBool>) {
    for guest in 0..GUESTS {
        let mut client = Client::enter(server, &format!("Writer {writer} {guest}")).await;
        client.join("general").await;
        for n in 0..MESSAGES {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let id = format!("m-{writer}-{guest}-{n}");
            let (seq, _) = client.tell("general", &id, &format!("what {id} says")).await;
            accepted.send_modify(|all| all.push(Accepted { seq, id }));
        }
    }
}

async fn entries(data: &Path) -> Vec<Entry> {
    let said = done(data, &["export", "general"]).await;
    let entries: Vec<Entry> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(entries.iter().map(|entry| entry.seq).eq(1..=entries.len() as Seq), "dense and in order");
    assert_eq!(said.err, format!("{} entries of general\n", entries.len()));
    entries
}

/// Comes back with what it knows from before, and is told of another epoch.
async fn comes_back(server: SocketAddr, hello: Hello, old: &Epoch) {
    let mut client = Client::greet(server, hello).await;
    let welcome = client.welcome.clone().unwrap();
    assert_ne!(welcome.epoch, *old);
    assert!(welcome.member_of.contains(&room_id("general")), "and is still who they were");
    let joined = client.joined("general").await;
    assert!(joined.head > 1, "{joined:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_made_while_everybody_writes_holds_all_that_was_accepted_before_it_began() {
    let dir = tempfile::tempdir().unwrap();
    let [data, backup, fresh] = ["data", "backup", "fresh"].map(|name| dir.path().join(name));
    let server = Server::start(&data).await;
    let mut ada = Client::enter(server.address, "Ada").await;
    ada.join("general").await;

    let (accepted, mut watched) = watch::channel(Vec::new());
    let stop = Arc::new(AtomicBool::new(false));
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(write(server.address, writer, accepted.clone(), stop.clone()));
    }
    let enough = watched.wait_for(|all| all.len() >= BEFORE);
    let before = timeout(WITHIN, enough).await.expect("they write").unwrap().clone();
    let said = done(&data, &["backup", text(&backup)]).await;
    let after = watched.borrow().len();
    assert!(after > before.len(), "they wrote on meanwhile: {said:?}");
    stop.store(true, Ordering::Relaxed);
    while let Some(ended) = writers.join_next().await {
        ended.unwrap();
    }
    let cursor = watched.borrow().iter().map(|accepted| accepted.seq).max().unwrap();
    let cursors = [(room_id("general"), cursor)].into();
    let hello = Hello { cursors, ..ada.hello_again() };
    let epoch = ada.welcome.clone().unwrap().epoch;
    // So that it leaves the folder as it was at the backup, but for what was written since.
    server.kill().await;

    done(&fresh, &["restore", text(&backup)]).await;
    let kept = entries(&fresh).await;
    for Accepted { seq, id } in &before {
        let is_it = |entry: &&Entry| entry.message_id().is_some_and(|message| message.as_str() == id);
        let found: Vec<_> = kept.iter().filter(is_it).collect();
        let said = |entry: &Entry| matches!(&entry.kind, EntryKind::Message { body, .. } if *body == format!("what {id} says"));
        assert!(found.len() == 1 && found[0].seq == *seq && said(found[0]), "{id} at {seq}: {found:?}");
    }
    let server = Server::start(&fresh).await;
    comes_back(server.address, hello.clone(), &epoch).await;
    server.kill().await;

    let said = done(&data, &["restore", text(&backup), "--replace"]).await;
    assert!(said.out.contains("replaced-"), "{said:?}");
    let server = Server::start(&data).await;
    comes_back(server.address, hello, &epoch).await;
    assert_eq!(entries(&data).await.len(), kept.len());
}

#[tokio::test]
async fn what_is_replaced_is_moved_aside_and_nothing_is_replaced_unasked() {
    let dir = tempfile::tempdir().unwrap();
    let [data, backup] = ["data", "backup"].map(|name| dir.path().join(name));
    let server = Server::start(&data).await;
    let refused = admin(&data, &["restore", text(&backup)]).await;
    assert!(refused.err.contains("there is no backup") && refused.code == Some(1), "{refused:?}");
    done(&data, &["backup", text(&backup)]).await;
    let refused = admin(&data, &["backup", text(&backup)]).await;
    assert!(refused.err.contains("is there already") && refused.code == Some(1), "{refused:?}");
    let refused = admin(&data, &["restore", text(&backup), "--replace"]).await;
    assert!(refused.err.contains("another Parlor uses the data folder") && refused.code == Some(1), "{refused:?}");
    let mut ada = Client::enter(server.address, "Ada").await;
    ada.join("general").await;
    server.kill().await;
    let refused = admin(&data, &["restore", text(&backup)]).await;
    assert!(refused.err.contains("--replace moves it aside") && refused.code == Some(1), "{refused:?}");
    assert_eq!(entries(&data).await.len(), 2);

    done(&data, &["restore", text(&backup), "--replace"]).await;
    assert_eq!(entries(&data).await.len(), 1);
    let inside = |path: &Path| {
        let mut names: Vec<_> =
            fs::read_dir(path).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let names = inside(&data);
    assert!(names.len() == 4 && names[3].starts_with("replaced-"), "{names:?}");
    assert_eq!(names[..3], ["parlor.lock", "parlor.sqlite", "people.sqlite"]);
    assert_eq!(entries(&data.join(&names[3])).await.len(), 2);
    assert_eq!(inside(&backup), ["parlor.sqlite", "people.sqlite"]);
}

#[tokio::test]
async fn a_backup_that_is_not_sound_is_refused_and_what_is_there_stays() {
    let dir = tempfile::tempdir().unwrap();
    let [data, backup] = ["data", "backup"].map(|name| dir.path().join(name));
    Server::start(&data).await.kill().await;
    done(&data, &["backup", text(&backup)]).await;
    let path = backup.join("parlor.sqlite");
    let mut bytes = fs::read(&path).unwrap();
    bytes[4_096..].fill(0xff);
    fs::write(&path, bytes).unwrap();
    let refused = admin(&data, &["restore", text(&backup), "--replace"]).await;
    assert!(refused.code == Some(1) && refused.err.lines().count() == 1, "{refused:?}");
    assert_eq!(entries(&data).await.len(), 1);
    assert!(!data.join("parlor.sqlite.restoring").exists());

    fs::copy(&path, data.join("parlor.sqlite")).unwrap();
    let again = dir.path().join("again");
    let refused = admin(&data, &["backup", text(&again)]).await;
    assert!(refused.code == Some(1) && refused.err.lines().count() == 1, "{refused:?}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left of it");
}
