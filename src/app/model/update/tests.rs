use super::*;
use crate::app::bootstrap::Bootstrap;
use crate::app::model::Making;
use crate::protocol::{Token, UserId};

fn room(name: &str) -> RoomId {
    RoomId::parse(name).unwrap()
}

fn user(name: &str) -> User {
    User { id: UserId::parse(&name.to_lowercase()).unwrap(), name: name.into() }
}

fn message_id(n: u64) -> MessageId {
    MessageId::v7(n, n.into())
}

fn summary(id: &str, online: u32) -> RoomSummary {
    RoomSummary { id: room(id), name: room(id).to_name(), online }
}

fn entry(seq: Seq, by: &str, kind: EntryKind) -> Event {
    Event::Entry(Entry { room: room("general"), seq, at: 1_000 + seq, by: user(by), kind })
}

fn message(seq: Seq, by: &str) -> Event {
    entry(seq, by, EntryKind::Message { id: message_id(seq), body: format!("no. {seq}") })
}

fn joined(after: Seq, reset: bool) -> Event {
    Event::Joined { room: summary("general", 1), head: after, after, reset }
}

fn queued(n: u64) -> Event {
    Event::Queued { id: message_id(n), room: room("general"), body: format!("no. {n}") }
}

fn refusal(code: ErrorCode, about: &str) -> Event {
    let (message, about, room) = (String::new(), Some(about.into()), Some(room("general")));
    Event::Problem(Refusal { code, message, about, room, id: None, retry_after_ms: None })
}

/// Ada, welcomed, in the room "general".
fn ada() -> Model {
    let token = Token::parse(&"t".repeat(32)).unwrap();
    let mut model = Model::new(Bootstrap::default());
    let welcomed = Event::Welcomed { user: user("Ada"), token, member_of: vec![room("general")] };
    for event in [Event::Link(Link::Connecting), welcomed, Event::Link(Link::Online), joined(0, true)] {
        update(&mut model, event);
    }
    model
}

fn after(events: impl IntoIterator<Item = Event>) -> Model {
    let mut model = ada();
    events.into_iter().for_each(|event| update(&mut model, event));
    model
}

fn general(model: &Model) -> &Conversation {
    &model.conversations[&room("general")]
}

fn seqs(model: &Model) -> Vec<Seq> {
    general(model).entries.iter().map(|entry| entry.seq).collect()
}

#[test]
fn a_name_that_breaks_the_rules_is_asked_for_again() {
    let model = Model::new(Bootstrap { name: Some(" \t".into()), rooms: vec![summary("general", 2)] });
    assert_eq!(model.name, None);
    assert_eq!(model.rooms[&room("general")].online, 2);
}

#[test]
fn a_room_that_is_not_in_the_list_is_called_by_its_address() {
    assert_eq!(ada().room_name(&room("book-club")), "Book club");
}

#[test]
fn a_message_is_stored_once_its_entry_or_its_answer_is_here() {
    let accepted = Event::Accepted { id: message_id(1), room: room("general"), seq: 1, at: 1_001 };
    let model = after([queued(1)]);
    assert_eq!(general(&model).deliveries[&message_id(1)], Delivery::Sending);
    for events in [vec![queued(1), accepted.clone()], vec![queued(1), message(1, "Ada")]] {
        assert_eq!(general(&after(events)).deliveries[&message_id(1)], Delivery::Stored { at: 1_001 });
    }
    for events in [[accepted.clone(), message(1, "Ada")], [message(1, "Ada"), accepted]] {
        let model = after([queued(1)].into_iter().chain(events));
        assert_eq!((general(&model).waiting.len(), seqs(&model)), (0, vec![1]));
    }
}

#[test]
fn a_refused_message_stays_until_it_is_discarded() {
    let refused = Event::Refused { id: message_id(1), room: room("general"), code: ErrorCode::MessageTooLong };
    let mut model = after([queued(1), refused]);
    assert_eq!(general(&model).deliveries[&message_id(1)], Delivery::Refused(ErrorCode::MessageTooLong));
    assert_eq!(general(&model).waiting.len(), 1);
    update(&mut model, Event::Discarded { id: message_id(1), room: room("general") });
    assert!(general(&model).waiting.is_empty() && general(&model).deliveries.is_empty());
}

#[test]
fn a_message_that_is_tried_again_keeps_its_place() {
    let model = after([queued(1), queued(2), queued(1)]);
    let order: Vec<_> = general(&model).waiting.iter().map(|waiting| waiting.body.clone()).collect();
    assert_eq!(order, ["no. 1", "no. 2"]);
}

#[test]
fn entries_that_do_not_connect_are_dropped_and_others_kept() {
    assert_eq!(seqs(&after([message(1, "Ben"), joined(1, false), message(2, "Ben")])), [1, 2]);
    let model = after([message(1, "Ben"), queued(9), joined(40, true), message(41, "Ben")]);
    assert_eq!(seqs(&model), [41]);
    assert_eq!(general(&model).earlier, Earlier::There);
    assert_eq!(general(&model).waiting.len(), 1);
}

#[test]
fn earlier_entries_are_asked_for_once_and_go_before_the_others() {
    let Event::Entry(first) = message(1, "Ben") else { unreachable!() };
    let page = HistoryPage { room: room("general"), before: 2, entries: vec![first], more: false };
    let mut model = after([joined(1, true), message(2, "Ben")]);
    assert!(model.start_loading(&room("general")));
    assert!(!model.start_loading(&room("general")));
    update(&mut model, Event::Older(page));
    assert_eq!(seqs(&model), [1, 2]);
    assert!(!model.start_loading(&room("general")), "the first entry of a room has nothing before it");
}

