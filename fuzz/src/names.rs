//! Few of each, so that steps meet.

use crate::protocol::limits::INTEGER_MAX;
use crate::protocol::{Epoch, InviteCode, InviteId, MessageId, Password, RoomId, Token, User, UserId};
use libfuzzer_sys::arbitrary::{self, Arbitrary};

/// A number as it may come over the wire: mostly one that fits, now and then one that overflows.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub enum Number {
    Near(u8),
    Far(u16),
    Any(u64),
}

impl Number {
    pub fn get(self) -> u64 {
        match self {
            Self::Near(number) => number.into(),
            Self::Far(number) => number.into(),
            Self::Any(number) => number,
        }
    }

    /// Of those that a decoder lets pass.
    pub fn exact(self) -> u64 {
        self.get().min(INTEGER_MAX)
    }
}

pub fn room(number: u8) -> RoomId {
    RoomId::parse(["general", "random", "book-club", "茶室"][usize::from(number % 4)]).unwrap()
}

pub fn token(number: u8) -> Token {
    Token::parse(&format!("{:_<32}", format!("person-{}", number % 3))).unwrap()
}

pub fn user(number: u8) -> UserId {
    user_of(&token(number))
}

pub fn user_of(token: &Token) -> UserId {
    UserId::parse(token.as_str().trim_end_matches('_')).unwrap()
}

pub fn person(number: u8) -> User {
    User { id: user(number), name: format!("Person {}", number % 3) }
}

pub fn password(number: u8) -> Password {
    Password::parse(["sesame", "", "x"][usize::from(number % 3)]).unwrap_or(Password::parse("sesame").unwrap())
}

pub fn invite(number: u8) -> InviteId {
    InviteId::parse(&format!("i-{}", number % 4)).unwrap()
}

pub fn code(number: u8) -> InviteCode {
    InviteCode::parse(&format!("{:_<16}", format!("code-{}", number % 4))).unwrap()
}

pub fn message(number: u8) -> MessageId {
    MessageId::parse(&format!("m-{}", number % 16)).unwrap()
}

pub fn epoch(number: u8) -> Epoch {
    Epoch::parse(["epoch-1", "epoch-2"][usize::from(number % 2)]).unwrap()
}
