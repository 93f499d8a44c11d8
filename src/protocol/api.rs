//! What browsers and programs ask the server by HTTP: who they are, and what administrators do. Requests and answers are
//! JSON; a failed request is answered by [`ApiError`] and a status.

use serde::{Deserialize, Serialize};

use super::codes::ErrorCode;
use super::entry::User;
use super::ids::{InviteCode, LoginId, Password, RoomId, Token, UserId};
use super::server_frame::Profile;
use super::states::RoomSummary;

/// Who may come in for the first time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignUp {
    /// Everyone, with nothing but a name.
    #[default]
    Open,
    /// Whoever has an invite link of a room.
    Invite,
    /// Whoever chooses a password.
    Password,
}

/// `POST /api/enter`: somebody new. Answered by [`Entered`], and by a cookie unless `token` is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enter {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<RoomInvite>,
    /// For programs, which keep no cookies: answer with the secret instead.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub token: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomInvite {
    pub room: RoomId,
    pub code: InviteCode,
}

/// `POST /api/sign-in`: somebody who has a password, on another device. Answered by [`Entered`], and by a cookie unless
/// `token` is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    pub name: String,
    pub password: Password,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub token: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered {
    #[serde(flatten)]
    pub profile: Profile,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
}

/// `POST /api/sign-out`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOut {
    /// All logins of the person, and not only this one.
    #[serde(default)]
    pub everywhere: bool,
}

/// `POST /api/name`. Answered by [`Profile`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeName {
    pub name: String,
}

/// `POST /api/password`: makes a guest's name theirs for good, or changes the password. Answered by [`Profile`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangePassword {
    /// Of whoever has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<Password>,
    pub new: Password,
}

/// `GET /api/account`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    #[serde(flatten)]
    pub profile: Profile,
    pub devices: Vec<Device>,
}

/// A login of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    pub id: LoginId,
    /// What the browser said it was: "Firefox on Linux".
    pub label: String,
    /// In ms since the Unix epoch.
    pub made_at: u64,
    /// Within the hour.
    pub seen_at: u64,
    /// The one that asks.
    pub current: bool,
}

/// `POST /api/devices/end`: signs out one of the person's logins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndDevice {
    pub device: LoginId,
}

/// `POST /api/account/delete`. What the person has written stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteAccount {
    /// Of whoever has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
}

/// `POST /api/admin/claim`: makes the person the first administrator, by the code that the server has printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimAdmin {
    pub code: InviteCode,
}

/// `GET /api/admin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Administration {
    pub sign_up: SignUp,
    pub rooms: Vec<AdminRoom>,
    /// All people on the server.
    pub people_count: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminRoom {
    #[serde(flatten)]
    pub summary: RoomSummary,
    pub entries: u64,
    pub owners: Vec<User>,
}

/// `GET /api/admin/people?find=…&after=…`: in the order of their names, at most a hundred. Answered by [`PeoplePage`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindPeople {
    /// Part of a name.
    #[serde(default)]
    pub find: String,
    /// The name of the last person at hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeoplePage {
    pub people: Vec<AdminPerson>,
    pub more: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminPerson {
    #[serde(flatten)]
    pub profile: Profile,
    pub banned: bool,
    /// In ms since the Unix epoch.
    pub made_at: u64,
    pub seen_at: u64,
}

/// `POST /api/admin/person`: what is given changes. Answered by [`AdminPerson`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangePerson {
    pub user: UserId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub banned: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin: Option<bool>,
}

/// `POST /api/admin/close-room`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseRoom {
    pub room: RoomId,
}

/// `POST /api/admin/sign-up`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeSignUp {
    pub sign_up: SignUp,
}

/// Answers a request that failed. The text is for a programmer; a person gets words chosen by the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    pub code: ErrorCode,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl ApiError {
    /// Nobody has answered, or not in a way that makes sense.
    pub fn unavailable(message: &str) -> Self {
        Self { code: ErrorCode::Unavailable, message: message.into(), retry_after_ms: None }
    }
}
