//! Words and looks of things, made from plain values.

mod account;
mod emoji;
mod links;
pub mod mentions;
mod notes;
mod person;
mod problems;
mod time;
mod words;

pub use account::{access, claim_failure, failure, owners, password_trouble, room_counts, sign_in_failure, sign_up};
pub use emoji::is_only_emoji;
pub use links::{Segment, segments};
pub use notes::{every, gone, note};
pub use person::{hue, initials};
pub use problems::{pause, problem, refusal, short_password};
pub use time::{duration, time_left};
pub use words::{
    access_choice, access_hint, chars_left, connection, members, missing, online, rank, role, room_label, thousands,
    title_count, typing, unread,
};
