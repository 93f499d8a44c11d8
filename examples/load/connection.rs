use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::time::sleep;

use parlor::protocol::limits::{RECONNECT_MAX_MS, RECONNECT_MIN_MS};

use crate::dialect::Request;
use crate::person::Person;

/// What one read may bring at most, but for what was left over.
const BUFFER_BYTES: usize = 256 * 1024;
const HEAD_BYTES_MAX: usize = 16 * 1024;

thread_local! {
    /// Shared by all connections of a thread, since each has nothing in it but while it reads.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; BUFFER_BYTES]);
}

/// Connects, reads until the end, and comes back as long as the run wants it.
pub async fn keep_up(person: Arc<Person>) {
    let mut tries = 0;
    loop {
        person.connects();
        let end = live(&person).await;
        let was_live = person.is_live();
        let reconnect_after_ms = person.lost();
        if !person.run.comes_back.load(Ordering::Relaxed) {
            if let Err(why) = end {
                person.run.measures().violations.push(format!("person {} was cut off: {why}", person.number));
            }
            return;
        }
        tries = if was_live { 0 } else { tries + 1 };
        let delay_ms = reconnect_after_ms.unwrap_or_else(|| backoff_ms(tries));
        sleep(Duration::from_millis(delay_ms)).await;
    }
}

/// Full jitter below a bound that doubles.
fn backoff_ms(tries: u32) -> u64 {
    let bound_ms = (RECONNECT_MIN_MS * 2).saturating_mul(1 << tries.min(16)).min(RECONNECT_MAX_MS);
    fastrand::u64(RECONNECT_MIN_MS..=bound_ms)
}

async fn live(person: &Person) -> Result<(), String> {
    let (socket, mut leftover) = open(person).await.map_err(|error| error.to_string())?;
    let (mut reader, writer) = socket.into_split();
    let given_up = person.opened(writer);
    if !leftover.is_empty() {
        let taken = person.hear(&leftover)?;
        leftover.drain(..taken);
    }
    tokio::select! {
        end = poll_fn(|context| poll_hear(person, &mut reader, &mut leftover, context)) => end,
        Ok(why) = given_up => Err(why),
    }
}

/// Reads as long as there is something, and is done when the connection is.
fn poll_hear(
    person: &Person,
    reader: &mut OwnedReadHalf,
    leftover: &mut Vec<u8>,
    context: &mut Context<'_>,
) -> Poll<Result<(), String>> {
    BUFFER.with_borrow_mut(|buffer| {
        loop {
            let kept = leftover.len();
            if buffer.len() < kept + BUFFER_BYTES / 2 {
                buffer.resize(kept + BUFFER_BYTES, 0);
            }
            let mut space = ReadBuf::new(&mut buffer[kept..]);
            ready!(Pin::new(&mut *reader).poll_read(context, &mut space)).map_err(|error| error.to_string())?;
            let read = space.filled().len();
            if read == 0 {
                return Poll::Ready(Err("ended without a word".into()));
            }
            buffer[..kept].copy_from_slice(leftover);
            let bytes = &buffer[..kept + read];
            let taken = person.hear(bytes)?;
            leftover.clear();
            leftover.extend_from_slice(&bytes[taken..]);
            if leftover.is_empty() {
                leftover.shrink_to(0);
            }
        }
    })
}

/// Opens a WebSocket. What comes with the answer is given back.
async fn open(person: &Person) -> io::Result<(TcpStream, Vec<u8>)> {
    let mut socket = TcpStream::connect(person.run.options.server).await?;
    // As browsers do, without Nagle's algorithm, which would have an ack wait for the one before.
    socket.set_nodelay(true)?;
    let head = request_head(&person.request(), &person.run.options.server.to_string());
    socket.write_all(head.as_bytes()).await?;
    let mut answer = Vec::new();
    let end = loop {
        if let Some(place) = memchr::memmem::find(&answer, b"\r\n\r\n") {
            break place + 4;
        }
        if answer.len() > HEAD_BYTES_MAX || socket.read_buf(&mut answer).await? == 0 {
            return Err(io::Error::other("the answer to the upgrade has no end"));
        }
    };
    if !answer.starts_with(b"HTTP/1.1 101") {
        let line = String::from_utf8_lossy(&answer[..end]).lines().next().unwrap_or_default().to_owned();
        return Err(io::Error::other(format!("the upgrade was answered by {line:?}")));
    }
    Ok((socket, answer.split_off(end)))
}

pub fn request_head(request: &Request, host: &str) -> String {
    // Any 16 bytes; the servers that are loaded are known to speak the protocol.
    const KEY: &str = "dGhlIGxvYWQgY29tZXMgbg==";
    let path = &request.path;
    let mut head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
    head.push_str(&format!("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n"));
    if let Some(subprotocol) = &request.subprotocol {
        head.push_str(&format!("Sec-WebSocket-Protocol: {subprotocol}\r\n"));
    }
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_has_all_that_an_upgrade_needs() {
        let request = Request {
            path: "/ws".into(),
            subprotocol: Some("parlor.v1".into()),
            headers: vec![("X-Forwarded-For".into(), "10.0.0.4".into())],
        };
        let head = request_head(&request, "127.0.0.1:80");
        assert!(head.starts_with("GET /ws HTTP/1.1\r\nHost: 127.0.0.1:80\r\n") && head.ends_with("\r\n\r\n"));
        for line in ["Sec-WebSocket-Protocol: parlor.v1", "X-Forwarded-For: 10.0.0.4", "Upgrade: websocket"] {
            assert!(head.lines().any(|it| it == line), "{line}");
        }
    }

    #[test]
    fn delays_grow_up_to_a_bound() {
        for tries in 0..40 {
            let delay_ms = backoff_ms(tries);
            assert!((RECONNECT_MIN_MS..=RECONNECT_MAX_MS).contains(&delay_ms));
            assert!(tries > 0 || delay_ms <= 2 * RECONNECT_MIN_MS);
        }
    }
}
