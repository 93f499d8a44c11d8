use crate::protocol::{ClientFrame, Hello, RoomId, Seq};
use libfuzzer_sys::arbitrary::{self, Arbitrary};

use crate::names::{Number, epoch, message, room, token};

/// What a client of the hub says.
#[derive(Debug, Clone, Arbitrary)]
pub enum Saying {
    Hello { person: u8, named: bool, new: bool, epoch: u8, cursors: Vec<(u8, Number)> },
    Create { name: u8 },
    Join { room: u8, since: Option<Number> },
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

impl Saying {
    pub fn frame(self) -> ClientFrame {
        match self {
            Self::Hello { person, named, new, epoch: number, cursors } => ClientFrame::Hello(Hello {
                name: if named { format!("Person {person}") } else { String::new() },
                token: (!new).then(|| token(person)),
                epoch: Some(epoch(number)),
                cursors: by_room(cursors),
            }),
            Self::Create { name } => {
                ClientFrame::Create { name: ["General", "Lobby", "", "茶室"][usize::from(name % 4)].into() }
            }
            Self::Join { room: number, since } => {
                ClientFrame::Join { room: room(number), since: since.map(Number::get) }
            }
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
