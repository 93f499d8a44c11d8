use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use parlor::protocol::{SUBPROTOCOL, decode_server, encode};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::client::{Client, Habit, Written};
use crate::record::Phase;

const TICK: Duration = Duration::from_millis(25);
const KNOCK_AGAIN_AFTER: Duration = Duration::from_millis(20);
const CONNECT_WITHIN: Duration = Duration::from_secs(8);
/// A server that says nothing for so long has stopped serving.
const SAY_SOMETHING_WITHIN: Duration = Duration::from_secs(30);
/// What a slow client takes for one frame, and the size of its buffer.
const SLOW_READ: Duration = Duration::from_millis(4);
const SLOW_BUFFER_BYTES: u32 = 2_048;

type Socket = WebSocketStream<TcpStream>;

/// Comes back to every new life of the server, until the client is done.
pub async fn again_and_again(mut client: Client) -> Written {
    loop {
        match timeout(CONNECT_WITHIN, connect(client.shared.address, client.habit)).await {
            Ok(Ok(socket)) => {
                // The server was killed, unless this says that the client is done.
                let _ = visit(&mut client, socket).await;
                if client.is_done() {
                    return client.into_written();
                }
            }
            // There is no server now, or it was killed in the middle of the handshake.
            Ok(Err(_)) | Err(_) => sleep(KNOCK_AGAIN_AFTER).await,
        }
    }
}

async fn connect(server: SocketAddr, habit: Habit) -> Result<Socket, Error> {
    let socket = TcpSocket::new_v4()?;
    if habit == Habit::Slow {
        socket.set_recv_buffer_size(SLOW_BUFFER_BYTES)?;
    }
    let stream = socket.connect(server).await?;
    stream.set_nodelay(true)?;
    let request = ClientRequestBuilder::new(format!("ws://{server}/ws").parse().unwrap());
    Ok(client_async(request.with_sub_protocol(SUBPROTOCOL), stream).await?.0)
}

async fn visit(client: &mut Client, mut socket: Socket) -> Result<(), Error> {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    client.opened();
    while !client.is_done() {
        while let Some(frame) = client.outgoing.pop_front() {
            socket.feed(Message::text(encode(&frame))).await?;
        }
        socket.flush().await?;
        tokio::select! {
            _ = ticks.tick() => client.tick(),
            message = timeout(SAY_SOMETHING_WITHIN, socket.next()) => {
                match message.expect("the server says something").ok_or(Error::ConnectionClosed)?? {
                    Message::Text(text) => client.handle(decode_server(&text).expect("a frame of this protocol")),
                    Message::Close(close) => panic!("closed with {close:?}"),
                    _ => {}
                }
                if client.habit == Habit::Slow && client.shared.phase() == Phase::Writing {
                    sleep(SLOW_READ).await;
                }
            }
        }
    }
    Ok(())
}
