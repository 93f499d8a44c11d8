use super::time::duration;
use crate::app::model::Gone;
use crate::protocol::{Access, Entry, EntryKind, LeftReason, Role, User, UserId};

/// By whom the server itself acts.
const SERVER: &str = "parlor";

/// What a quiet line says, to the person who reads it.
pub fn note(entry: &Entry, me: Option<&UserId>) -> Option<String> {
    let by = &entry.by;
    let who = if me == Some(&by.id) { "You" } else { by.name.as_str() };
    let words = match &entry.kind {
        EntryKind::Created { name, .. } => format!("{who} opened the room {name}"),
        EntryKind::Joined { invite: None } => format!("{who} joined"),
        EntryKind::Joined { invite: Some(_) } => format!("{who} joined by an invite link"),
        EntryKind::Left => format!("{who} left"),
        EntryKind::CameAndWent { joined, left, .. } => came_and_went(*joined, *left),
        EntryKind::Renamed { name } => format!("{who} renamed the room to {name}"),
        EntryKind::Topic { topic } if topic.is_empty() => format!("{who} removed the topic"),
        EntryKind::Topic { topic } => format!("{who} set the topic: {topic}"),
        EntryKind::Access { access } => format!("{who} {}", access_note(*access)),
        EntryKind::SlowMode { seconds: 0 } => format!("{who} turned off slow mode"),

        EntryKind::SlowMode { seconds } => {
            format!("{who} turned on slow mode: one message every {}", every(u64::from(*seconds)))
        }
        EntryKind::Role { user, role } => role_note(who, by, user, *role, me),
        EntryKind::Removed { user } => format!("{who} removed {}", whom(user, by, me)),
        EntryKind::Banned { user } => format!("{who} banned {}", whom(user, by, me)),
        EntryKind::Unbanned { user } => format!("{who} lifted the ban on {}", whom(user, by, me)),
        EntryKind::Muted { user, until: 0 } => format!("{who} unmuted {}", whom(user, by, me)),
        EntryKind::Muted { user, until } => {
            let seconds = (until.saturating_sub(entry.at) + 500) / 1_000;
            format!("{who} muted {} for {}", whom(user, by, me), duration(seconds))
        }
        EntryKind::Invited { .. } => format!("{who} made an invite link"),
        EntryKind::InviteRevoked { .. } => format!("{who} revoked an invite link"),
        EntryKind::Deleted { .. } => format!("{who} deleted a message"),
        EntryKind::Closed => format!("{who} deleted the room"),
        EntryKind::Erased { .. } => "Message deleted".to_owned(),
        EntryKind::Damaged => "A message here was damaged on the server's disk and cannot be shown.".to_owned(),
        EntryKind::Message { .. } | EntryKind::Unknown => return None,
    };
    Some(words)
}

/// "1 person joined", "98 people joined and 3 left".
fn came_and_went(joined: u32, left: u32) -> String {
    let people = |count: u32| if count == 1 { "1 person".to_owned() } else { format!("{} people", grouped(count)) };
    match (joined, left) {
        (joined, 0) => format!("{} joined", people(joined)),
        (0, left) => format!("{} left", people(left)),
        (joined, left) => format!("{} joined and {} left", people(joined), grouped(left)),
    }
}

/// "10,000"
fn grouped(count: u32) -> String {
    let digits = count.to_string();
    let mut words = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words
}

fn access_note(access: Access) -> &'static str {
    match access {
        Access::Open => "opened the room to everyone",
        Access::Hidden => "took the room out of the list: its link leads in",
        Access::Password => "set a password for the room",
        Access::Invite => "made the room invite-only",
    }
}

fn role_note(who: &str, by: &User, user: &User, role: Role, me: Option<&UserId>) -> String {
    let what = match role {
        Role::Member => "a member",
        Role::Moderator => "a moderator",
        Role::Owner => "an owner",
    };
    match (by.id.as_str() == SERVER, me == Some(&user.id)) {
        (true, true) => format!("You are {what} now"),
        (true, false) => format!("{} is {what} now", user.name),
        _ => format!("{who} made {} {what}", whom(user, by, me)),
    }
}

/// How it came that somebody is not in a room any more.
pub fn gone(gone: &Gone) -> String {
    let Gone::Ousted { reason, by } = gone else {
        let words = if *gone == Gone::Left { "You have left this room." } else { "You are not in this room any more." };
        return words.to_owned();
    };
    let by = by.as_ref().filter(|by| by.id.as_str() != SERVER).map(|by| by.name.as_str());
    match (reason, by) {
        (LeftReason::Removed, Some(by)) => format!("{by} removed you from this room."),
        (LeftReason::Removed, None) => "You were removed from this room.".to_owned(),
        (LeftReason::Banned, Some(by)) => format!("{by} banned you from this room."),
        (LeftReason::Banned, None) => "You were banned from this room.".to_owned(),
        (LeftReason::Closed, Some(by)) => format!("{by} deleted this room."),
        (LeftReason::Closed, None) => "This room was deleted.".to_owned(),
        (LeftReason::Unknown, _) => "You are not in this room any more.".to_owned(),
    }
}

