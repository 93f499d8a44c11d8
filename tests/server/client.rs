use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use parlor::protocol::{
    ClientFrame, Entry, EntryKind, Hello, Joined, MessageId, Presence, Refusal, RoomId, SUBPROTOCOL, Seq, ServerFrame,
    Welcome, decode_server, encode,
};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// What the server gets to answer. It takes milliseconds, but the machine may be busy.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// Entries that a client acks at once. Fewer wait a while whether more come.
const ACK_EVERY_ENTRIES: usize = 32;
const ACK_AFTER: Duration = Duration::from_millis(200);

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A client that says what a test wants, and reads what comes in its order. It acks entries as it reads them.
pub struct Client {
    socket: Socket,
    pub welcome: Option<Welcome>,
    pub acks: bool,
    unacked: usize,
    acked_at: Instant,
    cursors: BTreeMap<RoomId, Seq>,
}

impl Client {
    /// Opens a connection and says nothing yet.
    pub async fn connect(server: SocketAddr) -> Self {
        let uri = format!("ws://{server}/ws").parse().unwrap();
        let request = ClientRequestBuilder::new(uri).with_sub_protocol(SUBPROTOCOL);
        let (socket, _) = connect_async(request).await.unwrap();
        Self::over(socket)
    }

    pub fn over(socket: Socket) -> Self {
        Self { socket, welcome: None, acks: true, unacked: 0, acked_at: Instant::now(), cursors: BTreeMap::new() }
    }

    /// Somebody new.
    pub async fn enter(server: SocketAddr, name: &str) -> Self {
        Self::greet(server, Hello { name: Some(name.into()), ..Hello::default() }).await
    }

    pub async fn greet(server: SocketAddr, hello: Hello) -> Self {
        let mut client = Self::connect(server).await;
        client.say(&ClientFrame::Hello(hello)).await;
        client.await_welcome().await;
        client
    }

    pub async fn await_welcome(&mut self) {
        let welcome = self.expect("welcome", |frame| match frame {
            ServerFrame::Welcome(welcome) => Some(welcome),
            _ => None,
        });
        self.welcome = Some(welcome.await);
    }

    /// Another connection of the same person, as of another tab.
    pub fn hello_again(&self) -> Hello {
        let welcome = self.welcome.clone().unwrap();
        Hello { token: welcome.token, epoch: Some(welcome.epoch), ..Hello::default() }
    }

    pub async fn say(&mut self, frame: &ClientFrame) {
        self.write(Message::text(encode(frame))).await;
    }

    pub async fn write(&mut self, message: Message) {
        self.try_write(message).await.unwrap();
    }

    pub async fn try_write(&mut self, message: Message) -> Result<(), Error> {
        timeout(ANSWER_WITHIN, self.socket.send(message)).await.expect("the server takes it")
    }

    /// Reads on until a frame is what is looked for.
    pub async fn expect<T>(&mut self, what: &str, mut look: impl FnMut(ServerFrame) -> Option<T>) -> T {
        let mut passed = Vec::new();
        let search = async {
            loop {
                let frame = self.next_frame().await.unwrap_or_else(|end| panic!("{what} was due, but came {end:?}"));
                passed.push(format!("{frame:?}"));
                if let Some(found) = look(frame) {
                    return found;
                }
            }
        };
        let found = timeout(ANSWER_WITHIN, search).await;
        found.unwrap_or_else(|_| panic!("{what} was due, but came only:\n{}", passed.join("\n")))
    }

    pub async fn join(&mut self, room: &str) -> Joined {
        self.say(&join(room)).await;
        self.joined(room).await
    }

    pub async fn joined(&mut self, room: &str) -> Joined {
        self.expect("joined", |frame| match frame {
            ServerFrame::Joined(joined) if joined.room.id == room_id(room) => Some(joined),
            _ => None,
        })
        .await
    }

    pub async fn send(&mut self, room: &str, id: &str, body: &str) {
        let id = MessageId::parse(id).unwrap();
        self.say(&ClientFrame::Send { room: room_id(room), id, body: body.into() }).await;
    }

