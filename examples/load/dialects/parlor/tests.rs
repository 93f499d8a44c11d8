use super::*;
use crate::stamp::Stamp;
use crate::websocket::write_frame;

const MEMBER: Member = Member { run: 7, person: 2, room: 3, filled_room: None };

struct Talk {
    parlor: Parlor,
    out: Outbox,
}

impl Talk {
    fn new() -> Self {
        let (mut parlor, mut out) = (Parlor::new(MEMBER), Outbox::default());
        parlor.opened(&mut out);
        Self { parlor, out }
    }

    fn live(after: u64) -> Self {
        let mut talk = Self::new();
        talk.hear(&welcome());
        talk.hear(&joined(after, after));
        talk.said();
        talk
    }

    fn hear(&mut self, frame: &str) -> Vec<Heard> {
        let mut heard = Vec::new();
        self.parlor.hear(frame.as_bytes(), true, &mut self.out, &mut heard);
        heard
    }

    fn tick(&mut self, now_ms: u64) {
        assert_eq!(self.parlor.tick(now_ms, &mut self.out), Ok(()));
    }

    /// What it has said since this was last asked.
    fn said(&mut self) -> Vec<String> {
        let mut rest = self.out.waiting();
        let mut said = Vec::new();
        while let [_, length, after @ ..] = rest {
            let length = usize::from(length & 0x7F);
            let (length, after) = match length {
                126 => (usize::from(u16::from_be_bytes([after[0], after[1]])), &after[2..]),
                length => (length, after),
            };
            let mask = [after[0], after[1], after[2], after[3]];
            let mut again = Vec::new();
            write_frame(1, mask, &after[4..4 + length], &mut again);
            said.push(String::from_utf8(again[again.len() - length..].to_vec()).unwrap());
            rest = &after[4 + length..];
        }
        self.out.clear();
        said
    }
}

fn welcome() -> String {
    r#"{"type":"welcome","user":{"id":"3c9b2f","name":"Ada"},"token":"6f1d0c52a7e84b0f9d3c6b1a2e5f7788","epoch":"b7e1","member_of":[],"heartbeat":{"ping_every_ms":25000,"pong_within_ms":10000},"limits":{"frame_bytes":65536,"message_chars":4000,"messages_per_second":5,"messages_burst":20,"unacked_entries":256}}"#.into()
}

fn joined(head: u64, after: u64) -> String {
    format!(
        r#"{{"type":"joined","room":{{"id":"load-7-3","name":"load-7-3","online":3,"members":12}},"head":{head},"after":{after},"read":{head}}}"#
    )
}

fn message(seq: u64) -> String {
    format!(
        r#"{{"type":"entry","room":"load-7-3","seq":{seq},"at":1764000000000,"by":{{"id":"3c9b2f","name":"Ada"}},"kind":"message","id":"m-1","body":"5 6 {seq} the quick"}}"#
    )
}

fn heard(seq: u64) -> Heard {
    Heard::Message { stamp: Stamp { due_us: 5, sender: 6, n: seq as u32 }, seq: Some(seq) }
}

