use crate::protocol::limits::MESSAGE_CHARS_MAX;
use crate::protocol::{Entry, EntryKind, ErrorCode, Refusal, RoomSummary, User};
use crate::session::Link;

const TYPING_NAMED: usize = 3;
const UNREAD_MAX: u64 = 99;
/// With fewer characters left than this, it is told how many.
const CHARS_TOLD_BELOW: isize = 200;

pub fn online(count: u32) -> String {
    format!("{count} online")
}

/// New messages, as far as anyone counts.
pub fn unread(count: u64) -> String {
    if count > UNREAD_MAX { format!("{UNREAD_MAX}+") } else { count.to_string() }
}

/// What a room's link is called for those who do not see it.
pub fn room_label(room: &RoomSummary, new: u64) -> String {
    let label = format!("{}, {}", room.name, online(room.online));
    if new > 0 { format!("{label}, {} new", unread(new)) } else { label }
}

/// What stands in the place of entries that are not at hand.
pub fn missing(count: u64) -> String {
    format!("{} {} not loaded yet", thousands(count), counted(count, "message"))
}

/// How much more fits into a message, where that is worth telling.
pub fn chars_left(left: isize) -> Option<String> {
    let chars = left.unsigned_abs() as u64;
    match left {
        ..0 => Some(format!("{} {} too many", thousands(chars), counted(chars, "character"))),
        0..CHARS_TOLD_BELOW => Some(format!("{chars} {} left", counted(chars, "character"))),
        _ => None,
    }
}

pub fn counted(count: u64, what: &str) -> String {
    if count == 1 { what.to_owned() } else { format!("{what}s") }
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
        EntryKind::Created { name, .. } => Some(format!("{who} opened the room {name}")),
        EntryKind::Joined { .. } => Some(format!("{who} joined")),
        EntryKind::Left => Some(format!("{who} left")),
        EntryKind::Damaged => Some("A message here was damaged on the server's disk and cannot be shown.".to_owned()),
        _ => None,
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
            format!("This message is too long. At most {} characters fit.", thousands(MESSAGE_CHARS_MAX as u64))
        }
        ErrorCode::NotInRoom => "You are not in this room any more.".to_owned(),
        ErrorCode::RateLimited => "That was too fast.".to_owned(),
        ErrorCode::Unavailable => "The server could not store this message.".to_owned(),
        ErrorCode::Damaged => {
            "The server's disk has damaged what it stored of this message. Edit it to send it as a new one.".to_owned()
        }
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
        ErrorCode::Damaged => "What the server has stored of this is damaged and cannot be shown.",
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

pub fn thousands(number: u64) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", thousands(number / 1_000), number % 1_000) }
}

/// Why messages do not go out as fast as they are written, and what of it changes too often to be read aloud.
pub fn pause(code: ErrorCode, seconds: Option<u64>) -> Option<(&'static str, Option<String>)> {
    match (code, seconds) {
        // It may last, so that counting down would promise too much.
        (ErrorCode::Unavailable, _) => {
            Some(("The server cannot store messages just now. Yours is kept and goes out by itself.", None))
        }
        (_, Some(seconds)) => {
            Some(("A little slower, please: the next one goes out", Some(format!(" in {seconds} s"))))
        }
        (_, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Access, RoomId, UserId};

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
        let room = RoomSummary {
            id: RoomId::parse("general").unwrap(),
            name: "General".into(),
            online: 3,
            members: 9,
            access: Access::Open,
        };
        assert_eq!(room_label(&room, 0), "General, 3 online");
        assert_eq!(room_label(&room, 2), "General, 3 online, 2 new");
        assert_eq!(room_label(&room, 100), "General, 3 online, 99+ new");
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
    fn one_is_not_several() {
        assert_eq!(chars_left(200), None);
        assert_eq!(chars_left(1).unwrap(), "1 character left");
        assert_eq!(chars_left(0).unwrap(), "0 characters left");
        assert_eq!(chars_left(-1).unwrap(), "1 character too many");
        assert_eq!(missing(1), "1 message not loaded yet");
        assert_eq!(missing(1_234_567), "1,234,567 messages not loaded yet");
    }

    #[test]
    fn what_may_last_is_not_counted_down() {
        assert_eq!(pause(ErrorCode::RateLimited, None), None);
        assert_eq!(pause(ErrorCode::RateLimited, Some(3)).unwrap().1.unwrap(), " in 3 s");
        assert_eq!(pause(ErrorCode::Unavailable, Some(3)), pause(ErrorCode::Unavailable, None));
    }

    #[test]
    fn limits_are_written_with_their_thousands() {
        assert_eq!(refusal(ErrorCode::MessageTooLong), "This message is too long. At most 4,000 characters fit.");
    }
}
