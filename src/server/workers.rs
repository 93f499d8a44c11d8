//! Threads that own the sockets. Each waits for all of its sockets at once, reads what comes, writes what it is ordered
//! to, and shares nothing with the others but the frames.
//!
//! One system call waits for many sockets, and what is due to a socket by then is written by one more. So under load
//! batches form by themselves, and when there is little to do nothing waits for a batch. No socket has a task, a timer or
//! a buffer of its own while it is idle.

mod door;
mod ear;
mod outbox;
mod socket;
mod worker;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use tokio::sync::Notify;

use crate::hub::ConnId;
use crate::server::websocket::{Frame, Opened};
use door::Door;
pub use ear::Ear;
pub use outbox::{Outbox, SharedFrame};
use worker::Worker;

/// What a worker is told to do.
pub enum Order<T> {
    /// Take over this connection, of which `about` is known.
    Open {
        conn: ConnId,
        opened: Opened,
        about: T,
    },
    Send {
        conn: ConnId,
        frame: Arc<Frame>,
    },
    Broadcast {
        conns: Vec<ConnId>,
        frame: Arc<Frame>,
    },
    /// Close it once everything is written, with this number and reason.
    Close {
        conn: ConnId,
        code: u16,
        reason: &'static str,
    },
    Stop,
}

/// The way to the workers, for whoever has something to send.
pub struct Workers<T> {
    doors: Arc<[Door<T>]>,
    next_conn: Arc<AtomicU64>,
}

impl<T> Clone for Workers<T> {
    fn clone(&self) -> Self {
        Self { doors: self.doors.clone(), next_conn: self.next_conn.clone() }
    }
}

/// The threads themselves.
pub struct Threads<T> {
    workers: Workers<T>,
    handles: Vec<JoinHandle<()>>,
    ended: Arc<Notify>,
}

/// Orders that are given together, so that what goes to one socket is written together.
pub struct Orders<T> {
    workers: Workers<T>,
    lists: Vec<Vec<Order<T>>>,
}

/// Tells that a thread has ended, also if it panics.
struct Alarm(Arc<Notify>);

impl Drop for Alarm {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl<T: Send + 'static> Threads<T> {
    /// Starts as many as there are `ears`, in which they tell what they hear. A message has at most this many bytes.
    pub fn start<E: Ear<T> + 'static>(ears: Vec<E>, message_bytes_max: usize) -> io::Result<Self> {
        let polls = ears.iter().map(|_| mio::Poll::new()).collect::<io::Result<Vec<_>>>()?;
        let doors = polls.iter().map(Door::new).collect::<io::Result<_>>()?;
        let workers = Workers { doors, next_conn: Arc::default() };
        let ended = Arc::new(Notify::new());
        let mut handles = Vec::new();
        for (at, (ear, poll)) in ears.into_iter().zip(polls).enumerate() {
            let (doors, alarm) = (workers.doors.clone(), Alarm(ended.clone()));
            let thread = thread::Builder::new().name(format!("sockets {at}"));
            handles.push(thread.spawn(move || {
                let _alarm = alarm;
                Worker::new(poll, doors, at, ear, message_bytes_max).run();
            })?);
        }
        Ok(Self { workers, handles, ended })
    }

    pub fn workers(&self) -> Workers<T> {
        self.workers.clone()
    }

    /// Returns when one of the threads has ended, which none does unless it is told to or fails.
    pub fn ended(&self) -> impl Future<Output = ()> + use<T> {
        let ended = self.ended.clone();
        async move { ended.notified().await }
    }

    /// Drops all sockets. Blocks until that is done.
    pub fn stop(self) {
        for door in self.workers.doors.iter() {
            door.push(&mut vec![Order::Stop]);
        }
        for handle in self.handles {
            if handle.join().is_err() {
                tracing::error!("a thread of the sockets has panicked");
            }
        }
    }
}

impl<T> Workers<T> {
    /// Gives a connection to one of the workers.
    pub fn open(&self, opened: Opened, about: T) {
        let conn = ConnId(self.next_conn.fetch_add(1, Ordering::Relaxed));
        self.door(conn).push(&mut vec![Order::Open { conn, opened, about }]);
    }

    pub fn orders(&self) -> Orders<T> {
        Orders { workers: self.clone(), lists: self.doors.iter().map(|_| Vec::new()).collect() }
    }

    fn door(&self, conn: ConnId) -> &Door<T> {
        &self.doors[self.worker_of(conn)]
    }

    /// Connections are numbered, and so spread evenly.
    fn worker_of(&self, conn: ConnId) -> usize {
        (conn.0 % self.doors.len() as u64) as usize
    }
}

impl<T> Orders<T> {
    pub fn send(&mut self, conn: ConnId, frame: Arc<Frame>) {
        self.list(conn).push(Order::Send { conn, frame });
    }

    pub fn broadcast(&mut self, conns: Vec<ConnId>, frame: &Arc<Frame>) {
        let mut shares: Vec<Vec<ConnId>> = self.lists.iter().map(|_| Vec::new()).collect();
        for conn in conns {
            shares[self.workers.worker_of(conn)].push(conn);
        }
        for (list, conns) in self.lists.iter_mut().zip(shares).filter(|(_, conns)| !conns.is_empty()) {
            list.push(Order::Broadcast { conns, frame: frame.clone() });
        }
    }

    pub fn close(&mut self, conn: ConnId, code: u16, reason: &'static str) {
        self.list(conn).push(Order::Close { conn, code, reason });
    }

    /// Hands over all that was given since the last time.
    pub fn give(&mut self) {
        for (door, list) in self.workers.doors.iter().zip(&mut self.lists).filter(|(_, list)| !list.is_empty()) {
            door.push(list);
        }
    }

    fn list(&mut self, conn: ConnId) -> &mut Vec<Order<T>> {
        &mut self.lists[self.workers.worker_of(conn)]
    }
}
