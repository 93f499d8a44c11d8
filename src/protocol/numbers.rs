//! JSON readers take integers exactly up to 2^53 - 1 (RFC 8259, section 6). Greater ones are no seqs and no times, and
//! whoever reckons with them comes to an overflow.

use super::client_frame::ClientFrame;
use super::entry::{Entry, EntryKind};
use super::room_change::RoomChange;
use super::server_frame::ServerFrame;

impl ClientFrame {
    pub(super) fn greatest_number(&self) -> u64 {
        match self {
            Self::Hello(hello) => hello.cursors.values().copied().max().unwrap_or_default(),
            Self::Join { since, .. } => since.unwrap_or_default(),
            Self::Ack { cursors } => cursors.values().copied().max().unwrap_or_default(),
            Self::Read { seq, .. } => *seq,
            Self::History { before, .. } => *before,
            Self::Change { change: RoomChange::DeleteMessage { seq }, .. } => *seq,
            Self::Create { .. }
            | Self::Leave { .. }
            | Self::Send { .. }
            | Self::Typing { .. }
            | Self::Change { .. }
            | Self::Members { .. }
            | Self::Settings { .. }
            | Self::Ping => 0,
        }
    }
}

impl ServerFrame {
    pub(super) fn greatest_number(&self) -> u64 {
        match self {
            Self::Welcome(welcome) => welcome.heartbeat.ping_every_ms.max(welcome.heartbeat.pong_within_ms),
            Self::Joined(joined) => {
                let mentioned = joined.mentions.iter().copied().max().unwrap_or_default();
                joined.head.max(joined.after).max(joined.read).max(joined.muted_until).max(mentioned)
            }
            Self::Members(page) => page.members.iter().map(|member| member.muted_until).fold(page.at, u64::max),
            Self::Settings(settings) => {
                let times = settings.invites.iter().map(|link| link.at.max(link.expires_at.unwrap_or_default()));
                times.max().unwrap_or_default()
            }
            Self::Changed(changed) => changed.seq,
            Self::Entry(entry) => greatest_of(entry),
            Self::Accepted { seq, at, .. } => *seq.max(at),
            Self::Read { seq, .. } => *seq,
            Self::History(page) => page.entries.iter().map(greatest_of).fold(page.before, u64::max),
            Self::Error(refusal) => refusal.retry_after_ms.unwrap_or_default(),
            Self::Bye(bye) => bye.reconnect_after_ms.unwrap_or_default(),
            Self::Rooms(_)
            | Self::Left(_)
            | Self::Profile(_)
            | Self::Presence(_)
            | Self::Typing(_)
            | Self::Pong
            | Self::Unknown => 0,
        }
    }
}

fn greatest_of(entry: &Entry) -> u64 {
    let told = match &entry.kind {
        EntryKind::Muted { until, .. } => *until,
        EntryKind::Invited { expires_at, .. } => expires_at.unwrap_or_default(),
        EntryKind::Deleted { seq } => *seq,
        EntryKind::CameAndWent { first, .. } => *first,
        _ => 0,
    };
    entry.seq.max(entry.at).max(told)
}
