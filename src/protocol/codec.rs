use serde::Serialize;

use super::client_frame::ClientFrame;
use super::codes::ErrorCode;
use super::ids::{MessageId, RoomId};
use super::limits::{FRAME_BYTES_MAX, INTEGER_MAX};
use super::server_frame::ServerFrame;

/// A frame that could not be read, and as much as could be told about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    pub code: ErrorCode,
    pub message: String,
    /// The `type` it claimed to be.
    pub about: Option<String>,
    pub room: Option<RoomId>,
    pub id: Option<MessageId>,
}

const CLIENT_TYPES: [&str; 13] = [
    "hello", "create", "join", "leave", "send", "ack", "read", "typing", "history", "change", "members", "settings",
    "ping",
];

/// The JSON of a frame.
pub fn encode(frame: &impl Serialize) -> String {
    // Our frames are structs of strings, numbers and lists: nothing in them can fail to be written as JSON.
    serde_json::to_string(frame).expect("frames are always valid JSON")
}

pub fn decode_client(text: &str) -> Result<ClientFrame, DecodeError> {
    let frame: ClientFrame = serde_json::from_str(text).map_err(|error| explain(text, &error))?;
    if frame.greatest_number() > INTEGER_MAX {
        return Err(named(text, ErrorCode::BadFrame, "a number is above 2^53 - 1".into()));
    }
    Ok(frame)
}

/// `None` for text that no server of this protocol sends; unknown types are [`ServerFrame::Unknown`].
pub fn decode_server(text: &str) -> Option<ServerFrame> {
    if text.len() > FRAME_BYTES_MAX {
        return None;
    }
    ServerFrame::read(text).ok().filter(|frame| frame.greatest_number() <= INTEGER_MAX)
}

/// Tells apart what is not JSON, what names no known type, and what has wrong fields. Only on the way to an error.
fn explain(text: &str, error: &serde_json::Error) -> DecodeError {
    let is_object = serde_json::from_str::<serde_json::Map<_, _>>(text).is_ok();
    let has_type = field(text, "type").is_some();
    let named = named(text, ErrorCode::BadFrame, error.to_string());
    match &named.about {
        _ if !is_object => {
            DecodeError { code: ErrorCode::BadJson, message: "a frame is one JSON object".into(), ..named }
        }
        None if has_type => {
            DecodeError { code: ErrorCode::UnknownFrame, message: "no frame has this type".into(), ..named }
        }
        _ => named,
    }
}

/// An error that says what it is about, as far as that can be read.
fn named(text: &str, code: ErrorCode, message: String) -> DecodeError {
    let about = field(text, "type").filter(|name| CLIENT_TYPES.contains(&name.as_str()));
    let room = field(text, "room").and_then(|room| RoomId::parse(&room).ok());
    let id = field(text, "id").and_then(|id| MessageId::parse(&id).ok());
    DecodeError { code, message, about, room, id }
}

fn field(text: &str, name: &str) -> Option<String> {
    let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).ok()?;
    object.get(name)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (ErrorCode, Option<String>) {
        let error = decode_client(text).unwrap_err();
        (error.code, error.about)
    }

    #[test]
    fn broken_frames_are_told_apart() {
        assert_eq!(refused(""), (ErrorCode::BadJson, None));
        assert_eq!(refused("{"), (ErrorCode::BadJson, None));
        assert_eq!(refused("[1]"), (ErrorCode::BadJson, None));
        assert_eq!(refused("{}"), (ErrorCode::BadFrame, None));
        assert_eq!(refused(r#"{"type":"fly"}"#), (ErrorCode::UnknownFrame, None));
        assert_eq!(refused(r#"{"type":"join"}"#), (ErrorCode::BadFrame, Some("join".into())));
        assert_eq!(refused(r#"{"type":"join","room":"A B"}"#), (ErrorCode::BadFrame, Some("join".into())));
    }

    #[test]
    fn an_error_says_which_message_it_is_about() {
        let error = decode_client(r#"{"type":"send","room":"general","id":"m-1","body":7}"#).unwrap_err();
        assert_eq!(error.about.as_deref(), Some("send"));
        assert_eq!(error.room.map(String::from).as_deref(), Some("general"));
        assert_eq!(error.id.map(String::from).as_deref(), Some("m-1"));
    }

    #[test]
    fn deep_nesting_is_an_error_and_not_a_crash() {
        let deep = format!("{}{}", r#"{"type":"ping","x":"#.to_owned() + &"[".repeat(50_000), "]".repeat(50_000));
        assert!(decode_client(&deep).is_err());
    }

    #[test]
    fn numbers_that_nobody_can_reckon_with_are_refused() {
        for number in [INTEGER_MAX + 1, u64::MAX] {
            let join = format!(r#"{{"type":"join","room":"general","since":{number}}}"#);
            assert_eq!(refused(&join), (ErrorCode::BadFrame, Some("join".into())));
            let ack = format!(r#"{{"type":"ack","cursors":{{"general":{number}}}}}"#);
            assert_eq!(refused(&ack), (ErrorCode::BadFrame, Some("ack".into())));
            assert_eq!(decode_server(&format!(r#"{{"type":"read","room":"general","seq":{number}}}"#)), None);
        }
        assert!(decode_client(&format!(r#"{{"type":"join","room":"general","since":{INTEGER_MAX}}}"#)).is_ok());
    }

    #[test]
    fn unknown_fields_and_unknown_server_frames_are_ignored() {
        assert_eq!(decode_client(r#"{"type":"ping","later":[1,{"a":2}]}"#), Ok(ClientFrame::Ping));
        assert_eq!(decode_server(r#"{"type":"confetti","n":3}"#), Some(ServerFrame::Unknown));
        assert_eq!(decode_server("nonsense"), None);
    }
}
