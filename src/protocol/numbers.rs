//! JSON readers take integers exactly up to 2^53 - 1 (RFC 8259, section 6). Greater ones are no seqs and no times, and
//! whoever reckons with them comes to an overflow.

use super::client_frame::ClientFrame;
use super::entry::Entry;
use super::server_frame::ServerFrame;

impl ClientFrame {
    pub(super) fn greatest_number(&self) -> u64 {
        match self {
            Self::Hello(hello) => hello.cursors.values().copied().max().unwrap_or_default(),
            Self::Join { since, .. } => since.unwrap_or_default(),
            Self::Ack { cursors } => cursors.values().copied().max().unwrap_or_default(),
            Self::Read { seq, .. } => *seq,
            Self::History { before, .. } => *before,
            Self::Create { .. } | Self::Leave { .. } | Self::Send { .. } | Self::Typing { .. } | Self::Ping => 0,
        }
    }
}

impl ServerFrame {
    pub(super) fn greatest_number(&self) -> u64 {
        match self {
            Self::Welcome(welcome) => welcome.heartbeat.ping_every_ms.max(welcome.heartbeat.pong_within_ms),
            Self::Joined(joined) => joined.head.max(joined.after).max(joined.read),
            Self::Entry(entry) => greatest_of(entry),
            Self::Accepted { seq, at, .. } => *seq.max(at),
            Self::Read { seq, .. } => *seq,
            Self::History(page) => page.entries.iter().map(greatest_of).fold(page.before, u64::max),
            Self::Error(refusal) => refusal.retry_after_ms.unwrap_or_default(),
            Self::Bye(bye) => bye.reconnect_after_ms.unwrap_or_default(),
            Self::Rooms(_) | Self::Left { .. } | Self::Presence(_) | Self::Typing(_) | Self::Pong | Self::Unknown => 0,
        }
    }
}

fn greatest_of(entry: &Entry) -> u64 {
    entry.seq.max(entry.at)
}
