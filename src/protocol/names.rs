use std::fmt;

use super::ids::RoomId;
use super::limits::{ROOM_NAME_CHARS_MAX, TOPIC_CHARS_MAX, USER_NAME_CHARS_MAX};

/// Why a name cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameError {
    Empty,
    TooLong { chars_max: usize },
    InvisibleCharacter,
    NoLetterOrDigit,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("A name needs at least one character."),
            Self::TooLong { chars_max } => write!(f, "A name has at most {chars_max} characters."),
            Self::InvisibleCharacter => f.write_str("A name cannot hold invisible characters."),
            Self::NoLetterOrDigit => f.write_str("A room's name needs a letter or a digit."),
        }
    }
}

impl std::error::Error for NameError {}

/// What a person is called: 1 to 32 visible characters, single spaces between words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserName(String);

impl UserName {
    pub fn parse(text: &str) -> Result<Self, NameError> {
        clean(text, USER_NAME_CHARS_MAX).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a room is about: up to 200 visible characters, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomTopic(String);

impl RoomTopic {
    pub fn parse(text: &str) -> Result<Self, NameError> {
        match clean(text, TOPIC_CHARS_MAX) {
            Err(NameError::Empty) => Ok(Self(String::new())),
            topic => topic.map(Self),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a room is called: 1 to 48 visible characters, at least one of them a letter or digit for its [`RoomId`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomName {
    text: String,
    id: RoomId,
}

impl RoomName {
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let text = clean(text, ROOM_NAME_CHARS_MAX)?;
        let id = RoomId::from_name(&text).ok_or(NameError::NoLetterOrDigit)?;
        Ok(Self { text, id })
    }

    /// The name of a room that is made by a link to it.
    pub fn of(id: &RoomId) -> Self {
        Self { text: id.to_name(), id: id.clone() }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn id(&self) -> &RoomId {
        &self.id
    }
}

fn clean(text: &str, chars_max: usize) -> Result<String, NameError> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().all(|c| c == ' ' || is_joining(c)) {
        Err(NameError::Empty)
    } else if name.chars().count() > chars_max {
        Err(NameError::TooLong { chars_max })
    } else if name.chars().any(is_invisible) || name.split(' ').any(|word| word.starts_with(is_joining)) {
        Err(NameError::InvisibleCharacter)
    } else {
        Ok(name)
    }
}

/// Controls, the format characters that hide in a name or turn the text around it (Unicode category Cf, without U+200C
/// and U+200D, which Persian, Indic scripts and emoji need), and letters and symbols that are blank by design.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Joins or varies the characters around it, and shows nothing by itself.
fn is_joining(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_their_spaces_single() {
        assert_eq!(UserName::parse("  Ada \t Lovelace\n").unwrap().as_str(), "Ada Lovelace");
        assert_eq!(RoomName::parse(" Book  club ").unwrap().id().as_str(), "book-club");
    }

    #[test]
    fn names_that_nobody_could_read_are_refused() {
        assert_eq!(UserName::parse(" \t "), Err(NameError::Empty));
        assert_eq!(UserName::parse(&"x".repeat(33)), Err(NameError::TooLong { chars_max: 32 }));
        assert_eq!(UserName::parse("ev\u{202e}il"), Err(NameError::InvisibleCharacter));
        assert_eq!(RoomName::parse("…"), Err(NameError::NoLetterOrDigit));
    }

    #[test]
    fn names_with_characters_that_show_nothing_are_refused() {
        for blank in ['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}', '\u{2800}', '\u{e0020}', '\u{e0100}', '\u{180b}']
        {
            for name in [format!("{blank}"), format!("{blank}Ada"), format!("A{blank}da"), format!("Ada{blank}")] {
                assert_eq!(UserName::parse(&name), Err(NameError::InvisibleCharacter), "{name:?}");
            }
        }
        for alone in ["\u{fe0f}", "\u{200d}", "\u{200c} \u{fe0e}"] {
            assert_eq!(UserName::parse(alone), Err(NameError::Empty), "{alone:?}");
        }
        for first in ["\u{fe0f}Ada", "\u{200d}Ada", "Ada \u{200c}L"] {
            assert_eq!(UserName::parse(first), Err(NameError::InvisibleCharacter), "{first:?}");
        }
    }

    #[test]
    fn names_of_every_script_fit() {
        for name in ["李清照", "علی‌رضا", "👩‍🚀", "❤\u{fe0f}", "한글", &"界".repeat(32)] {
            assert!(UserName::parse(name).is_ok(), "{name}");
        }
    }
}
