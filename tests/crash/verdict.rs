use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use parlor::protocol::{
    ClientFrame, Entry, EntryKind, Hello, MessageId, RoomId, SUBPROTOCOL, ServerFrame, UserId, decode_server, encode,
};
use rusqlite::Connection;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::client::Written;
use crate::record::Record;

pub type Log = BTreeMap<RoomId, Vec<Entry>>;
/// A connection may say fifty things a second.
const PAGE_EVERY: Duration = Duration::from_millis(50);

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

/// All rooms from the newest entry back to the first, page by page, as somebody new reads them.
pub async fn read_over_the_wire(server: SocketAddr, rooms: &[RoomId]) -> Log {
    let request = ClientRequestBuilder::new(format!("ws://{server}/ws").parse().unwrap());
    let (mut socket, _) = connect_async(request.with_sub_protocol(SUBPROTOCOL)).await.unwrap();
    let hello = ClientFrame::Hello(Hello { name: Some("Auditor".into()), ..Hello::default() });
    ask(&mut socket, &hello, |frame| matches!(frame, ServerFrame::Welcome(_)).then_some(())).await;
    let mut log = Log::new();
    for room in rooms {
        let join = ClientFrame::Join { room: room.clone(), since: None, password: None, invite: None };
        let joined = |frame| if let ServerFrame::Joined(joined) = frame { Some(joined.head) } else { None };
        let head = ask(&mut socket, &join, joined).await;
        let ack = encode(&ClientFrame::Ack { cursors: [(room.clone(), head)].into() });
        let mut before = head + 1;
        let mut entries = Vec::new();
        while before > 1 {
            sleep(PAGE_EVERY).await;
            socket.send(Message::text(ack.clone())).await.unwrap();
            let history = ClientFrame::History { room: room.clone(), before, limit: 100 };
            let page = |frame| if let ServerFrame::History(page) = frame { Some(page) } else { None };
            let page = ask(&mut socket, &history, page).await;
            before = page.entries.first().expect("a page of history").seq;
            assert_eq!(page.more, before > 1);
            entries.splice(0..0, page.entries);
        }
        log.insert(room.clone(), entries);
    }
    log
}

async fn ask<T>(socket: &mut Socket, frame: &ClientFrame, look: impl Fn(ServerFrame) -> Option<T>) -> T {
    socket.send(Message::text(encode(frame))).await.unwrap();
    loop {
        let Message::Text(text) = socket.next().await.unwrap().unwrap() else { continue };
        if let Some(found) = look(decode_server(&text).unwrap()) {
            return found;
        }
    }
}

/// Compares the log with all that was promised, and with what people wrote.
pub fn judge(log: &Log, written: &[Written], record: &Record) {
    for (room, entries) in log {
        let seqs = entries.iter().map(|entry| entry.seq);
        assert!(seqs.eq(1..=entries.len() as u64), "{room} has holes or doubles");
        assert!(entries.iter().all(|entry| entry.room == *room));
    }
    for ((room, seq), seen) in &record.entries {
        let Some(entry) = log[room].get(*seq as usize - 1) else { panic!("{seen:?} is gone") };
        assert_eq!(entry, seen, "an entry has changed");
    }
    let mut said = messages(log);
    for Written { by, messages } in written {
        let mut last = BTreeMap::new();
        for message in messages {
            let entry = said.remove(&(by.clone(), message.id.clone())).unwrap_or_else(|| panic!("{message:?} is lost"));
            let kind = EntryKind::Message { id: message.id.clone(), body: message.body.clone(), mentions: vec![] };
            assert_eq!((&entry.room, &entry.kind), (&message.room, &kind));
            let place = &record.accepted[&message.id];
            assert_eq!((&entry.room, entry.seq, entry.at), (&place.room, place.seq, place.at), "accepted elsewhere");
            let before = last.insert(message.room.clone(), entry.seq);
            assert!(before < Some(entry.seq), "{by:?} wrote {message:?} after what is at {before:?}");
        }
    }
    assert!(said.is_empty(), "nobody wrote {said:?}");
}

/// Each message by who wrote it and its id.
fn messages(log: &Log) -> BTreeMap<(UserId, MessageId), &Entry> {
    let mut said = BTreeMap::new();
    for entry in log.values().flatten() {
        if let EntryKind::Message { id, .. } = &entry.kind {
            let double = said.insert((entry.by.id.clone(), id.clone()), entry);
            assert_eq!(double, None, "said twice");
        }
    }
    said
}

/// What a file says that the last server left behind when it was killed.
pub fn compare_with_disk(dir: &Path, log: &Log) {
    let db = Connection::open(dir.join("parlor.sqlite")).unwrap();
    let verdict: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    for (room, entries) in log {
        let sql = "SELECT seq, at, by_id, by_name, kind FROM entries
                   WHERE room = (SELECT number FROM rooms WHERE id = ?) ORDER BY seq";
        let mut select = db.prepare(sql).unwrap();
        let mut rows = select.query([room.as_str()]).unwrap();
        let mut on_disk = entries.iter();
        while let Some(row) = rows.next().unwrap() {
            let entry = on_disk.next().unwrap_or_else(|| panic!("{room} has more on disk than it told"));
            let numbers = (row.get::<_, i64>(0).unwrap() as u64, row.get::<_, i64>(1).unwrap() as u64);
            let texts = [2, 3, 4].map(|column| row.get::<_, String>(column).unwrap());
            assert_eq!(numbers, (entry.seq, entry.at));
            let by = &entry.by;
            assert_eq!(texts, [by.id.to_string(), by.name.clone(), serde_json::to_string(&entry.kind).unwrap()]);
        }
        assert_eq!(on_disk.next(), None, "not on disk");
        let mut select = db.prepare("SELECT user FROM members JOIN rooms ON room = number WHERE id = ?").unwrap();
        let members = select.query_map([room.as_str()], |row| row.get::<_, String>(0)).unwrap();
        assert_eq!(members.collect::<Result<BTreeSet<_>, _>>().unwrap(), members_by(entries));
    }
}

/// Whoever joined and did not leave.
fn members_by(entries: &[Entry]) -> BTreeSet<String> {
    let mut members = BTreeSet::new();
    for entry in entries {
        let user = entry.by.id.to_string();
        match entry.kind {
            EntryKind::Joined { .. } => members.insert(user),
            EntryKind::Left => members.remove(&user),
            _ => continue,
        };
    }
    members
}