    /// Sends a message and waits until it is in the log. Says where, and since when.
    pub async fn tell(&mut self, room: &str, id: &str, body: &str) -> (Seq, u64) {
        self.send(room, id, body).await;
        self.expect("accepted", |frame| match frame {
            ServerFrame::Accepted { id: accepted, seq, at, .. } if accepted.as_str() == id => Some((seq, at)),
            _ => None,
        })
        .await
    }

    pub async fn entry(&mut self) -> Entry {
        self.expect("an entry", |frame| if let ServerFrame::Entry(entry) = frame { Some(entry) } else { None }).await
    }

    /// Entries up to and with the message of this body.
    pub async fn entries_until(&mut self, body: &str) -> Vec<Entry> {
        let mut entries = vec![self.entry().await];
        while body_of(entries.last().unwrap()) != Some(body) {
            entries.push(self.entry().await);
        }
        entries
    }

    pub async fn presence(&mut self, room: &str, online: u32) -> Presence {
        self.expect(&format!("{online} online in {room}"), |frame| match frame {
            ServerFrame::Presence(presence) if presence.room == room_id(room) && presence.online == online => {
                Some(presence)
            }
            _ => None,
        })
        .await
    }

    /// Waits until the room list has this count.
    pub async fn listed(&mut self, room: &str, online: u32) {
        self.expect(&format!("{room} listed with {online}"), |frame| match frame {
            ServerFrame::Rooms(list) => {
                list.rooms.iter().any(|line| line.id == room_id(room) && line.online == online).then_some(())
            }
            _ => None,
        })
        .await;
    }

    pub async fn refusal(&mut self) -> Refusal {
        self.expect("an error", |frame| if let ServerFrame::Error(refusal) = frame { Some(refusal) } else { None })
            .await
    }

    /// Reads until the connection ends. Says the code of `bye`, if it came, and of the close frame.
    pub async fn end(&mut self) -> (Option<u16>, Option<u16>) {
        let mut bye = None;
        let reading = async {
            loop {
                match self.next_frame().await {
                    Ok(ServerFrame::Bye(said)) => bye = Some(said.code),
                    Ok(_) => {}
                    Err(code) => return code,
                }
            }
        };
        let code = timeout(ANSWER_WITHIN, reading).await.expect("the server closes");
        (bye, code)
    }

    /// The next frame, or the code that the connection was closed with.
    pub async fn next_frame(&mut self) -> Result<ServerFrame, Option<u16>> {
        loop {
            let is_due = self.unacked > 0 && self.acked_at.elapsed() >= ACK_AFTER;
            if is_due || self.unacked >= ACK_EVERY_ENTRIES {
                self.ack().await;
            }
            // Waiting for the next one can be given up without losing it.
            let next = match timeout(ACK_AFTER, self.socket.next()).await {
                Ok(next) => next,
                Err(_) if self.unacked > 0 => {
                    self.ack().await;
                    continue;
                }
                Err(_) => self.socket.next().await,
            };
            match next {
                Some(Ok(Message::Text(text))) => {
                    let frame = decode_server(&text).expect("a frame of this protocol");
                    self.note(&frame);
                    return Ok(frame);
                }
                Some(Ok(Message::Close(close))) => return Err(close.map(|close| close.code.into())),
                Some(Ok(_)) => {}
                None | Some(Err(_)) => return Err(None),
            }
        }
    }
}

impl Client {
    fn note(&mut self, frame: &ServerFrame) {
        if let ServerFrame::Entry(entry) = frame
            && self.acks
        {
            self.unacked += 1;
            self.cursors.insert(entry.room.clone(), entry.seq);
        }
    }

    async fn ack(&mut self) {
        self.unacked = 0;
        self.acked_at = Instant::now();
        let frame = ClientFrame::Ack { cursors: self.cursors.clone() };
        // A server that has gone is noticed by what is read.
        let _ = self.socket.send(Message::text(encode(&frame))).await;
    }
}

pub fn room_id(room: &str) -> RoomId {
    RoomId::parse(room).unwrap()
}

pub fn join(room: &str) -> ClientFrame {
    ClientFrame::Join { room: room_id(room), since: None, password: None, invite: None }
}

pub fn body_of(entry: &Entry) -> Option<&str> {
    if let EntryKind::Message { body, .. } = &entry.kind { Some(body) } else { None }
}
