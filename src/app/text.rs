//! Words and looks of things, made from plain values.

mod account;
mod emoji;
mod links;
mod person;
mod words;

pub use account::{access, claim_failure, failure, owners, password_trouble, room_counts, sign_in_failure, sign_up};
pub use emoji::is_only_emoji;
pub use links::{Segment, segments};
pub use person::{hue, initials};
pub use words::{
    chars_left, connection, missing, note, online, pause, problem, refusal, room_label, thousands, typing, unread,
};
