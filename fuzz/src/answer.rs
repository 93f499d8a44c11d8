use crate::protocol::{
    Access, Bye, Changed, Entry, EntryKind, ErrorCode, Heartbeat, HistoryPage, Joined, Left, LeftReason, Limits,
    MemberPage, Presence, Profile, Refusal, Role, RoomList, RoomMember, RoomSettings, RoomSummary, Seq, ServerFrame,
    Typing, Welcome,
};
use libfuzzer_sys::arbitrary::{self, Arbitrary};

use crate::names::{Number, epoch, message, person, room, token};

/// What a server says to the session, who may be anyone.
#[derive(Debug, Clone, Arbitrary)]
pub enum Answer {
    Welcome { person: u8, has_cookie: bool, epoch: u8, member_of: Vec<u8>, heartbeat: Option<(Number, Number)> },
    Joined { room: u8, head: Number, after: Number, read: Number },
    Left { room: u8, reason: Option<u8> },
    Entry { room: u8, seq: Number },
    Crowd { room: u8, first: Number, seq: Number, joined: u32, left: u32 },
    Deleted { room: u8, seq: Number, message: Number },
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
            Self::Welcome { person: number, has_cookie, epoch: epoch_number, member_of, heartbeat } => {
                let heartbeat = heartbeat
                    .map(|(every, within)| Heartbeat { ping_every_ms: every.get(), pong_within_ms: within.get() });
                ServerFrame::Welcome(Welcome {
                    profile: profile(number),
                    token: (!has_cookie).then(|| token(number)),
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
                topic: String::new(),
                slow_mode_s: number.into(),
                role: Role::ALL[usize::from(number % 3)],
                muted_until: head.get(),
                mentions: vec![after.get()],
            }),
            Self::Left { room: number, reason } => {
                ServerFrame::Left(Left { room: room(number), reason: reason.map(why), by: reason.map(person) })
            }
            Self::Deleted { room: number, seq, message } => {
                let kind = EntryKind::Deleted { seq: message.get() };
                ServerFrame::Entry(Entry { kind, ..entry(number, seq.get()) })
            }
            Self::Crowd { room: number, first, seq, joined, left } => {
                let kind = EntryKind::CameAndWent { first: first.get(), joined, left };
                ServerFrame::Entry(Entry { kind, ..entry(number, seq.get()) })
            }
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
    let kind = match seq % 8 {
        0 => EntryKind::Joined { invite: None },
        1 => EntryKind::Erased { id: message(seq as u8) },
        2 => EntryKind::Removed { user: person(seq as u8) },
        _ => EntryKind::Message { id: message(seq as u8), body: "Good morning".into(), mentions: vec![] },
    };
    Entry { room: room(number), seq, at: 1_000, by: person((seq % 3) as u8), kind }
}

fn profile(number: u8) -> Profile {
    Profile { user: person(number), secured: false, admin: false }
}

fn why(number: u8) -> LeftReason {
    [LeftReason::Removed, LeftReason::Banned, LeftReason::Closed, LeftReason::Unknown][usize::from(number % 4)]
}

fn summary(number: u8) -> RoomSummary {
    RoomSummary { id: room(number), name: "A room".into(), online: 1, members: 2, access: Access::Open }
}

fn about_what(number: u8) -> Option<String> {
    let types = [
        "hello", "create", "join", "leave", "send", "read", "typing", "history", "change", "members", "settings",
        "ping",
    ];
    types.get(usize::from(number % 13)).map(|name| (*name).into())
}

fn which(number: u8) -> ErrorCode {
    use ErrorCode::{
        BadFrame, BadName, Banned, Muted, NotInRoom, RateLimited, SignInRequired, SlowMode, TooManyRooms, Unavailable,
        Unknown,
    };
    let codes = [
        BadFrame,
        BadName,
        Banned,
        Muted,
        NotInRoom,
        RateLimited,
        SignInRequired,
        SlowMode,
        TooManyRooms,
        Unavailable,
        Unknown,
    ];
    codes[usize::from(number % 11)]
}

fn state(number: u8) -> ServerFrame {
    match number % 7 {
        0 => ServerFrame::Rooms(RoomList { all: true, rooms: vec![summary(number)], gone: vec![room(number)] }),
        2 => ServerFrame::Profile(profile(number)),
        3 => ServerFrame::Members(MemberPage {
            room: room(number),
            at: number.into(),
            after: None,
            members: vec![RoomMember { user: person(number), role: Role::Member, muted_until: 0 }],
            more: false,
        }),
        4 => ServerFrame::Settings(RoomSettings { room: room(number), invites: vec![], bans: vec![person(number)] }),
        5 => ServerFrame::Changed(Changed {
            room: room(number),
            change: "rename".into(),
            seq: number.into(),
            code: None,
        }),
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
