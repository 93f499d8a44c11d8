use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::limits::{ID_CHARS_MAX, PASSWORD_CHARS_MAX, ROOM_ID_CHARS_MAX};

/// A place in a room's log: 1, 2, 3, … without holes. 0 stands before the first entry.
pub type Seq = u64;

/// An id that breaks the rule of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidId(&'static str);

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidId {}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $valid:path, $rule:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(
            /// Shared, since an id is kept in many places and handed on with every entry.
            Arc<str>,
        );

        impl $name {
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                if $valid(text) { Ok(Self(text.into())) } else { Err(InvalidId($rule)) }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.as_str().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

macro_rules! plain_debug {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.as_str())
            }
        }
    )*};
}

fn is_plain(text: &str) -> bool {
    (1..=ID_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A token must not be guessable, so a short one is refused.
fn is_secret(text: &str) -> bool {
    text.len() >= 32 && is_plain(text)
}

fn is_code(text: &str) -> bool {
    text.len() >= 16 && is_plain(text)
}

fn is_password(text: &str) -> bool {
    (1..=PASSWORD_CHARS_MAX).contains(&text.chars().count())
}

fn is_room_id(text: &str) -> bool {
    let inner = |c: char| c == '-' || (c.is_alphanumeric() && c.to_lowercase().eq([c]));
    !text.starts_with('-')
        && !text.ends_with('-')
        && !text.contains("--")
        && (1..=ROOM_ID_CHARS_MAX).contains(&text.chars().count())
        && text.chars().all(inner)
}

id!(
    /// Names a room in addresses and frames: lower-case letters and digits of any script, in words joined by `-`.
    RoomId,
    is_room_id,
    "a room id is 1 to 64 lower-case letters and digits, in words joined by '-'"
);
id!(
    /// Names a person, the same on every connection and device.
    UserId, is_plain, "an id is 1 to 64 of A-Z, a-z, 0-9, '-' and '_'"
);
id!(
    /// Made by the client, stored with the message: sending it again is answered with the same place in the log.
    MessageId, is_plain, "an id is 1 to 64 of A-Z, a-z, 0-9, '-' and '_'"
);
id!(
    /// Names one life of a database. A cursor means nothing under another epoch.
    Epoch, is_plain, "an id is 1 to 64 of A-Z, a-z, 0-9, '-' and '_'"
);
id!(
    /// The secret that makes a connection a certain person's. Never shown, not even in debug output.
    Token, is_secret, "a token is 32 to 64 of A-Z, a-z, 0-9, '-' and '_'"
);

id!(
    /// Names an invite link among those of its room. It lets nobody in; the [`InviteCode`] does.
    InviteId, is_plain, "an id is 1 to 64 of A-Z, a-z, 0-9, '-' and '_'"
);
id!(
    /// Names one login of a person: a browser, or a program with a token.
    LoginId, is_plain, "an id is 1 to 64 of A-Z, a-z, 0-9, '-' and '_'"
);
id!(
    /// The secret of an invite link. Never shown, not even in debug output.
    InviteCode, is_code, "an invite code is 16 to 64 of A-Z, a-z, 0-9, '-' and '_'"
);
id!(
    /// What a person types to prove who they are, or that they may enter. Never shown, not even in debug output.
    Password, is_password, "a password has 1 to 256 characters"
);

plain_debug!(RoomId UserId MessageId Epoch InviteId LoginId);

macro_rules! secret_debug {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

secret_debug!(Token InviteCode Password);

impl RoomId {
    /// The id of the room with this name: words in lower case, joined by `-`. `None` if no letter or digit is in it.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut id = String::new();
        for c in name.chars().flat_map(char::to_lowercase) {
            if c.is_alphanumeric() {
                id.push(c);
            } else if !id.is_empty() && !id.ends_with('-') {
                id.push('-');
            }
        }
        Self::parse(id.trim_end_matches('-')).ok()
    }

    /// What a room is called that was made by a link and not by a name.
    pub fn to_name(&self) -> String {
        let words = self.0.replace('-', " ");
        let mut chars = words.chars();
        match chars.next() {
            Some(first) => first.to_uppercase().chain(chars).collect(),
            None => words,
        }
    }
}

impl MessageId {
    /// A UUID of version 7 (RFC 9562, section 5.7): 48 bits of Unix time in ms, then random bits.
    pub fn v7(unix_ms: u64, random: u128) -> Self {
        let time = u128::from(unix_ms & 0xffff_ffff_ffff) << 80;
        let bits = time | (random & 0x0fff_3fff_ffff_ffff_ffff) | (0x7 << 76) | (0b10 << 62);
        let hex = format!("{bits:032x}");
        let groups = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        Self(groups.join("-").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_ids_come_from_names() {
        let id = |name| RoomId::from_name(name).map(String::from);
        assert_eq!(id("General").as_deref(), Some("general"));
        assert_eq!(id("  Book  club / 2026! ").as_deref(), Some("book-club-2026"));
        assert_eq!(id("Łódź 茶室").as_deref(), Some("łódź-茶室"));
        assert_eq!(id("🎉🎉"), None);
        assert_eq!(id(&"x".repeat(65)), None);
    }

    #[test]
    fn room_ids_hold_to_their_rule() {
        for good in ["a", "book-club", "茶室", "42"] {
            assert!(RoomId::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "Upper", "a b", "a/b", "../etc", "a\u{0}"] {
            assert!(RoomId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_room_made_by_link_gets_a_readable_name() {
        assert_eq!(RoomId::parse("book-club").unwrap().to_name(), "Book club");
    }

    #[test]
    fn message_ids_are_uuids_of_version_7() {
        // The example of RFC 9562, appendix A.6.
        let random = (0xCC3 << 64) | 0x18C4_DC0C_0C07_398F;
        let id = MessageId::v7(0x017F_22E2_79B0, random);
        assert_eq!(id.as_str(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    }

    #[test]
    fn tokens_stay_out_of_debug_output() {
        let token = Token::parse(&"s".repeat(32)).unwrap();
        assert_eq!(format!("{token:?}"), "Token(…)");
        assert!(Token::parse("short").is_err());
    }
}
