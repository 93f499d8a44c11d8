use super::words::{counted, online, thousands};
use crate::protocol::api::{AdminRoom, SignUp};
use crate::protocol::limits::PASSWORD_CHARS_MIN;
use crate::protocol::{Access, ErrorCode};

/// Why the server did not do what was asked of it by a form about people. Its own text is for programmers.
pub fn failure(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::BadName => "This name cannot be used. Please choose another one.",
        ErrorCode::NameTaken => "Somebody here is called that, or nearly so.",
        ErrorCode::BadPassword => "This password is too short.",
        ErrorCode::WrongPassword => "That is not the right password.",
        ErrorCode::SignUpClosed => "You need an invite link to come in.",
        ErrorCode::BadInvite => "This invite link does not work any more. Please ask for a new one.",
        ErrorCode::GuestsClosed => "Here everybody has a password. Please choose one.",
        ErrorCode::RateLimited => "That was too often.",
        ErrorCode::Banned => "An administrator has banned this person.",
        ErrorCode::SignInRequired => "You are signed out. Please reload the page.",
        ErrorCode::NotAllowed => "You may not do that.",
        ErrorCode::NoSuchPerson => "This person is not here any more.",
        ErrorCode::RoomClosed | ErrorCode::NotInRoom => "This room is not here any more.",
        ErrorCode::Unavailable => "The server cannot be reached just now. Please try again in a moment.",
        _ => "Something went wrong. Please try again in a moment.",
    }
}

/// Who signs in may be wrong about either.
pub fn sign_in_failure(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::WrongPassword | ErrorCode::BadName => "That is not the right name and password.",
        code => failure(code),
    }
}

pub fn claim_failure(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::NotAllowed => "This link makes nobody an administrator any more.",
        code => failure(code),
    }
}

/// What is wrong with a password as far as one sees without asking.
pub fn password_trouble(password: &str) -> Option<String> {
    (password.chars().count() < PASSWORD_CHARS_MIN)
        .then(|| format!("A password has at least {PASSWORD_CHARS_MIN} characters."))
}

/// A policy for newcomers, and what it means.
pub fn sign_up(policy: SignUp) -> (&'static str, &'static str) {
    match policy {
        SignUp::Open => ("Everyone", "Whoever gives a name is in, as a guest."),
        SignUp::Invite => ("Whoever has an invite link", "A link that leads into a room lets newcomers in as well."),
        SignUp::Password => ("Whoever chooses a password", "There are no guests: each name belongs to somebody."),
    }
}

/// How people get into a room.
pub fn access(access: Access) -> &'static str {
    match access {
        Access::Open => "open",
        Access::Hidden => "hidden",
        Access::Password => "password",
        Access::Invite => "by invite",
    }
}

/// How lively a room is, for administrators.
pub fn room_counts(room: &AdminRoom) -> String {
    let (members, entries) = (u64::from(room.summary.members), room.entries);
    format!(
        "{} {}, {}, {} {}",
        thousands(members),
        counted(members, "member"),
        online(room.summary.online),
        thousands(entries),
        if entries == 1 { "entry" } else { "entries" }
    )
}

pub fn owners(room: &AdminRoom) -> String {
    if room.owners.is_empty() {
        return "Nobody owns it".to_owned();
    }
    let names: Vec<_> = room.owners.iter().map(|owner| owner.name.as_str()).collect();
    format!("Owned by {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{RoomId, RoomSummary};

    #[test]
    fn a_short_password_is_seen_without_asking() {
        assert!(password_trouble("1234567").unwrap().contains('8'));
        assert_eq!(password_trouble("12345678"), None);
        assert_eq!(password_trouble("пароль密码"), None, "characters count, not bytes");
    }

    #[test]
    fn a_rooms_line_says_how_lively_it_is() {
        let id = RoomId::parse("tea").unwrap();
        let summary = RoomSummary { id, name: "Tea".into(), online: 2, members: 1, access: Access::Open };
        let room = AdminRoom { summary, entries: 1_234, owners: vec![] };
        assert_eq!(room_counts(&room), "1 member, 2 online, 1,234 entries");
        assert_eq!(owners(&room), "Nobody owns it");
    }
}
