use std::net::SocketAddr;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use parlor::protocol::SUBPROTOCOL;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// As browsers close what has no close frame (RFC 6455, section 7.4.1).
const ABNORMAL: u16 = 1006;

#[derive(Debug)]
pub enum SocketEvent {
    Opened,
    Text(String),
    Closed(u16),
}

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A socket as a browser gives it to a page: it takes everything at once, and says what comes of it later.
pub struct Socket {
    outgoing: UnboundedSender<String>,
    task: JoinHandle<()>,
}

impl Socket {
    /// Its events come with its number, so that those of a socket that was dropped can be told from those of the next.
    pub fn open(server: SocketAddr, number: u64, events: UnboundedSender<(u64, SocketEvent)>) -> Self {
        let (outgoing, queue) = unbounded_channel();
        let task = tokio::spawn(async move {
            let tell = |event| drop(events.send((number, event)));
            let uri = format!("ws://{server}/ws").parse().unwrap();
            let request = ClientRequestBuilder::new(uri).with_sub_protocol(SUBPROTOCOL);
            let Ok((stream, _)) = connect_async(request).await else { return tell(SocketEvent::Closed(ABNORMAL)) };
            tell(SocketEvent::Opened);
            let (sink, stream) = stream.split();
            let code = tokio::select! {
                code = read(stream, &tell) => code,
                () = write(sink, queue) => ABNORMAL,
            };
            tell(SocketEvent::Closed(code));
        });
        Self { outgoing, task }
    }

    pub fn send(&self, text: String) {
        let _ = self.outgoing.send(text);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read(mut stream: SplitStream<Stream>, tell: &impl Fn(SocketEvent)) -> u16 {
    loop {
        match stream.next().await {
            Some(Ok(Message::Text(text))) => tell(SocketEvent::Text(text.to_string())),
            Some(Ok(Message::Close(close))) => return close.map_or(ABNORMAL, |close| close.code.into()),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return ABNORMAL,
        }
    }
}

/// Returns when nothing more can be written.
async fn write(mut sink: SplitSink<Stream, Message>, mut queue: UnboundedReceiver<String>) {
    while let Some(text) = queue.recv().await {
        if sink.send(Message::text(text)).await.is_err() {
            return;
        }
    }
}
