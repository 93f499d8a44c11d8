//! Holds the code to docs/PROTOCOL.md: its examples are the golden frames.

use std::collections::BTreeSet;

use parlor::protocol::api::{self, SignUp};
use parlor::protocol::{
    Access, ClientFrame, CloseCode, DecodeError, EntryKind, ErrorCode, LeftReason, Profile, Role, RoomId, ServerFrame,
    decode_client, decode_server, encode, limits,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

const SPEC: &str = include_str!("../docs/PROTOCOL.md");

/// The examples that a side says, as they stand in the text.
fn examples(side: &str) -> Vec<&'static str> {
    let fence = format!("```json {side}\n");
    SPEC.split(fence.as_str()).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

fn types(examples: &[&str]) -> BTreeSet<String> {
    values(examples, "type")
}

/// What stands in this field, in those that have it.
fn values(examples: &[&str], field: &str) -> BTreeSet<String> {
    let value = |text: &&str| serde_json::from_str::<Value>(text).unwrap()[field].as_str().map(str::to_owned);
    examples.iter().filter_map(value).collect()
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
    let client = [
        "hello", "create", "join", "leave", "send", "ack", "read", "typing", "history", "change", "members",
        "settings", "ping",
    ];
    assert_eq!(types(&examples("client")), client.map(String::from).into());
    let server = [
        "welcome", "rooms", "joined", "left", "entry", "accepted", "read", "profile", "members", "settings", "changed",
        "presence", "typing", "history", "error", "pong", "bye",
    ];
    assert_eq!(types(&examples("server")), server.map(String::from).into());
}

#[test]
fn every_kind_of_entry_and_every_change_has_an_example() {
    let kinds = [
        "created",
        "joined",
        "left",
        "came_and_went",
        "message",
        "renamed",
        "topic",
        "access",
        "slow_mode",
        "role",
        "removed",
        "banned",
        "unbanned",
        "muted",
        "invited",
        "invite_revoked",
        "deleted",
        "erased",
        "closed",
        "damaged",
    ];
    assert_eq!(values(&examples("server"), "kind"), kinds.map(String::from).into());
    for text in examples("server") {
        if let Some(ServerFrame::Entry(entry)) = decode_server(text) {
            assert_ne!(entry.kind, EntryKind::Unknown, "{text}");
        }
    }
    let changes = [
        "rename",
        "topic",
        "access",
        "slow_mode",
        "role",
        "remove",
        "ban",
        "unban",
        "mute",
        "delete_message",
        "invite",
        "revoke_invite",
        "close",
    ];
    assert_eq!(values(&examples("client"), "change"), changes.map(String::from).into());
    for text in examples("client") {
        if let Ok(ClientFrame::Change { change, .. }) = decode_client(text) {
            assert!(text.contains(&format!(r#""change":"{}""#, change.name())), "{text}");
        }
    }
}

/// Reads and writes what is documented of the HTTP API, and knows it by its name.
fn same_api<T: Serialize + DeserializeOwned>(name: &str) {
    let texts = examples(&format!("api {name}"));
    assert!(!texts.is_empty(), "no example of {name}");
    for text in texts {
        let read: T = serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {text}: {error}"));
        same_json(text, &encode(&read));
    }
}

#[test]
fn every_request_and_answer_of_the_api_is_read_and_written_as_documented() {
    same_api::<api::ApiError>("ApiError");
    same_api::<api::Enter>("Enter");
    same_api::<api::SignIn>("SignIn");
    same_api::<api::Entered>("Entered");
    same_api::<api::Account>("Account");
    same_api::<api::ChangeName>("ChangeName");
    same_api::<api::ChangePassword>("ChangePassword");
    same_api::<Profile>("Profile");
    same_api::<api::EndDevice>("EndDevice");
    same_api::<api::SignOut>("SignOut");
    same_api::<api::DeleteAccount>("DeleteAccount");
    same_api::<api::ClaimAdmin>("ClaimAdmin");
    same_api::<api::Administration>("Administration");
    same_api::<api::PeoplePage>("PeoplePage");
    same_api::<api::ChangePerson>("ChangePerson");
    same_api::<api::AdminPerson>("AdminPerson");
    same_api::<api::CloseRoom>("CloseRoom");
    same_api::<api::ChangeSignUp>("ChangeSignUp");
    for sign_up in [SignUp::Open, SignUp::Invite, SignUp::Password] {
        assert!(SPEC.contains(&format!("`{}`", encode(&sign_up).trim_matches('"'))), "{sign_up:?}");
    }
}

#[test]
fn every_access_role_and_reason_is_documented() {
    for access in Access::ALL {
        assert!(has_row(&[&format!("`{}`", encode(&access).trim_matches('"'))]), "{access:?}");
    }
    let reasons = [LeftReason::Removed, LeftReason::Banned, LeftReason::Closed];
    let names = Role::ALL.iter().map(encode).chain(reasons.iter().map(encode));
    for name in names {
        assert!(SPEC.contains(&format!("`{}`", name.trim_matches('"'))), "{name}");
    }
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
        ErrorCode::SignInRequired,
        ErrorCode::NameTaken,
        ErrorCode::BadPassword,
        ErrorCode::WrongPassword,
        ErrorCode::SignUpClosed,
        ErrorCode::GuestsClosed,
        ErrorCode::Banned,
        ErrorCode::NotAllowed,
        ErrorCode::PasswordRequired,
        ErrorCode::InviteRequired,
        ErrorCode::BadInvite,
        ErrorCode::RoomClosed,
        ErrorCode::RoomFull,
        ErrorCode::Muted,
        ErrorCode::SlowMode,
        ErrorCode::BadTopic,
        ErrorCode::OutOfBounds,
        ErrorCode::NoSuchPerson,
        ErrorCode::NoSuchMessage,
        ErrorCode::NoSuchInvite,
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
        (
            "changes of rooms by one person",
            format!("{} a second, burst {}", limits::CHANGES_PER_SECOND, limits::CHANGES_BURST),
        ),
        ("members of one room", thousands(limits::MEMBERS_PER_ROOM_MAX as u64)),
        ("bans of one room", thousands(limits::BANS_PER_ROOM_MAX as u64)),
        ("invite links of one room", thousands(limits::INVITES_PER_ROOM_MAX as u64)),
        ("connections of one person", thousands(limits::CONNECTIONS_PER_PERSON_MAX as u64)),
        (
            "newcomers and sign-ins from one address",
            format!("{} a minute, burst {}", limits::ENTERS_PER_MINUTE, limits::ENTERS_BURST),
        ),
        (
            "changes of one account",
            format!("{} a minute, burst {}", limits::ACCOUNT_CHANGES_PER_MINUTE, limits::ACCOUNT_CHANGES_BURST),
        ),
        ("logins of one person", thousands(limits::LOGINS_PER_PERSON_MAX as u64)),
        ("the body of a request by HTTP", format!("{} bytes", thousands(limits::REQUEST_BYTES_MAX as u64))),
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
}

#[test]
fn the_limits_in_the_text_are_there() {
    let prose = [
        "1 to 32 characters",
        "1 to 48 characters",
        "newest 100 entries",
        "48 KiB",
        "first 200",
        "Where 10 or more such entries follow each other",
        "no longer than 1 s, and 1 s more for each 2,000 people online",
        "Where more than 200 are online, a frame of changes names at most 50",
        "at most 5.",
        "every 25 s ± 20 %",
        "dead if nothing at all has come 10 s",
        "counts for 10 s more",
        "every 3 s; it is believed for 6 s",
        "at most 256 entries without an ack",
        "ack every 64 entries, and what is left 1 s later",
        "brings progress in a room for 5,000 ms",
        "three times in vain",
        "at most once a second for a room",
        "one that is to be new has at least 8, of a room at least 4",
        "1 to 256 characters of any kind",
        "at most 200 characters",
        "at most 21,600 of slow mode and 2,419,200 of a mute",
        "`expires_in_s` (at most 31,536,000)",
        "`uses` (at most 100,000)",
        "at most 50 of them that open anything",
        "at most 20 in one message",
        "mention the person, at most 99",
        "at most 100 in a page",
        "The first 3 wrong passwords",
        "from 2 s up to 15 min, and an hour without a try forgives all",
        "between 0.3 s and a bound that doubles from 0.6 s up to 20 s",
    ];
    let spec = SPEC.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in prose {
        assert!(spec.contains(text), "{text}");
    }
}

#[test]
fn the_limits_in_the_text_are_the_real_ones() {
    assert_eq!((limits::USER_NAME_CHARS_MAX, limits::ROOM_NAME_CHARS_MAX), (32, 48));
    assert_eq!((limits::PASSWORD_CHARS_MIN, limits::ROOM_PASSWORD_CHARS_MIN, limits::PASSWORD_CHARS_MAX), (8, 4, 256));
    assert_eq!((limits::TOPIC_CHARS_MAX, limits::MEMBERS_PER_FRAME, limits::INVITES_PER_ROOM_MAX), (200, 100, 50));
    assert_eq!((limits::SLOW_MODE_SECONDS_MAX, limits::MUTE_SECONDS_MAX), (21_600, 2_419_200));
    assert_eq!((limits::INVITE_SECONDS_MAX, limits::INVITE_USES_MAX), (31_536_000, 100_000));
    assert_eq!((limits::MENTIONS_PER_MESSAGE_MAX, limits::MENTIONS_COUNTED_MAX), (20, 99));
    assert_eq!((limits::WRONG_PASSWORDS_FREE, limits::WRONG_PASSWORDS_FORGIVEN_MS), (3, 3_600_000));
    assert_eq!((limits::WRONG_PASSWORD_PAUSE_MIN_MS, limits::WRONG_PASSWORD_PAUSE_MAX_MS), (2_000, 900_000));
    assert_eq!((limits::PAGE_ENTRIES_MAX, limits::PAGE_BYTES_MAX), (100, 48 * 1024));
    assert_eq!((limits::PEOPLE_NAMED_MAX, limits::TYPING_NAMED_MAX), (200, 5));
    assert_eq!((limits::PING_EVERY_MS, limits::PING_JITTER_PERCENT, limits::PONG_WITHIN_MS), (25_000, 20, 10_000));
    assert_eq!((limits::PRESENCE_GRACE_MS, limits::TYPING_LASTS_MS), (10_000, 6_000));
    assert_eq!((limits::UNACKED_ENTRIES_MAX, limits::ACK_EVERY_ENTRIES, limits::ACK_AFTER_MS), (256, 64, 1_000));
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