#[test]
fn a_lost_link_or_an_error_lets_earlier_entries_be_asked_for_again() {
    for lost in [Event::Link(Link::Connecting), refusal(ErrorCode::Unavailable, "history")] {
        let mut model = after([joined(1, true)]);
        assert!(model.start_loading(&room("general")));
        update(&mut model, lost);
        assert_eq!(general(&model).earlier, Earlier::There);
    }
}

#[test]
fn messages_nobody_looked_at_are_unread() {
    let mut model = after([message(1, "Ben"), message(2, "Ada"), entry(3, "Cy", EntryKind::Joined)]);
    assert_eq!(model.unread(), 1, "neither one's own messages nor who comes and goes are news");
    model.open(Some(room("general")));
    update(&mut model, message(4, "Ben"));
    assert_eq!(model.unread(), 0);
    model.set_hidden(true);
    update(&mut model, message(5, "Ben"));
    assert_eq!(model.unread(), 1, "a page in the background is not looked at");
    model.set_hidden(false);
    assert_eq!(model.unread(), 0);
}

#[test]
fn what_was_said_before_the_page_was_opened_is_no_news() {
    let mut model = ada();
    model.opened_at = 1_002;
    for seq in [1, 2, 3] {
        update(&mut model, message(seq, "Ben"));
    }
    assert_eq!(model.unread(), 2);
}

#[test]
fn people_come_and_go_and_the_room_list_counts_with_them() {
    let presence = |all, online, here: &[&str], gone: &[&str]| {
        let here = here.iter().map(|name| user(name)).collect();
        let gone = gone.iter().map(|name| user(name).id).collect();
        Event::Presence(Presence { room: room("general"), all, online, here, gone })
    };
    let model = after([presence(true, 2, &["Ada", "Ben"], &[]), presence(false, 2, &["Cy"], &["Ben"])]);
    let names: Vec<_> = general(&model).people.values().map(|user| user.name.as_str()).collect();
    assert_eq!(names, ["Ada", "Cy"]);
    assert_eq!(model.rooms[&room("general")].online, 2);
    let model = after([presence(true, 2, &["Ada", "Ben"], &[]), presence(true, 1, &["Ada"], &[])]);
    assert_eq!(general(&model).people.len(), 1);
}

#[test]
fn the_room_list_is_replaced_or_amended() {
    let list =
        |all, rooms: &[&str]| Event::Rooms(RoomList { all, rooms: rooms.iter().map(|id| summary(id, 0)).collect() });
    let ids = |model: Model| model.rooms.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(ids(after([list(false, &["tea"])])), ["general", "tea"]);
    assert_eq!(ids(after([list(false, &["tea"]), list(true, &["books"])])), ["books"]);
}

#[test]
fn typing_names_others_until_they_have_said_it_or_the_link_is_lost() {
    let typing = Event::Typing(Typing { room: room("general"), users: vec![user("Ada"), user("Ben")] });
    assert_eq!(*general(&after([typing.clone()])).typing, [user("Ben")]);
    assert!(general(&after([typing.clone(), message(1, "Ben")])).typing.is_empty());
    assert!(general(&after([typing.clone(), Event::Link(Link::NoNetwork)])).typing.is_empty());
    let everyone = Presence { room: room("general"), all: true, online: 1, here: vec![user("Ada")], gone: vec![] };
    assert!(general(&after([typing, Event::Presence(everyone)])).typing.is_empty());
}

#[test]
fn a_room_that_was_left_is_neither_read_nor_peopled() {
    let model = after([message(1, "Ben"), Event::Left { room: room("general") }]);
    assert_eq!(general(&model).standing, Standing::Left);
    assert_eq!(model.unread(), 0);
}

#[test]
fn membership_is_what_the_server_says_on_every_welcome() {
    let token = Token::parse(&"t".repeat(32)).unwrap();
    let model = after([Event::Welcomed { user: user("Ada"), token, member_of: vec![room("tea")] }]);
    assert_eq!(general(&model).standing, Standing::Outside);
    assert_eq!(model.standing(&room("tea")), Standing::Member);
}

#[test]
fn a_room_being_made_is_ready_when_joined_and_also_when_it_existed() {
    let outcome = |event| {
        let mut model = ada();
        model.making = Some(Making { room: room("general"), outcome: None });
        update(&mut model, event);
        assert_eq!(model.problem, None, "the form tells it, and nothing else");
        model.making.unwrap().outcome.unwrap().map_err(|refusal| refusal.code)
    };
    assert_eq!(outcome(joined(0, false)), Ok(()));
    assert_eq!(outcome(refusal(ErrorCode::RoomExists, "create")), Ok(()));
    assert_eq!(outcome(refusal(ErrorCode::RateLimited, "create")), Err(ErrorCode::RateLimited));
}

#[test]
fn a_refused_name_is_asked_for_again() {
    let model = after([refusal(ErrorCode::BadName, "hello")]);
    assert_eq!(model.name, None);
    assert!(model.problem.is_some());
}

#[test]
fn slowing_down_ends_with_the_next_stored_message() {
    let mut model = after([queued(1), Event::SlowDown { code: ErrorCode::RateLimited, retry_in_s: 3 }]);
    assert_eq!(model.slow_down, Some(3));
    update(&mut model, Event::Accepted { id: message_id(1), room: room("general"), seq: 1, at: 1_001 });
    assert_eq!(model.slow_down, None);
}
