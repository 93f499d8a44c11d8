use std::collections::{BTreeMap, BTreeSet, VecDeque};

use parlor::protocol::{Entry, RoomId, Seq, Token, UserId};

use crate::tab::TabId;

/// A socket, as long as either side believes in it.
pub struct Wire {
    pub tab: TabId,
    /// What came with the request that opened it.
    pub cookie: Option<Token>,
    /// Whose it is, as the server has found out.
    pub user: Option<UserId>,
    /// Nothing passes any more, whether or not a side has noticed.
    pub is_cut: bool,
    /// Frames of messages are lost, doubled and late, as by a proxy or a bug that nobody knows of.
    pub is_lossy: bool,
    /// What the client's side takes for each frame: a slow phone, or none at all until later.
    pub frame_takes_ms: u64,
    /// The earliest time at which the next frame can arrive, per direction: frames do not overtake each other.
    pub to_server_at: u64,
    pub to_client_at: u64,
    /// What has come for a tab that sleeps.
    pub inbox: VecDeque<String>,
    /// For the checkers: how far the server has sent and the client has acked, room by room.
    pub streams: BTreeMap<RoomId, Stream>,
    /// Frames that the server has given to the socket, which has not taken them.
    pub in_flight: usize,
}

#[derive(Debug, Clone, Default)]
pub struct Stream {
    pub sent: Seq,
    pub acked: Seq,
    /// The end of each frame that was sent. What came again as one of many counts as one.
    ends: BTreeSet<Seq>,
}

impl Stream {
    pub fn after(after: Seq) -> Self {
        Self { sent: after, acked: after, ends: BTreeSet::new() }
    }

    pub fn take(&mut self, entry: &Entry) {
        self.sent = self.sent.max(entry.seq);
        self.ends.retain(|end| *end > self.acked && !(entry.first()..entry.seq).contains(end));
        self.ends.insert(entry.seq);
    }

    pub fn unacked(&self) -> usize {
        self.ends.range(self.acked + 1..).count()
    }
}

impl Wire {
    pub fn new(tab: TabId, cookie: Option<Token>, is_lossy: bool, frame_takes_ms: u64) -> Self {
        Self {
            tab,
            cookie,
            user: None,
            is_cut: false,
            is_lossy,
            frame_takes_ms,
            to_server_at: 0,
            to_client_at: 0,
            inbox: VecDeque::new(),
            streams: BTreeMap::new(),
            in_flight: 0,
        }
    }
}

/// What may be lost on the way without the link breaking: the protocol gets messages, acks and answers through anyway.
pub fn is_expendable_for_client(text: &str) -> bool {
    is_one_of(text, &["entry", "accepted"])
}

pub fn is_expendable_for_server(text: &str) -> bool {
    is_one_of(text, &["send", "ack"])
}

/// Frames begin with their type, and there are too many to read each for this.
pub fn is_one_of(text: &str, types: &[&str]) -> bool {
    text.strip_prefix(r#"{"type":""#)
        .is_some_and(|rest| types.iter().any(|name| rest.strip_prefix(name).is_some_and(|rest| rest.starts_with('"'))))
}
