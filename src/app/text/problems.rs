use super::time::duration;
use super::words::thousands;
use crate::protocol::limits::{MESSAGE_CHARS_MAX, ROOM_PASSWORD_CHARS_MIN};
use crate::protocol::{ErrorCode, Refusal};

/// Why a message was refused.
pub fn refusal(code: ErrorCode) -> String {
    let words = match code {
        ErrorCode::MessageEmpty => "There is nothing in this message.",
        ErrorCode::MessageTooLong => {
            return format!(
                "This message is too long. At most {} characters fit.",
                thousands(MESSAGE_CHARS_MAX as u64)
            );
        }
        ErrorCode::NotInRoom | ErrorCode::Banned | ErrorCode::PasswordRequired | ErrorCode::InviteRequired => {
            "You are not in this room any more."
        }
        ErrorCode::RoomClosed => "This room has been deleted.",
        ErrorCode::RateLimited => "That was too fast.",
        ErrorCode::SlowMode => "That was too soon after your last message.",
        ErrorCode::Muted => "You were muted when you sent this.",
        ErrorCode::Unavailable => "The server could not store this message.",
        ErrorCode::Damaged => {
            "The server's disk has damaged what it stored of this message. Edit it to send it as a new one."
        }
        _ => "The server did not take this message.",
    };
    words.to_owned()
}

/// What could not be done. The server's own text is for programmers and never shown.
pub fn problem(refusal: &Refusal) -> String {
    let what = match refusal.code {
        ErrorCode::BadName => "This name cannot be used. Please choose another one.",
        ErrorCode::NameTaken => "Somebody else has this name, or one that looks like it. Please choose another one.",
        ErrorCode::BadRoomName => "A room cannot be called that. Please choose another name.",
        ErrorCode::RoomExists => "There is a room of that name already.",
        ErrorCode::NotInRoom => "You are not in this room any more.",
        ErrorCode::TooManyRooms => "There is no place for another room.",
        ErrorCode::Unavailable => "The server cannot do that just now. Please try again in a moment.",
        ErrorCode::Damaged => "What the server has stored of this is damaged and cannot be shown.",
        ErrorCode::RateLimited => return too_fast(refusal.retry_after_ms),
        ErrorCode::SignInRequired => "Please sign in again.",
        ErrorCode::BadPassword => return short_password(),
        ErrorCode::WrongPassword => "That is not the password.",
        ErrorCode::SignUpClosed => "This server takes in only people who were invited.",
        ErrorCode::GuestsClosed => "This server takes in only people who choose a password.",
        ErrorCode::Banned => "You are kept out of this room.",
        ErrorCode::NotAllowed => "You may not do that here.",
        ErrorCode::PasswordRequired => "This room wants a password.",
        ErrorCode::InviteRequired => "You need an invite link to come in.",
        ErrorCode::BadInvite => "This invite link does not work any more. Please ask for a new one.",
        ErrorCode::RoomClosed => "This room has been deleted.",
        ErrorCode::RoomFull => "This room is full.",
        ErrorCode::Muted => "You may read here, but not write, for the time being.",
        ErrorCode::SlowMode => "This room is in slow mode. Please wait a moment before you write again.",
        ErrorCode::BadTopic => "This topic cannot be used. It may be too long.",
        ErrorCode::OutOfBounds => "This number is too small or too large.",
        ErrorCode::NoSuchPerson => "This person is not here any more.",
        ErrorCode::NoSuchMessage => "This message is not there any more.",
        ErrorCode::NoSuchInvite => "This invite link is not there any more.",
        _ => "Something went wrong. Please reload the page if it happens again.",
    };
    what.to_owned()
}

pub fn short_password() -> String {
    format!("A password has at least {ROOM_PASSWORD_CHARS_MIN} characters.")
}

fn too_fast(retry_after_ms: Option<u64>) -> String {
    match retry_after_ms.map(|ms| ms.div_ceil(1_000)) {
        Some(seconds @ 2..) => format!("That was too fast. Please try again in {}.", duration(seconds)),
        _ => "That was too fast. Please try again in a moment.".to_owned(),
    }
}

/// Why messages do not go out as fast as they are written, and what of it changes too often to be read aloud.
pub fn pause(code: ErrorCode, seconds: Option<u64>) -> Option<(&'static str, Option<String>)> {
    match (code, seconds) {
        // It may last, so that counting down would promise too much.
        (ErrorCode::Unavailable, _) => {
            Some(("The server cannot store messages just now. Yours is kept and goes out by itself.", None))
        }
        (_, Some(seconds)) => {
            Some(("A little slower, please: the next one goes out", Some(format!(" in {seconds} s"))))
        }
        (_, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_never_repeat_what_the_server_said() {
        let message = "SQLITE_BUSY".to_owned();
        let mut problem_of =
            Refusal { code: ErrorCode::Unavailable, message, about: None, room: None, id: None, retry_after_ms: None };
        assert!(!problem(&problem_of).contains("SQLITE"));
        problem_of.code = ErrorCode::RateLimited;
        problem_of.retry_after_ms = Some(2_100);
        assert_eq!(problem(&problem_of), "That was too fast. Please try again in 3 seconds.");
    }

    #[test]
    fn what_may_last_is_not_counted_down() {
        assert_eq!(pause(ErrorCode::RateLimited, None), None);
        assert_eq!(pause(ErrorCode::RateLimited, Some(3)).unwrap().1.unwrap(), " in 3 s");
        assert_eq!(pause(ErrorCode::Unavailable, Some(3)), pause(ErrorCode::Unavailable, None));
    }

    #[test]
    fn limits_are_written_with_their_thousands() {
        assert_eq!(refusal(ErrorCode::MessageTooLong), "This message is too long. At most 4,000 characters fit.");
    }
}
