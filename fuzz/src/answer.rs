use crate::protocol::{
    Bye, Entry, EntryKind, ErrorCode, Heartbeat, HistoryPage, Joined, Limits, Presence, Refusal, RoomList, RoomSummary,
    Seq, ServerFrame, Typing, Welcome,
};
use libfuzzer_sys::arbitrary::{self, Arbitrary};

use crate::names::{Number, epoch, message, person, room, token};

/// What a server says to the session, who may be anyone.
#[derive(Debug, Clone, Arbitrary)]
pub enum Answer {
    Welcome { person: u8, epoch: u8, member_of: Vec<u8>, heartbeat: Option<(Number, Number)> },
    Joined { room: u8, head: Number, after: Number, read: Number },
    Left { room: u8 },
    Entry { room: u8, seq: Number },
    Accepted { room: u8, id: u8, seq: Number },
    Read { room: u8, seq: Number },
    History { room: u8, before: Number, seqs: Vec<Number>, more: bool },
    Page { room: u8, before: u8, count: u8 },
    Error { about: u8, code: u8, room: Option<u8>, id: Option<u8>, retry_after_ms: Option<Number> },
    States { room: u8 },
    Pong,
    Bye { reconnect_after_ms: Option<Number> },
}

impl Answer {
    pub fn frame(self) -> ServerFrame {
        match self {
            Self::Welcome { person: number, epoch: epoch_number, member_of, heartbeat } => {
                let heartbeat = heartbeat
                    .map(|(every, within)| Heartbeat { ping_every_ms: every.get(), pong_within_ms: within.get() });
                ServerFrame::Welcome(Welcome {
                    user: person(number),
                    token: token(number),
                    epoch: epoch(epoch_number),
                    member_of: member_of.into_iter().map(room).collect(),
                    heartbeat: heartbeat.unwrap_or_default(),
                    limits: Limits::default(),
                })
            }
            Self::Joined { room: number, head, after, read } => ServerFrame::Joined(Joined {
                room: summary(number),
                head: head.get(),
                after: after.get(),
                read: read.get(),
            }),
            Self::Left { room: number } => ServerFrame::Left { room: room(number) },
            Self::Entry { room: number, seq } => ServerFrame::Entry(entry(number, seq.get())),
            Self::Accepted { room: number, id, seq } => {
                ServerFrame::Accepted { room: room(number), id: message(id), seq: seq.get(), at: 1_000 }
            }
            Self::Read { room: number, seq } => ServerFrame::Read { room: room(number), seq: seq.get() },
            Self::History { room: number, before, seqs, more } => {
                let entries = seqs.into_iter().map(|seq| entry(number, seq.get())).collect();
                ServerFrame::History(HistoryPage { room: room(number), before: before.get(), entries, more })
            }
            Self::Page { room: number, before, count } => {
                let seqs = before.saturating_sub(count).max(1)..before;
                let entries = seqs.map(|seq| entry(number, seq.into())).collect();
                ServerFrame::History(HistoryPage { room: room(number), before: before.into(), entries, more: true })
            }
            Self::Error { about, code, room: number, id, retry_after_ms } => {
                let (about, code) = (about_what(about), which(code));
                ServerFrame::Error(Refusal {
                    code,
                    message: "no".into(),
                    about,
                    room: number.map(room),
                    id: id.map(message),
                    retry_after_ms: retry_after_ms.map(Number::get),
                })
            }
            Self::States { room: number } => state(number),
            Self::Pong => ServerFrame::Pong,
            Self::Bye { reconnect_after_ms } => ServerFrame::Bye(Bye {
                code: 4000,
                reason: "server restarting".into(),
                reconnect_after_ms: reconnect_after_ms.map(Number::get),
            }),
        }
    }
}

pub fn entry(number: u8, seq: Seq) -> Entry {
    let kind = match seq % 4 {
        0 => EntryKind::Joined,
        _ => EntryKind::Message { id: message(seq as u8), body: "Good morning".into() },
    };
    Entry { room: room(number), seq, at: 1_000, by: person((seq % 3) as u8), kind }
}

fn summary(number: u8) -> RoomSummary {
    RoomSummary { id: room(number), name: "A room".into(), online: 1 }
}

fn about_what(number: u8) -> Option<String> {
    let types = ["hello", "create", "join", "leave", "send", "read", "typing", "history", "ping"];
    types.get(usize::from(number % 10)).map(|name| (*name).into())
}

fn which(number: u8) -> ErrorCode {
    use ErrorCode::{BadFrame, BadName, NotInRoom, RateLimited, TooManyRooms, Unavailable, Unknown};
    [BadFrame, BadName, NotInRoom, RateLimited, TooManyRooms, Unavailable, Unknown][usize::from(number % 7)]
}

fn state(number: u8) -> ServerFrame {
    match number % 3 {
        0 => ServerFrame::Rooms(RoomList { all: true, rooms: vec![summary(number)] }),
        1 => ServerFrame::Typing(Typing { room: room(number), users: vec![person(number)] }),
        _ => ServerFrame::Presence(Presence {
            room: room(number),
            all: true,
            online: 1,
            here: vec![person(number)],
            gone: vec![],
        }),
    }
}