#[test]
fn a_newcomer_says_a_name_and_joins_the_room() {
    let mut talk = Talk::new();
    assert_eq!(talk.said(), [r#"{"type":"hello","name":"Person 7 2"}"#]);
    assert_eq!(talk.hear(&welcome()), []);
    assert_eq!(talk.said(), [r#"{"type":"join","room":"load-7-3"}"#]);
    assert_eq!(talk.hear(&joined(9, 4)), [Heard::Live { after: Some(4) }]);
}

#[test]
fn entries_of_all_kinds_move_the_cursor() {
    let mut talk = Talk::live(4);
    assert_eq!(talk.hear(&message(5)), [heard(5)]);
    let other = r#"{"type":"entry","room":"load-7-3","seq":6,"at":1,"by":{"id":"a","name":"B"},"kind":"joined"}"#;
    assert_eq!(talk.hear(other), [Heard::Passed { first: 6, last: 6 }]);
    let many = r#"{"type":"entry","room":"load-7-3","seq":90,"at":1,"by":{"id":"parlor","name":"Parlor"},"kind":"came_and_went","first":5,"joined":84,"left":0}"#;
    assert_eq!(talk.hear(many), [Heard::Passed { first: 7, last: 90 }]);
    talk.tick(1_000);
    talk.tick(1_000 + ACK_AFTER_MS);
    assert_eq!(talk.said(), [r#"{"type":"ack","cursors":{"load-7-3":90}}"#]);
}

#[test]
fn it_acks_after_so_many_entries_without_waiting() {
    let mut talk = Talk::live(0);
    let last = u64::from(ACK_EVERY_ENTRIES);
    for seq in 1..=last {
        talk.hear(&message(seq));
    }
    assert_eq!(talk.said(), [format!(r#"{{"type":"ack","cursors":{{"load-7-3":{last}}}}}"#)]);
}

#[test]
fn what_was_said_is_said_again_until_it_is_accepted() {
    let mut talk = Talk::live(0);
    talk.parlor.say("5 6 7 ", 255, &mut talk.out);
    let said = talk.said();
    assert_eq!(
        said,
        [r#"{"type":"send","room":"load-7-3","id":"00000007-0000-7000-8000-0000000000ff","body":"5 6 7 "}"#]
    );
    talk.parlor.opened(&mut talk.out);
    assert_eq!(
        talk.said(),
        [r#"{"type":"hello","token":"6f1d0c52a7e84b0f9d3c6b1a2e5f7788","epoch":"b7e1","cursors":{"load-7-3":0}}"#]
    );
    talk.hear(&joined(0, 0));
    assert_eq!(talk.said(), said);
    let accepted =
        r#"{"type":"accepted","room":"load-7-3","id":"00000007-0000-7000-8000-0000000000ff","seq":1,"at":1}"#;
    assert_eq!(talk.hear(accepted), [Heard::Accepted { id: 255 }]);
    assert_eq!(talk.hear(accepted), [], "it is told once");
}

#[test]
fn what_came_meanwhile_is_filled_in_before_what_follows() {
    let mut talk = Talk::live(4);
    talk.parlor.opened(&mut talk.out);
    talk.said();
    assert_eq!(talk.hear(&joined(8, 7)), [Heard::Live { after: Some(4) }]);
    assert_eq!(talk.said(), [r#"{"type":"history","room":"load-7-3","before":8,"limit":100}"#]);
    assert_eq!(talk.hear(&message(8)), [], "it is held");
    let page = |entries: &[u64]| {
        let entries: Vec<String> = entries.iter().map(|&seq| message(seq)).collect();
        format!(r#"{{"type":"history","room":"load-7-3","before":8,"entries":[{}],"more":true}}"#, entries.join(","))
    };
    assert_eq!(talk.hear(&page(&[6, 7])), []);
    assert_eq!(talk.said(), [r#"{"type":"history","room":"load-7-3","before":6,"limit":100}"#]);
    assert_eq!(talk.hear(&page(&[3, 4, 5])), [heard(5), heard(6), heard(7), heard(8)]);
}

#[test]
fn what_comes_again_is_dropped_only_where_the_server_said_so() {
    let mut talk = Talk::live(4);
    assert_eq!(talk.hear(&message(5)), [heard(5)]);
    assert_eq!(talk.hear(&message(5)), [heard(5)], "for the checker to see");
    talk.parlor.opened(&mut talk.out);
    talk.hear(&joined(5, 3));
    assert_eq!(talk.hear(&message(4)), []);
    assert_eq!(talk.hear(&message(5)), []);
    assert_eq!(talk.hear(&message(6)), [heard(6)]);
}

#[test]
fn whoever_comes_too_often_comes_again_later() {
    let mut talk = Talk::new();
    talk.said();
    let refused = r#"{"type":"error","code":"rate_limited","message":"too many","about":"hello","retry_after_ms":200}"#;
    assert_eq!(talk.hear(refused), []);
    talk.tick(100);
    assert_eq!(talk.said(), [] as [String; 0]);
    talk.tick(200);
    assert_eq!(talk.said(), [r#"{"type":"hello","name":"Person 7 2"}"#]);
    let taken = r#"{"type":"error","code":"name_taken","message":"no","about":"hello"}"#;
    assert!(matches!(talk.hear(taken)[..], [Heard::Refused(_)]));
}

#[test]
fn a_connection_over_which_nothing_comes_after_a_ping_is_given_up() {
    let mut talk = Talk::live(0);
    talk.tick(0);
    let pinged_at_ms = (1..).map(|n| n * 100).find(|&now_ms| {
        talk.tick(now_ms);
        talk.said() == [r#"{"type":"ping"}"#]
    });
    let given_up_at_ms = pinged_at_ms.unwrap() + PONG_WITHIN_MS;
    talk.tick(given_up_at_ms - 1);
    assert!(talk.parlor.tick(given_up_at_ms, &mut talk.out).is_err());
    talk.hear(r#"{"type":"pong"}"#);
    talk.tick(given_up_at_ms);
}
