use serde::{Deserialize, Serialize};

use super::client_frame::ClientFrame;
use super::codes::ErrorCode;
use super::limits::{FRAME_BYTES_MAX, INTEGER_MAX};
use super::server_frame::ServerFrame;

/// A frame that could not be read, and as much as could be told about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    pub code: ErrorCode,
    pub message: String,
    /// The `type` it claimed to be.
    pub about: Option<String>,
}

const CLIENT_TYPES: [&str; 10] =
    ["hello", "create", "join", "leave", "send", "ack", "read", "typing", "history", "ping"];

/// The JSON of a frame.
pub fn encode(frame: &impl Serialize) -> String {
    // Our frames are structs of strings, numbers and lists: nothing in them can fail to be written as JSON.
    serde_json::to_string(frame).expect("frames are always valid JSON")
}

pub fn decode_client(text: &str) -> Result<ClientFrame, DecodeError> {
    let frame: ClientFrame = serde_json::from_str(text).map_err(|error| explain(text, &error))?;
    if frame.greatest_number() > INTEGER_MAX {
        let about = Some(frame.type_name().to_owned());
        return Err(DecodeError { code: ErrorCode::BadFrame, message: "a number is above 2^53 - 1".into(), about });
    }
    Ok(frame)
}

/// `None` for text that no server of this protocol sends; unknown types are [`ServerFrame::Unknown`].
pub fn decode_server(text: &str) -> Option<ServerFrame> {
    if text.len() > FRAME_BYTES_MAX {
        return None;
    }
    serde_json::from_str(text).ok().filter(|frame: &ServerFrame| frame.greatest_number() <= INTEGER_MAX)
}

/// Tells apart what is not JSON, what names no known type, and what has wrong fields. Only on the way to an error.
fn explain(text: &str, error: &serde_json::Error) -> DecodeError {
    #[derive(Deserialize)]
    struct Tag {
        #[serde(rename = "type")]
        type_name: String,
    }
    let is_object = serde_json::from_str::<serde_json::Map<_, _>>(text).is_ok();
    let about = serde_json::from_str::<Tag>(text).ok().map(|tag| tag.type_name);
    let (code, message) = match &about {
        _ if !is_object => (ErrorCode::BadJson, "a frame is one JSON object".to_owned()),
        Some(name) if !CLIENT_TYPES.contains(&name.as_str()) => {
            (ErrorCode::UnknownFrame, "no frame has this type".to_owned())
        }
        _ => (ErrorCode::BadFrame, error.to_string()),
    };
    let about = about.filter(|name| CLIENT_TYPES.contains(&name.as_str()));
    DecodeError { code, message, about }
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
