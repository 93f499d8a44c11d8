//! Words and looks of things, made from plain values.

mod account;
mod emoji;
mod links;
mod person;
mod words;

pub use account::{failure, password_trouble};
pub use emoji::is_only_emoji;
pub use links::{Segment, segments};
pub use person::{hue, initials};
pub use words::{chars_left, connection, missing, note, online, pause, problem, refusal, room_label, typing, unread};
