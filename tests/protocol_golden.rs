//! Holds the code to docs/PROTOCOL.md: its examples are the golden frames.

use std::collections::BTreeSet;

use parlor::protocol::{
    ClientFrame, CloseCode, DecodeError, ErrorCode, RoomId, ServerFrame, decode_client, decode_server, encode, limits,
};
use serde_json::Value;

const SPEC: &str = include_str!("../docs/PROTOCOL.md");

/// The examples that a side says, as they stand in the text.
fn examples(side: &str) -> Vec<&'static str> {
    let fence = format!("```json {side}\n");
    SPEC.split(fence.as_str()).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

fn types(examples: &[&str]) -> BTreeSet<String> {
    let type_of = |text: &&str| serde_json::from_str::<Value>(text).unwrap()["type"].as_str().unwrap().to_owned();
    examples.iter().map(type_of).collect()
}

/// The cells of the row that starts with these.
fn has_row(start: &[&str]) -> bool {
    let cells = |line: &'static str| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>();
    SPEC.lines().filter(|line| line.starts_with('|')).any(|line| cells(line).starts_with(start))
}

fn same_json(text: &str, again: &str) {
    assert_eq!(serde_json::from_str::<Value>(text).unwrap(), serde_json::from_str::<Value>(again).unwrap());
}

