use parlor::protocol::limits::{FRAME_BYTES_MAX, MESSAGE_CHARS_MAX, MESSAGES_BURST};
use parlor::protocol::{ClientFrame, ErrorCode, Hello, SUBPROTOCOL, ServerFrame};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::client::Client;
use crate::running::Running;

#[tokio::test]
async fn before_hello_every_mistake_has_its_code_and_the_connection_lives() {
    let server = Running::start().await;
    let mut client = Client::connect(server.address).await;
    for (text, code) in [
        ("", ErrorCode::BadJson),
        ("hello", ErrorCode::BadJson),
        ("[]", ErrorCode::BadJson),
        ("{}", ErrorCode::BadFrame),
        (r#"{"type":"fly"}"#, ErrorCode::UnknownFrame),
        (r#"{"type":"ping"}"#, ErrorCode::HelloRequired),
        (r#"{"type":"join","room":"general"}"#, ErrorCode::HelloRequired),
        (r#"{"type":"hello"}"#, ErrorCode::SignInRequired),
        (r#"{"type":"hello","name":"Ada","token":"short"}"#, ErrorCode::BadFrame),
        (r#"{"type":"hello","token":"0123456789abcdef0123456789abcdef"}"#, ErrorCode::SignInRequired),
        (r#"{"type":"hello","name":" "}"#, ErrorCode::BadName),
    ] {
        client.write(Message::text(text)).await;
        assert_eq!(client.refusal().await.code, code, "{text}");
    }
    client.say(&ClientFrame::Hello(Hello { name: Some("Ada".into()), ..Hello::default() })).await;
    client.await_welcome().await;
}

#[tokio::test]
async fn after_hello_every_mistake_has_its_code_and_the_connection_lives() {
    let server = Running::start().await;
    let mut ada = Client::enter(server.address, "Ada").await;
    ada.join("general").await;
    let too_long = "x".repeat(MESSAGE_CHARS_MAX + 1);
    let send = |room, body| format!(r#"{{"type":"send","room":"{room}","id":"m-1","body":"{body}"}}"#);
    for (text, code) in [
        (r#"{"type":"hello","name":"Bo"}"#.into(), ErrorCode::AlreadyGreeted),
        (r#"{"type":"join"}"#.into(), ErrorCode::BadFrame),
        (r#"{"type":"join","room":"No Room"}"#.into(), ErrorCode::BadFrame),
        (r#"{"type":"create","name":"General"}"#.into(), ErrorCode::RoomExists),
        (r#"{"type":"create","name":"!"}"#.into(), ErrorCode::BadRoomName),
        (r#"{"type":"history","room":"random","before":9,"limit":9}"#.into(), ErrorCode::NotInRoom),
        (send("random", "hi"), ErrorCode::NotInRoom),
        (send("general", " "), ErrorCode::MessageEmpty),
        (send("general", &too_long), ErrorCode::MessageTooLong),
    ] {
        ada.write(Message::text(&text)).await;
        assert_eq!(ada.refusal().await.code, code, "{text}");
    }
    ada.tell("general", "m-1", "still here").await;
}

#[tokio::test]
async fn whoever_sends_too_fast_is_told_when_to_go_on() {
    let server = Running::start().await;
    let mut ada = Client::enter(server.address, "Ada").await;
    ada.join("general").await;
    for n in 0..MESSAGES_BURST * 2 {
        ada.send("general", &format!("m-{n}"), "hi").await;
    }
    let refusal = ada.refusal().await;
    assert_eq!(refusal.code, ErrorCode::RateLimited);
    assert!(refusal.retry_after_ms.is_some_and(|ms| (1..=10_000).contains(&ms)), "{refusal:?}");
}

#[tokio::test]
async fn a_binary_frame_is_no_frame_of_this_protocol() {
    let server = Running::start().await;
    let mut ada = Client::enter(server.address, "Ada").await;
    ada.write(Message::binary("{}")).await;
    assert_eq!(ada.end().await, (Some(1003), Some(1003)));
}

#[tokio::test]
async fn a_frame_of_the_greatest_size_is_read_and_a_greater_one_ends_the_connection() {
    let server = Running::start().await;
    for bytes in [FRAME_BYTES_MAX + 1, 16 * FRAME_BYTES_MAX] {
        let mut ada = Client::enter(server.address, &format!("Ada {bytes}")).await;
        ada.write(Message::text("x".repeat(FRAME_BYTES_MAX))).await;
        assert_eq!(ada.refusal().await.code, ErrorCode::BadJson);
        ada.write(Message::text("x".repeat(bytes))).await;
        assert_eq!(ada.end().await, (Some(1009), Some(1009)), "{bytes}");
    }
}

#[tokio::test]
async fn a_message_in_many_frames_is_too_big_as_well() {
    let server = Running::start().await;
    let mut ada = Client::enter(server.address, "Ada").await;
    let part = |code, is_last| Message::Frame(Frame::message(vec![b'x'; FRAME_BYTES_MAX / 2], code, is_last));
    ada.write(part(OpCode::Data(Data::Text), false)).await;
    ada.write(part(OpCode::Data(Data::Continue), false)).await;
    ada.write(part(OpCode::Data(Data::Continue), true)).await;
    assert_eq!(ada.end().await, (Some(1009), Some(1009)));
}

#[tokio::test]
async fn what_is_not_websocket_is_closed_with_the_number_of_the_rfc() {
    let server = Running::start().await;
    let message = |bytes: &[u8], code| Message::Frame(Frame::message(bytes.to_vec(), OpCode::Data(code), true));
    for (broken, number) in [(message(b"\xff", Data::Text), 1007), (message(b"x", Data::Continue), 1002)] {
        let mut ada = Client::enter(server.address, &format!("Ada {number}")).await;
        ada.write(broken).await;
        assert_eq!(ada.end().await, (None, Some(number)));
    }
}

#[tokio::test]
async fn a_client_that_floods_is_sent_away_for_a_while() {
    let server = Running::start().await;
    let mut ada = Client::enter(server.address, "Ada").await;
    for _ in 0..400 {
        ada.say(&ClientFrame::Ping).await;
    }
    let bye = ada.expect("bye", |frame| if let ServerFrame::Bye(bye) = frame { Some(bye) } else { None }).await;
    assert_eq!(bye.code, 4003);
    assert!(bye.reconnect_after_ms.is_some());
    assert_eq!(ada.end().await, (None, Some(4003)));
}

#[tokio::test]
async fn a_client_of_another_protocol_is_told_which_one_is_spoken() {
    let server = Running::start().await;
    let refused = connect_async(format!("ws://{}/ws", server.address)).await;
    let Err(Error::Http(response)) = refused else { panic!("{refused:?}") };
    assert_eq!(response.status(), 400);
    let text = String::from_utf8(response.into_body().unwrap()).unwrap();
    assert!(text.contains(SUBPROTOCOL) && text.lines().count() == 1, "{text}");
}