/// Whom somebody has done something to.
fn whom<'a>(user: &'a User, by: &User, me: Option<&UserId>) -> &'a str {
    match (me == Some(&user.id), by.id == user.id) {
        (true, true) => "yourself",
        (true, false) => "you",
        (false, true) => "themselves",
        (false, false) => &user.name,
    }
}

/// "30 seconds", "minute", "6 hours": as it stands after "every".
pub fn every(seconds: u64) -> String {
    let words = duration(seconds);
    words.strip_prefix("1 ").map(str::to_owned).unwrap_or(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{InviteId, MessageId, RoomId};

    fn user(name: &str) -> User {
        User { id: UserId::parse(&name.to_lowercase()).unwrap(), name: name.into() }
    }

    fn read_by(reader: &str, by: &str, kind: EntryKind) -> String {
        let entry = Entry { room: RoomId::parse("tea").unwrap(), seq: 1, at: 5_000, by: user(by), kind };
        note(&entry, Some(&user(reader).id)).unwrap()
    }

    #[test]
    fn a_quiet_line_speaks_to_its_reader() {
        let removed = || EntryKind::Removed { user: user("Eve") };
        assert_eq!(read_by("Ada", "Ben", removed()), "Ben removed Eve");
        assert_eq!(read_by("Ben", "Ben", removed()), "You removed Eve");
        assert_eq!(read_by("Eve", "Ben", removed()), "Ben removed you");
        let moderator = || EntryKind::Role { user: user("Ada"), role: Role::Moderator };
        assert_eq!(read_by("Cy", "Ben", moderator()), "Ben made Ada a moderator");
        assert_eq!(read_by("Ada", "Ben", moderator()), "Ben made you a moderator");
        assert_eq!(read_by("Ada", "Ada", moderator()), "You made yourself a moderator");
        assert_eq!(read_by("Cy", "Ada", moderator()), "Ada made themselves a moderator");
        let owner = || EntryKind::Role { user: user("Ada"), role: Role::Owner };
        assert_eq!(read_by("Cy", "Parlor", owner()), "Ada is an owner now");
        assert_eq!(read_by("Ada", "Parlor", owner()), "You are an owner now");
    }

    #[test]
    fn times_are_told_as_people_say_them() {
        let slow = |seconds| read_by("Ada", "Ben", EntryKind::SlowMode { seconds });
        assert_eq!(slow(30), "Ben turned on slow mode: one message every 30 seconds");
        assert_eq!(slow(60), "Ben turned on slow mode: one message every minute");
        assert_eq!(slow(1), "Ben turned on slow mode: one message every second");
        assert_eq!(slow(0), "Ben turned off slow mode");
        let muted = |until| read_by("Eve", "Ben", EntryKind::Muted { user: user("Eve"), until });
        assert_eq!(muted(605_010), "Ben muted you for 10 minutes");
        assert_eq!(muted(0), "Ben unmuted you");
    }

    #[test]
    fn many_who_come_and_go_are_told_by_their_number() {
        let words = |joined, left| read_by("Ada", "Parlor", EntryKind::CameAndWent { first: 1, joined, left });
        assert_eq!(words(98, 0), "98 people joined");
        assert_eq!(words(0, 10), "10 people left");
        assert_eq!(words(1, 9), "1 person joined and 9 left");
        assert_eq!(words(10_000, 1_234_567), "10,000 people joined and 1,234,567 left");
    }

    #[test]
    fn everything_that_happens_to_a_room_has_words() {
        let invite = InviteId::parse("link").unwrap();
        for kind in [
            EntryKind::Joined { invite: Some(invite.clone()) },
            EntryKind::Renamed { name: "Coffee".into() },
            EntryKind::Topic { topic: String::new() },
            EntryKind::Banned { user: user("Eve") },
            EntryKind::Unbanned { user: user("Eve") },
            EntryKind::Invited { invite: invite.clone(), expires_at: None, uses_max: None },
            EntryKind::InviteRevoked { invite },
            EntryKind::Deleted { seq: 1 },
            EntryKind::Erased { id: MessageId::v7(1, 1) },
            EntryKind::Closed,
        ] {
            assert!(!read_by("Ada", "Ben", kind).is_empty());
        }
        for access in Access::ALL {
            assert!(read_by("Ada", "Ben", EntryKind::Access { access }).starts_with("Ben "));
        }
    }
}
