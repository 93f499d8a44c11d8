use crate::protocol::ErrorCode;
use crate::protocol::limits::PASSWORD_CHARS_MIN;

/// Why the server did not do what was asked of it by a form about people. Its own text is for programmers.
pub fn failure(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::BadName => "This name cannot be used. Please choose another one.",
        ErrorCode::NameTaken => "Somebody here is called that, or nearly so.",
        ErrorCode::BadPassword => "This password is too short.",
        ErrorCode::WrongPassword => "That is not the right name and password.",
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

/// What is wrong with a password as far as one sees without asking.
pub fn password_trouble(password: &str) -> Option<String> {
    (password.chars().count() < PASSWORD_CHARS_MIN)
        .then(|| format!("A password has at least {PASSWORD_CHARS_MIN} characters."))
}
