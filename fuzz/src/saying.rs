use crate::protocol::{Access, ClientFrame, Hello, Role, RoomChange, RoomId, Seq};
use libfuzzer_sys::arbitrary::{self, Arbitrary};

use crate::names::{Number, code, epoch, invite, message, password, room, token, user};

/// What a client of the hub says.
#[derive(Debug, Clone, Arbitrary)]
pub enum Saying {
    Hello { person: u8, named: bool, new: bool, epoch: u8, cursors: Vec<(u8, Number)> },
    Create { name: u8, access: u8, password: Option<u8> },
    Join { room: u8, since: Option<Number>, password: Option<u8>, invite: Option<u8> },
    Change { room: u8, changing: Changing },
    Members { room: u8, after: Option<u8> },
    Settings { room: u8 },
    Leave { room: u8 },
    Send { room: u8, id: u8, body: Body },
    Ack { cursors: Vec<(u8, Number)> },
    Read { room: u8, seq: Number },
    Typing { room: u8 },
    History { room: u8, before: Number, limit: u32 },
    Ping,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
pub enum Body {
    Empty,
    Short,
    Longest,
    TooLong,
}

/// What somebody wants to be otherwise in a room.
#[derive(Debug, Clone, Arbitrary)]
pub enum Changing {
    Rename(u8),
    Topic(u8),
    Access(u8, Option<u8>),
    SlowMode(u32),
    Role(u8, u8),
    Remove(u8),
    Ban(u8),
    Unban(u8),
    Mute(u8, u32),
    DeleteMessage(Number),
    Invite(Option<u32>, Option<u32>),
    RevokeInvite(u8),
    Close,
}

impl Changing {
    pub fn change(self) -> RoomChange {
        match self {
            Self::Rename(name) => RoomChange::Rename { name: ["Tea", "", "茶室"][usize::from(name % 3)].into() },
            Self::Topic(topic) => RoomChange::Topic { topic: "x".repeat(topic.into()) },
            Self::Access(access, with) => {
                RoomChange::Access { access: Access::ALL[usize::from(access % 4)], password: with.map(password) }
            }
            Self::SlowMode(seconds) => RoomChange::SlowMode { seconds },
            Self::Role(number, role) => RoomChange::Role { user: user(number), role: Role::ALL[usize::from(role % 3)] },
            Self::Remove(number) => RoomChange::Remove { user: user(number) },
            Self::Ban(number) => RoomChange::Ban { user: user(number) },
            Self::Unban(number) => RoomChange::Unban { user: user(number) },
            Self::Mute(number, seconds) => RoomChange::Mute { user: user(number), seconds },
            Self::DeleteMessage(seq) => RoomChange::DeleteMessage { seq: seq.exact() },
            Self::Invite(expires_in_s, uses) => RoomChange::Invite { expires_in_s, uses },
            Self::RevokeInvite(number) => RoomChange::RevokeInvite { invite: invite(number) },
            Self::Close => RoomChange::Close,
        }
    }
}

impl Saying {
    pub fn frame(self) -> ClientFrame {
        match self {
            Self::Hello { person, named, new, epoch: number, cursors } => ClientFrame::Hello(Hello {
                name: named.then(|| format!("Person {}", person % 8)),
                token: (!new).then(|| token(person)),
                epoch: Some(epoch(number)),
                cursors: by_room(cursors),
            }),
            Self::Create { name, access, password: with } => ClientFrame::Create {
                name: ["General", "Lobby", "", "茶室"][usize::from(name % 4)].into(),
                access: Access::ALL[usize::from(access % 4)],
                password: with.map(password),
            },
            Self::Join { room: number, since, password: with, invite } => ClientFrame::Join {
                room: room(number),
                since: since.map(Number::get),
                password: with.map(password),
                invite: invite.map(code),
            },
            Self::Change { room: number, changing } => {
                ClientFrame::Change { room: room(number), change: changing.change() }
            }
            Self::Members { room: number, after } => {
                ClientFrame::Members { room: room(number), after: after.map(user) }
            }
            Self::Settings { room: number } => ClientFrame::Settings { room: room(number) },
            Self::Leave { room: number } => ClientFrame::Leave { room: room(number) },
            Self::Send { room: number, id, body } => {
                ClientFrame::Send { room: room(number), id: message(id), body: body.text() }
            }
            Self::Ack { cursors } => ClientFrame::Ack { cursors: by_room(cursors) },
            Self::Read { room: number, seq } => ClientFrame::Read { room: room(number), seq: seq.get() },
            Self::Typing { room: number } => ClientFrame::Typing { room: room(number) },
            Self::History { room: number, before, limit } => {
                ClientFrame::History { room: room(number), before: before.get(), limit }
            }
            Self::Ping => ClientFrame::Ping,
        }
    }
}

impl Body {
    pub fn text(self) -> String {
        match self {
            Self::Empty => " \n".into(),
            Self::Short => "Good morning".into(),
            Self::Longest => "🦀".repeat(4_000),
            Self::TooLong => "x".repeat(4_001),
        }
    }
}

fn by_room(cursors: Vec<(u8, Number)>) -> std::collections::BTreeMap<RoomId, Seq> {
    cursors.into_iter().map(|(number, seq)| (room(number), seq.get())).collect()
}
