//! Whoever is taken out of a room gets nothing of it from then on, however their sockets and the talk of others race with it.

use std::net::SocketAddr;
use std::time::Duration;

use parlor::protocol::{ClientFrame, Hello, Left, LeftReason, RoomChange, Seq, ServerFrame};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::interval;

use crate::client::{Client, room_id};
use crate::running::Running;

const ROOM: &str = "tea";
/// As many as a person may send messages in a burst.
const ROUNDS: usize = 20;
/// Who talk before the removal and around it; as many talk after it.
const TALKERS: usize = 6;
/// A connection may say fifty things a second.
const HISTORY_EVERY: Duration = Duration::from_millis(25);

/// What a socket was sent of the room.
#[derive(Debug, Default)]
struct Seen {
    seqs: Vec<Seq>,
    left: Vec<Left>,
}

impl Seen {
    /// False for the answer to a ping.
    fn note(&mut self, frame: ServerFrame) -> bool {
        match frame {
            ServerFrame::Entry(entry) => self.seqs.push(entry.seq),
            ServerFrame::History(page) => self.seqs.extend(page.entries.iter().map(|entry| entry.seq)),
            ServerFrame::Left(left) => self.left.push(left),
            ServerFrame::Bye(bye) => panic!("{bye:?}"),
            ServerFrame::Pong => return false,
            _ => {}
        }
        true
    }

    /// Everything that the server has for the socket has come.
    async fn note_the_rest(&mut self, client: &mut Client) {
        client.say(&ClientFrame::Ping).await;
        while self.note(client.next_frame().await.expect("the connection lives")) {}
    }
}

/// Reads what comes.
async fn listen(mut client: Client, mut over: watch::Receiver<bool>) -> (Client, Seen) {
    let mut seen = Seen::default();
    loop {
        tokio::select! {
            frame = client.next_frame() => drop(seen.note(frame.expect("the connection lives"))),
            _ = over.wait_for(|over| *over) => break,
        }
    }
    seen.note_the_rest(&mut client).await;
    (client, seen)
}

/// Asks for the newest page again and again.
async fn look_back(mut client: Client, over: watch::Receiver<bool>) -> (Client, Seen) {
    let (mut seen, mut pace) = (Seen::default(), interval(HISTORY_EVERY));
    let mut rounds_left = 2;
    while rounds_left > 0 {
        pace.tick().await;
        rounds_left -= u32::from(*over.borrow());
        client.say(&ClientFrame::History { room: room_id(ROOM), before: 1 << 50, limit: 100 }).await;
        seen.note_the_rest(&mut client).await;
    }
    (client, seen)
}

/// Comes back again and again with a cursor of long ago.
async fn resume(server: SocketAddr, mut client: Client, over: watch::Receiver<bool>) -> (Client, Seen) {
    let (mut seen, mut visits_left) = (Seen::default(), 2);
    while visits_left > 0 {
        visits_left -= u32::from(*over.borrow());
        let cursors = [(room_id(ROOM), 1)].into();
        client = Client::greet(server, Hello { cursors, ..client.hello_again() }).await;
        seen.note_the_rest(&mut client).await;
    }
    (client, seen)
}

/// Each says one thing, all at once.
fn all_talk(talkers: Vec<Client>, round: usize) -> JoinSet<Client> {
    let talk = |mut talker: Client| async move {
        talker.tell(ROOM, &format!("m-{round}"), "Good morning").await;
        talker
    };
    talkers.into_iter().map(talk).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_room_reaches_any_socket_of_whoever_was_taken_out_of_it() {
    let server = Running::start().await;
    let mut ada = Client::enter(server.address, "Ada").await;
    ada.join(ROOM).await; // and so makes it hers
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for n in 0..2 * TALKERS {
        let mut talker = Client::enter(server.address, &format!("Talker {n}")).await;
        talker.join(ROOM).await;
        if n < TALKERS { before.push(talker) } else { after.push(talker) }
    }
    let mut bo = Client::enter(server.address, "Bo").await;
    let mut looking = Client::greet(server.address, bo.hello_again()).await;
    let mut coming = Client::greet(server.address, bo.hello_again()).await;
    let user = bo.welcome.as_ref().unwrap().profile.user.id.clone();
    // On a busy machine a socket may come too late to see anything before the removal.
    let mut told = [0; 3];
    for round in 0..ROUNDS {
        bo.join(ROOM).await;
        let (over, is_over) = watch::channel(false);
        let listening = tokio::spawn(listen(bo, is_over.clone()));
        let looking_back = tokio::spawn(look_back(looking, is_over.clone()));
        let resuming = tokio::spawn(resume(server.address, coming, is_over));
        let mut talking = all_talk(before, round);
        // The removal falls somewhere among their messages.
        before = Vec::new();
        for _ in 0..fastrand::usize(..TALKERS) {
            before.push(talking.join_next().await.unwrap().unwrap());
        }
        let change = RoomChange::Remove { user: user.clone() };
        ada.say(&ClientFrame::Change { room: room_id(ROOM), change }).await;
        let changed = |frame| if let ServerFrame::Changed(changed) = frame { Some(changed.seq) } else { None };
        let removal = ada.expect("changed", changed).await;
        before.extend(talking.join_all().await);
        after = all_talk(after, round).join_all().await;
        over.send_replace(true);

        let (heard, looked, resumed);
        (bo, heard) = listening.await.unwrap();
        (looking, looked) = looking_back.await.unwrap();
        (coming, resumed) = resuming.await.unwrap();
        for (seen, rounds) in [&heard, &looked, &resumed].into_iter().zip(&mut told) {
            let too_much: Vec<_> = seen.seqs.iter().filter(|seq| **seq > removal).collect();
            assert!(too_much.is_empty(), "round {round}: {too_much:?} came after the removal at {removal}");
            *rounds += usize::from(!seen.seqs.is_empty());
        }
        let reason = |left: &Left| (left.reason, left.by.as_ref().map(|by| by.name.clone()));
        let why: Vec<_> = heard.left.iter().map(reason).collect();
        assert_eq!(why, [(Some(LeftReason::Removed), Some("Ada".to_owned()))]);
    }
    assert!(told.iter().all(|rounds| *rounds > 0), "a socket that was never told anything proves nothing: {told:?}");
}
