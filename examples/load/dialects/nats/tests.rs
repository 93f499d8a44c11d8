use super::*;
use crate::dialects::unmasked::unmasked;

const MEMBER: Member = Member { run: 1, person: 2, room: 3, filled_room: None };
const INFO: &str = "INFO {\"server_id\":\"abc\",\"headers\":true}\r\n";

fn hear(nats: &mut Nats, payload: &str) -> (Vec<String>, Vec<Heard>) {
    let (mut out, mut heard) = (Outbox::default(), Vec::new());
    nats.hear(payload.as_bytes(), false, &mut out, &mut heard);
    (unmasked(&out), heard)
}

fn told(payload: &str) -> Vec<Heard> {
    let (answer, heard) = hear(&mut Nats::new(MEMBER, true), payload);
    assert_eq!(answer, [""; 0], "{payload}");
    heard
}

fn said(due_us: u64) -> Heard {
    Heard::Message { stamp: Stamp { due_us, sender: 6, n: 7 }, seq: None }
}

#[test]
fn the_first_pong_tells_that_the_person_is_in_the_room() {
    let (mut nats, mut out) = (Nats::new(MEMBER, false), Outbox::default());
    nats.opened(&mut out);
    assert_eq!(unmasked(&out), [format!("{CONNECT}\r\nSUB room.load-1-3 1\r\nPING\r\n")]);
    assert_eq!(hear(&mut nats, INFO).1, []);
    assert_eq!(hear(&mut nats, "PONG\r\n").1, [Heard::Live { after: None }]);
    assert_eq!(hear(&mut nats, "PONG\r\n").1, []);
}

#[test]
fn a_ping_is_answered() {
    let (answer, heard) = hear(&mut Nats::new(MEMBER, false), "PING\r\n");
    assert_eq!((answer, heard), (vec!["PONG\r\n".into()], vec![]));
}

#[test]
fn several_operations_come_in_one_message() {
    let payload = "MSG room.load-1-3 1 8\r\n1 6 7 aa\r\n+OK\r\nMSG room.load-1-3 1 back 9\r\n2 6 7 \r\na\r\n";
    assert_eq!(told(payload), [said(1), said(2)]);
}

#[test]
fn an_operation_comes_in_several_messages() {
    let payload = "MSG room.load-1-3 1 8\r\n1 6 7 aa\r\nPING\r\nMSG room.load-1-3 1 9\r\n2 6 7 aaa\r\n";
    for first in 0..payload.len() {
        for second in first..payload.len() {
            let mut nats = Nats::new(MEMBER, false);
            let parts = [&payload[..first], &payload[first..second], &payload[second..]];
            let (answers, heard): (Vec<_>, Vec<_>) = parts.map(|part| hear(&mut nats, part)).into_iter().unzip();
            assert_eq!(heard.concat(), [said(1), said(2)]);
            assert_eq!(answers.concat(), ["PONG\r\n"]);
        }
    }
}

#[test]
fn headers_are_passed_over() {
    let headers = "NATS/1.0\r\nNats-Sequence: 9\r\n\r\n";
    let length = headers.len();
    let message = format!("HMSG room.load-1-3 1 {length} {}\r\n{headers}1 6 7 aa\r\n", length + 8);
    assert_eq!(told(&message), [said(1)]);
}

#[test]
fn what_is_stored_is_accepted() {
    let place = r#"{"stream":"CHAT","seq":123}"#;
    assert_eq!(told(&format!("MSG answer.1.2.41 2 {}\r\n{place}\r\n", place.len())), [Heard::Accepted { id: 41 }]);
}

#[test]
fn what_is_not_stored_is_refused() {
    let error = r#"{"error":{"code":503}}"#;
    assert_eq!(told(&format!("MSG answer.1.2.41 2 {}\r\n{error}\r\n", error.len())), [Heard::Refused(error.into())]);
    let nobody = "HMSG answer.1.2.41 2 16 16\r\nNATS/1.0 503\r\n\r\n\r\n";
    assert_eq!(told(nobody), [Heard::Refused("no stream keeps the room".into())]);
    assert_eq!(told("-ERR 'Slow Consumer'\r\n"), [Heard::Refused("'Slow Consumer'".into())]);
}

#[test]
fn what_is_said_goes_to_the_room_or_to_the_stream_that_keeps_it() {
    let mut out = Outbox::default();
    Nats::new(MEMBER, false).say("5 6 7 ", 41, &mut out);
    Nats::new(MEMBER, true).say("5 6 7 ", 41, &mut out);
    let stored = "PUB say.load-1-3 answer.1.2.41 6\r\n5 6 7 \r\n";
    assert_eq!(unmasked(&out), ["PUB room.load-1-3 6\r\n5 6 7 \r\n", stored]);
}

#[test]
fn what_no_server_says_is_refused() {
    for payload in ["MSG a 1 x\r\n", "MSG a 1 99999999999\r\n", "MSG a 1 1\r\nab\r\n", "HMSG a 1 9 3\r\nabc\r\n"] {
        assert!(matches!(told(payload)[..], [Heard::Refused(_)]), "{payload}");
    }
    assert!(matches!(told(&"x".repeat(70_000))[..], [Heard::Refused(_)]));
    assert_eq!(told("ODD\r\n"), []);
}