#[test]
fn every_client_example_is_read_and_written_as_documented() {
    for text in examples("client") {
        let frame = decode_client(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        same_json(text, &encode(&frame));
        same_json(
            &format!("{:?}", frame.type_name()),
            &serde_json::from_str::<Value>(text).unwrap()["type"].to_string(),
        );
    }
}

#[test]
fn every_server_example_is_read_and_written_as_documented() {
    for text in examples("server") {
        let frame = decode_server(text).unwrap_or_else(|| panic!("{text}"));
        assert_ne!(frame, ServerFrame::Unknown, "{text}");
        same_json(text, &encode(&frame));
    }
}

#[test]
fn every_frame_has_an_example() {
    let client = ["hello", "create", "join", "leave", "send", "ack", "read", "typing", "history", "ping"];
    assert_eq!(types(&examples("client")), client.map(String::from).into());
    let server = [
        "welcome", "rooms", "joined", "left", "entry", "accepted", "read", "presence", "typing", "history", "error",
        "pong", "bye",
    ];
    assert_eq!(types(&examples("server")), server.map(String::from).into());
}

#[test]
fn every_frame_that_a_client_can_say_is_known_by_its_type() {
    for name in types(&examples("client")) {
        // Without its fields it is a bad frame or a good one, but never an unknown one.
        let result = decode_client(&format!(r#"{{"type":"{name}"}}"#));
        assert!(!matches!(result, Err(DecodeError { code: ErrorCode::UnknownFrame, .. })), "{name}");
    }
    assert_eq!(decode_client(r#"{"type":"ping"}"#), Ok(ClientFrame::Ping));
}

#[test]
fn every_error_code_is_documented_under_its_name() {
    let codes = [
        ErrorCode::BadJson,
        ErrorCode::BadFrame,
        ErrorCode::UnknownFrame,
        ErrorCode::HelloRequired,
        ErrorCode::AlreadyGreeted,
        ErrorCode::BadName,
        ErrorCode::BadRoomName,
        ErrorCode::RoomExists,
        ErrorCode::NotInRoom,
        ErrorCode::TooManyRooms,
        ErrorCode::MessageEmpty,
        ErrorCode::MessageTooLong,
        ErrorCode::RateLimited,
        ErrorCode::Damaged,
        ErrorCode::Unavailable,
    ];
    for code in codes {
        let name = encode(&code);
        assert!(has_row(&[&format!("`{}`", name.trim_matches('"'))]), "{name}");
        assert_eq!(serde_json::from_str::<ErrorCode>(&name).unwrap(), code);
    }
    assert_eq!(serde_json::from_str::<ErrorCode>(r#""from_the_future""#).unwrap(), ErrorCode::Unknown);
}

#[test]
fn every_close_code_is_documented_under_its_number() {
    for code in CloseCode::ALL {
        assert!(has_row(&[&code.number().to_string(), code.reason()]), "{code:?}");
    }
}

#[test]
fn the_documented_limits_are_the_real_ones() {
    let rows = [
        ("one frame", format!("{} bytes", thousands(limits::FRAME_BYTES_MAX as u64))),
        ("one message", format!("{} characters", thousands(limits::MESSAGE_CHARS_MAX as u64))),
        (
            "messages of one person",
            format!("{} a second, burst {}", limits::MESSAGES_PER_SECOND, limits::MESSAGES_BURST),
        ),
        (
            "rooms made by one person",
            format!("{} a minute, burst {}", limits::CREATES_PER_MINUTE, limits::CREATES_BURST),
        ),
        (
            "joins and leaves of one person",
            format!("{} a second, burst {}", limits::MEMBERSHIPS_PER_SECOND, limits::MEMBERSHIPS_BURST),
        ),
        ("frames on one connection", format!("{} a second, burst {}", limits::FRAMES_PER_SECOND, limits::FRAMES_BURST)),
        ("rooms on one server", thousands(limits::ROOMS_MAX as u64)),
        ("rooms of one person", thousands(limits::ROOMS_PER_USER_MAX as u64)),
        ("answers waiting for a client that does not read", thousands(limits::ANSWERS_WAITING_MAX as u64)),
        ("entries on their way without an ack", thousands(limits::UNACKED_ENTRIES_MAX)),
        ("resends without progress", thousands(limits::RESENDS_MAX.into())),
        (
            "frames on their way to one connection",
            format!(
                "{} frames or {} bytes",
                limits::FRAMES_IN_FLIGHT_MAX,
                thousands(limits::IN_FLIGHT_BYTES_MAX as u64)
            ),
        ),
        ("time to `hello`", format!("{} ms", thousands(limits::HELLO_WITHIN_MS))),
        ("silence", format!("{} ms", thousands(limits::SILENCE_MAX_MS))),
    ];
    for (what, limit) in rows {
        assert!(has_row(&[what, &limit]), "{what}: {limit}");
    }
    let prose = [
        "1 to 32 characters",
        "1 to 48 characters",
        "newest 100 entries",
        "48 KiB",
        "first 200",
        "at most 5.",
        "every 25 s ± 20 %",
        "dead if nothing at all has come 10 s",
        "counts for 10 s more",
        "every 3 s; it is believed for 6 s",
        "at most 256 entries without an ack",
        "ack every 32 entries, and what is left 500 ms later",
        "brings progress in a room for 5,000 ms",
        "three times in vain",
        "at most once a second for a room",
        "between 0.3 s and a bound that doubles from 0.6 s up to 20 s",
    ];
    let spec = SPEC.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in prose {
        assert!(spec.contains(text), "{text}");
    }
    assert_eq!((limits::USER_NAME_CHARS_MAX, limits::ROOM_NAME_CHARS_MAX), (32, 48));
    assert_eq!((limits::PAGE_ENTRIES_MAX, limits::PAGE_BYTES_MAX), (100, 48 * 1024));
    assert_eq!((limits::PEOPLE_NAMED_MAX, limits::TYPING_NAMED_MAX), (200, 5));
    assert_eq!((limits::PING_EVERY_MS, limits::PING_JITTER_PERCENT, limits::PONG_WITHIN_MS), (25_000, 20, 10_000));
    assert_eq!((limits::PRESENCE_GRACE_MS, limits::TYPING_LASTS_MS), (10_000, 6_000));
    assert_eq!((limits::UNACKED_ENTRIES_MAX, limits::ACK_EVERY_ENTRIES, limits::ACK_AFTER_MS), (256, 32, 500));
    assert_eq!((limits::ACK_WITHIN_MS, limits::RESENDS_MAX, limits::READ_EVERY_MS), (5_000, 3, 1_000));
    assert_eq!((limits::RECONNECT_MIN_MS, limits::RECONNECT_MAX_MS), (300, 20_000));
}

/// 65536 as people write it: 65,536.
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap());
    groups.collect::<Vec<_>>().join(",")
}

#[test]
fn the_largest_message_fits_a_frame_however_it_is_escaped() {
    let body = "\u{1}".repeat(limits::MESSAGE_CHARS_MAX);
    let room = RoomId::parse(&"茶".repeat(limits::ROOM_ID_CHARS_MAX)).unwrap();
    let id = parlor::protocol::MessageId::v7(0, 0);
    assert!(encode(&ClientFrame::Send { room, id, body }).len() < limits::FRAME_BYTES_MAX);
}
