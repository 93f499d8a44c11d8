use crate::protocol::limits::MESSAGE_CHARS_MAX;
use crate::protocol::{Entry, EntryKind, ErrorCode, Refusal, RoomSummary, User};
use crate::session::Link;

const TYPING_NAMED: usize = 3;

pub fn online(count: u32) -> String {
    format!("{count} online")
}

/// What a room's link is called for those who do not see it.
pub fn room_label(room: &RoomSummary, unread: u32) -> String {
    let label = format!("{}, {}", room.name, online(room.online));
    if unread > 0 { format!("{label}, {unread} new") } else { label }
}

/// The state of the link, and what of it changes too often to be read aloud.
pub fn connection(link: Link) -> (&'static str, Option<String>) {
    match link {
        Link::Idle | Link::Connecting => ("Connecting…", None),
        Link::Online => ("Online", None),
        Link::Waiting { retry_in_s } => ("Offline, retrying", Some(format!(" in {retry_in_s} s"))),
        Link::NoNetwork => ("No network", None),
        Link::Ended { .. } => ("This page is out of date.", None),
    }
}

/// What a quiet line says.
pub fn note(entry: &Entry, own: bool) -> Option<String> {
    let who = if own { "You" } else { &entry.by.name };
    match &entry.kind {
        EntryKind::Created { name } => Some(format!("{who} opened the room {name}")),
        EntryKind::Joined => Some(format!("{who} joined")),
        EntryKind::Left => Some(format!("{who} left")),
        EntryKind::Message { .. } | EntryKind::Damaged | EntryKind::Unknown => None,
    }
}

pub fn typing(users: &[User]) -> Option<String> {
    let names: Vec<&str> = users.iter().take(TYPING_NAMED).map(|user| user.name.as_str()).collect();
    match (names.as_slice(), users.len()) {
        (_, more) if more > TYPING_NAMED => Some("Several people are typing".to_owned()),
        ([first], _) => Some(format!("{first} is typing")),
        ([others @ .., last], _) => Some(format!("{} and {last} are typing", others.join(", "))),
        ([], _) => None,
    }
}

/// Why a message was refused.
pub fn refusal(code: ErrorCode) -> String {
    match code {
        ErrorCode::MessageEmpty => "There is nothing in this message.".to_owned(),
        ErrorCode::MessageTooLong => {
            format!("This message is too long. At most {} characters fit.", thousands(MESSAGE_CHARS_MAX))
        }
        ErrorCode::NotInRoom => "You are not in this room any more.".to_owned(),
        ErrorCode::RateLimited => "That was too fast.".to_owned(),
        ErrorCode::Unavailable => "The server could not store this message.".to_owned(),
        _ => "The server did not take this message.".to_owned(),
    }
}

/// What could not be done. The server's own text is for programmers and never shown.
pub fn problem(refusal: &Refusal) -> String {
    let what = match refusal.code {
        ErrorCode::BadName => "This name cannot be used. Please choose another one.",
        ErrorCode::BadRoomName => "A room cannot be called that. Please choose another name.",
        ErrorCode::RoomExists => "There is a room of that name already.",
        ErrorCode::NotInRoom => "You are not in this room any more.",
        ErrorCode::TooManyRooms => "There is no place for another room.",
        ErrorCode::Unavailable => "The server cannot do that just now. Please try again in a moment.",
        ErrorCode::RateLimited => return too_fast(refusal.retry_after_ms),
        _ => "Something went wrong. Please reload the page if it happens again.",
    };
    what.to_owned()
}

fn too_fast(retry_after_ms: Option<u64>) -> String {
    match retry_after_ms.map(|ms| ms.div_ceil(1_000)) {
        Some(seconds @ 2..) => format!("That was too fast. Please try again in {seconds} seconds."),
        _ => "That was too fast. Please try again in a moment.".to_owned(),
    }
}

fn thousands(number: usize) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{RoomId, UserId};

    fn users(names: &[&str]) -> Vec<User> {
        names.iter().map(|name| User { id: UserId::parse("u").unwrap(), name: (*name).into() }).collect()
    }

    #[test]
    fn typing_names_up_to_three() {
        assert_eq!(typing(&[]), None);
        assert_eq!(typing(&users(&["Ada"])).unwrap(), "Ada is typing");
        assert_eq!(typing(&users(&["Ada", "Ben"])).unwrap(), "Ada and Ben are typing");
        assert_eq!(typing(&users(&["Ada", "Ben", "Cy"])).unwrap(), "Ada, Ben and Cy are typing");
        assert_eq!(typing(&users(&["Ada", "Ben", "Cy", "Di"])).unwrap(), "Several people are typing");
    }

    #[test]
    fn a_rooms_label_holds_its_count() {
        let room = RoomSummary { id: RoomId::parse("general").unwrap(), name: "General".into(), online: 3 };
        assert_eq!(room_label(&room, 0), "General, 3 online");
        assert_eq!(room_label(&room, 2), "General, 3 online, 2 new");
    }

    #[test]
    fn words_never_repeat_what_the_server_said() {
        let message = "SQLITE_BUSY".to_owned();
        let mut problem_of =
            Refusal { code: ErrorCode::Unavailable, message, about: None, room: None, id: None, retry_after_ms: None };
        assert!(!problem(&problem_of).contains("SQLITE"));
        problem_of.code = ErrorCode::RateLimited;
        problem_of.retry_after_ms = Some(2_100);
        assert_eq!(problem(&problem_of), "That was too fast. Please try again in 3 seconds.");
    }

    #[test]
    fn limits_are_written_with_their_thousands() {
        assert_eq!(refusal(ErrorCode::MessageTooLong), "This message is too long. At most 4,000 characters fit.");
    }
}
