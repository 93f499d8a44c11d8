use crate::protocol::{ClientFrame, ErrorCode, MessageId, RoomId};

/// When to try again after the log failed.
const UNAVAILABLE_PAUSE_MS: u64 = 2_000;

/// Why a request fails, and when the same request may succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub code: ErrorCode,
    pub message: &'static str,
    pub retry_after_ms: Option<u64>,
}

impl Failure {
    pub fn new(code: ErrorCode, message: &'static str) -> Self {
        Self { code, message, retry_after_ms: None }
    }

    pub fn later(code: ErrorCode, message: &'static str, retry_after_ms: u64) -> Self {
        Self { code, message, retry_after_ms: Some(retry_after_ms) }
    }

    pub fn too_fast(retry_after_ms: u64) -> Self {
        Self::later(ErrorCode::RateLimited, "too many of these in too short a time", retry_after_ms)
    }

    pub fn hello_required() -> Self {
        Self::new(ErrorCode::HelloRequired, "say hello first, and wait for welcome")
    }

    pub fn room_exists() -> Self {
        Self::new(ErrorCode::RoomExists, "there is a room with this id already")
    }

    pub fn room_closed() -> Self {
        Self::new(ErrorCode::RoomClosed, "this room was deleted, and its id is not used again")
    }

    pub fn bad_room_name() -> Self {
        let message = "a room's name is 1 to 48 visible characters with a letter or digit";
        Self::new(ErrorCode::BadRoomName, message)
    }

    pub fn bad_password() -> Self {
        Self::new(ErrorCode::BadPassword, "a room's password has 4 to 256 characters, and only such a room has one")
    }

    pub fn not_in_room() -> Self {
        Self::new(ErrorCode::NotInRoom, "join the room first")
    }

    pub fn not_allowed() -> Self {
        Self::new(ErrorCode::NotAllowed, "your role in this room does not allow that")
    }

    pub fn out_of_bounds() -> Self {
        Self::new(ErrorCode::OutOfBounds, "a number is beyond what the protocol allows")
    }

    pub fn no_such_person() -> Self {
        Self::new(ErrorCode::NoSuchPerson, "nobody in this room has that id")
    }

    pub fn no_such_message() -> Self {
        Self::new(ErrorCode::NoSuchMessage, "there is no message at this place")
    }

    pub fn damaged() -> Self {
        Self::new(ErrorCode::Damaged, "this message is in the log, but the disk has damaged it")
    }

    pub fn unavailable() -> Self {
        Self::later(ErrorCode::Unavailable, "the log cannot be used just now", UNAVAILABLE_PAUSE_MS)
    }
}

/// What a failure is about, as far as the frame tells.
#[derive(Debug, Clone, Default)]
pub struct About {
    pub frame: Option<String>,
    pub room: Option<RoomId>,
    pub id: Option<MessageId>,
}

impl About {
    pub fn frame(name: &str, room: Option<RoomId>) -> Self {
        Self { frame: Some(name.into()), room, id: None }
    }

    pub fn of(frame: &ClientFrame) -> Self {
        let (room, id) = match frame {
            ClientFrame::Send { room, id, .. } => (Some(room), Some(id)),
            ClientFrame::Join { room, .. }
            | ClientFrame::Leave { room }
            | ClientFrame::Read { room, .. }
            | ClientFrame::Typing { room }
            | ClientFrame::History { room, .. }
            | ClientFrame::Change { room, .. }
            | ClientFrame::Members { room, .. }
            | ClientFrame::Settings { room } => (Some(room), None),
            ClientFrame::Hello(_) | ClientFrame::Create { .. } | ClientFrame::Ack { .. } | ClientFrame::Ping => {
                (None, None)
            }
        };
        Self { frame: Some(frame.type_name().into()), room: room.cloned(), id: id.cloned() }
    }
}
