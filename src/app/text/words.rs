use crate::protocol::{Access, Rank, Role, RoomSummary, User};
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

pub fn members(count: u32) -> String {
    let count = u64::from(count);
    format!("{} {}", thousands(count), counted(count, "member"))
}

/// What a room's link is called for those who do not see it.
pub fn room_label(room: &RoomSummary, new: u64, mentions: usize) -> String {
    let mut label = format!("{}, {}", room.name, online(room.online));
    if new > 0 {
        label += &format!(", {} new", unread(new));
    }
    if mentions > 0 {
        label += &format!(", {mentions} {}", counted(mentions as u64, "mention"));
    }
    match room.access {
        Access::Open => label,
        Access::Hidden => label + ", hidden",
        Access::Password => label + ", with a password",
        Access::Invite => label + ", invite-only",
    }
}

/// New messages as a page's title counts them: those that mention the person apart.
pub fn title_count(new: u64, mentions: usize) -> String {
    match (new, mentions) {
        (0, _) => String::new(),
        (_, 0) => format!("({}) ", unread(new)),
        _ => format!("({}, @{mentions}) ", unread(new)),
    }
}

pub fn role(role: Role) -> Option<&'static str> {
    match role {
        Role::Member => None,
        Role::Moderator => Some("moderator"),
        Role::Owner => Some("owner"),
    }
}

pub fn rank(rank: Rank) -> &'static str {
    match rank {
        Rank::Banned | Rank::Outsider => "Not in this room",
        Rank::Member => "Member",
        Rank::Moderator => "Moderator",
        Rank::Owner => "Owner",
        Rank::Admin => "Administrator",
    }
}

/// Who may come in, as a choice.
pub fn access_choice(access: Access) -> &'static str {
    match access {
        Access::Open => "Everyone",
        Access::Hidden => "By its link",
        Access::Password => "By a password",
        Access::Invite => "By invite link only",
    }
}

/// What the choice comes to.
pub fn access_hint(access: Access) -> &'static str {
    match access {
        Access::Open => "The room stands in everyone's list, and is open.",
        Access::Hidden => "Whoever has the link comes in. The room stands in no list but that of its members.",
        Access::Password => "The room stands in everyone's list, with a lock. Invite links open it too.",
        Access::Invite => "An invite link lets people in. The room stands in no list but that of its members.",
    }
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

pub fn typing(users: &[User]) -> Option<String> {
    let names: Vec<&str> = users.iter().take(TYPING_NAMED).map(|user| user.name.as_str()).collect();
    match (names.as_slice(), users.len()) {
        (_, more) if more > TYPING_NAMED => Some("Several people are typing".to_owned()),
        ([first], _) => Some(format!("{first} is typing")),
        ([others @ .., last], _) => Some(format!("{} and {last} are typing", others.join(", "))),
        ([], _) => None,
    }
}

pub fn thousands(number: u64) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", thousands(number / 1_000), number % 1_000) }
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
        assert_eq!(room_label(&room, 0, 0), "General, 3 online");
        assert_eq!(room_label(&room, 2, 0), "General, 3 online, 2 new");
        assert_eq!(room_label(&room, 100, 0), "General, 3 online, 99+ new");
        let locked = RoomSummary { access: Access::Password, ..room };
        assert_eq!(room_label(&locked, 2, 1), "General, 3 online, 2 new, 1 mention, with a password");
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
}
