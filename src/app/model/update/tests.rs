use super::*;
use crate::app::bootstrap::Bootstrap;
use crate::app::model::Making;
use crate::protocol::{Access, Role, User};
use crate::protocol::{EntryKind, HistoryPage, Joined, Left, Profile, RoomSummary, UserId};

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
    RoomSummary { id: room(id), name: room(id).to_name(), online, members: online, access: Access::Open }
}

fn entry(seq: Seq, by: &str, kind: EntryKind) -> Event {
    Event::Entry(Entry { room: room("general"), seq, at: 1_000 + seq, by: user(by), kind })
}

fn message(seq: Seq, by: &str) -> Event {
    entry(seq, by, EntryKind::Message { id: message_id(seq), body: format!("no. {seq}"), mentions: vec![] })
}

fn joined(head: Seq, after: Seq) -> Event {
    Event::Joined { joined: answer(head, after), reset: false }
}

fn answer(head: Seq, after: Seq) -> Joined {
    let room = summary("general", 1);
    let (topic, role, mentions) = (String::new(), Role::Member, vec![]);
    Joined { room, head, after, read: 0, topic, slow_mode_s: 0, role, muted_until: 0, mentions }
}

fn welcomed(rooms: &[&str]) -> Event {
    let profile = Profile { user: user("Ada"), secured: false, admin: false };
    Event::Welcomed { profile, member_of: rooms.iter().map(|id| room(id)).collect() }
}

fn left() -> Event {
    Event::Left(Left { room: room("general"), reason: None, by: None })
}

fn restored(seqs: &[Seq], cursor: Seq, read: Seq) -> Event {
    let entries = seqs.iter().map(|seq| entry_of(message(*seq, "Ben"))).collect();
    Event::Restored { room: room("general"), cursor, read, entries }
}

fn read(seq: Seq) -> Event {
    Event::Read { room: room("general"), seq }
}

fn page(seqs: std::ops::Range<Seq>, by: &str) -> Event {
    let (before, more) = (seqs.end, seqs.start > 1);
    let entries = seqs.map(|seq| entry_of(message(seq, by))).collect();
    Event::Older(HistoryPage { room: room("general"), before, entries, more })
}

fn accepted(n: u64, seq: Seq) -> Event {
    Event::Accepted { id: message_id(n), room: room("general"), seq, at: 1_000 + seq }
}

fn entry_of(event: Event) -> Entry {
    let Event::Entry(entry) = event else { unreachable!() };
    entry
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
    let mut model = Model::new(Bootstrap::default());
    for event in [Event::Link(Link::Connecting), welcomed(&["general"]), Event::Link(Link::Online), joined(0, 0)] {
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
fn a_room_that_is_not_in_the_list_is_called_by_its_address() {
    assert_eq!(ada().room_name(&room("book-club")), "Book club");
}

#[test]
fn a_message_is_stored_once_its_entry_or_its_answer_is_here() {
    let model = after([queued(1)]);
    assert_eq!(general(&model).deliveries[&message_id(1)], Delivery::Sending);
    for events in [vec![queued(1), accepted(1, 1)], vec![queued(1), message(1, "Ada")]] {
        assert_eq!(general(&after(events)).deliveries[&message_id(1)], Delivery::Stored { at: 1_001 });
    }
    for events in [[accepted(1, 1), message(1, "Ada")], [message(1, "Ada"), accepted(1, 1)]] {
        let model = after([queued(1)].into_iter().chain(events));
        assert_eq!((general(&model).waiting.len(), seqs(&model)), (0, vec![1]));
    }
}

#[test]
fn a_message_that_is_in_the_log_does_not_wait_there_again() {
    let model = after([message(1, "Ada"), queued(1)]);
    assert!(general(&model).waiting.is_empty());
    let model = after([message(1, "Ben"), queued(1)]);
    assert_eq!(general(&model).waiting.len(), 1, "somebody else's message of the same id is not this one");
}

#[test]
fn a_message_stored_long_ago_waits_no_more_though_its_entry_is_not_at_hand() {
    let model = after([queued(1), joined(100, 90), accepted(1, 40)]);
    assert!(general(&model).waiting.is_empty());
    let model = after([queued(1), joined(100, 90), page(40..41, "Ben"), accepted(1, 101)]);
    assert_eq!(general(&model).waiting.len(), 1, "its entry follows, and takes its place");
    let model = after([queued(41), joined(100, 90), page(40..42, "Ada")]);
    assert!(general(&model).waiting.is_empty(), "a page of history shows it");
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
fn entries_find_their_places_whatever_comes_first() {
    let model = after([restored(&[3, 4], 4, 4), joined(9, 8), message(9, "Ben"), page(7..9, "Ben"), page(1..5, "Ben")]);
    assert_eq!(seqs(&model), [1, 2, 3, 4, 7, 8, 9]);
    assert_eq!(general(&model).earlier(), None);
}

#[test]
fn another_log_begins_with_nothing_but_what_waits() {
    let reset = Event::Joined { joined: answer(3, 0), reset: true };
    let model = after([joined(9, 8), message(9, "Ben"), queued(7), read(9), reset]);
    assert!(seqs(&model).is_empty());
    assert_eq!(general(&model).waiting.len(), 1);
    assert_eq!(model.unread(), 3, "how far another log was read says nothing");
    assert!(after([message(1, "Ben"), Event::Reset]).conversations.is_empty());
}

#[test]
fn what_is_kept_is_there_before_the_server_says_anything() {
    let mut model = Model::new(Bootstrap::default());
    model.me = Some(user("Ada"));
    update(&mut model, restored(&[3, 4, 7], 9, 3));
    assert_eq!(seqs(&model), [3, 4, 7]);
    assert_eq!(general(&model).earlier(), Some(3));
    assert_eq!(model.standing(&room("general")), Standing::Member);
    assert_eq!(model.unread(), 6);
}

#[test]
fn what_lies_before_what_follows_can_be_asked_for_though_nothing_is_at_hand() {
    assert_eq!(general(&after([joined(9, 8)])).earlier(), Some(9));
    assert_eq!(general(&after([joined(9, 0)])).earlier(), None);
}

#[test]
fn earlier_entries_are_asked_for_one_page_at_a_time() {
    let mut model = after([joined(60, 50)]);
    assert!(model.start_loading(&room("general"), 51));
    assert!(!model.start_loading(&room("general"), 51));
    assert!(!model.start_loading(&room("general"), 20));
    update(&mut model, page(41..51, "Ben"));
    assert!(model.start_loading(&room("general"), 41));
}

#[test]
fn a_page_that_is_not_to_be_expected_any_more_can_be_asked_for_again() {
    let unavailable = refusal(ErrorCode::Unavailable, "history");
    let links = [Event::Link(Link::Connecting), Event::Link(Link::Online), joined(60, 50)];
    for lost in [vec![unavailable], links.to_vec()] {
        let mut model = after([joined(60, 50)]);
        assert!(model.start_loading(&room("general"), 51));
        lost.into_iter().for_each(|event| update(&mut model, event));
        assert!(model.start_loading(&room("general"), 51));
    }
}

#[test]
fn nothing_is_asked_for_before_the_room_is_joined_on_this_link() {
    let mut model = after([joined(60, 50), Event::Link(Link::Connecting), Event::Link(Link::Online)]);
    assert!(!model.start_loading(&room("general"), 51));
}

#[test]
fn messages_that_nobody_has_read_are_unread_here_or_not() {
    let cy_comes = entry(3, "Cy", EntryKind::Joined { invite: None });
    let damaged = entry(4, "Cy", EntryKind::Damaged);
    let model = after([message(1, "Ben"), message(2, "Ada"), cy_comes, damaged]);
    assert_eq!(model.unread(), 1, "neither one's own messages nor who comes and goes are news");
    let model = after([joined(50, 40), read(20), message(41, "Ada")]);
    assert_eq!(model.unread(), 29, "what is not at hand counts");
    let model = after([joined(50, 40), read(45), read(30)]);
    assert_eq!(model.unread(), 5, "nobody reads backwards");
}

#[test]
fn whoever_looks_has_read_it_all() {
    let general = room("general");
    let mut model = after([message(1, "Ben")]);
    assert_eq!(model.look(&general), None, "another room is open");
    model.open(Some(general.clone()));
    assert_eq!(model.look(&general), Some(1));
    assert_eq!((model.look(&general), model.unread()), (None, 0), "told once");
    model.set_hidden(true);
    update(&mut model, message(2, "Ben"));
    assert_eq!((model.look(&general), model.unread()), (None, 1), "a page in the background is not looked at");
    model.set_hidden(false);
    assert_eq!((model.look(&general), model.unread()), (Some(2), 0));
}

#[test]
fn what_was_new_on_arrival_is_marked_and_what_comes_while_one_looks_is_not() {
    let id = room("general");
    let mark = |model: &Model| general(model).mark;
    let mut model = after([message(1, "Ben")]);
    model.open(Some(id.clone()));
    model.look(&id);
    assert_eq!(mark(&model), Some(0));
    update(&mut model, message(2, "Ben"));
    model.look(&id);
    assert_eq!(mark(&model), Some(0), "it stays where it was");
    model.open(None);
    model.open(Some(id.clone()));
    model.look(&id);
    assert_eq!(mark(&model), None, "nothing is new");
    model.set_hidden(true);
    update(&mut model, message(3, "Ben"));
    model.set_hidden(false);
    model.look(&id);
    assert_eq!(mark(&model), Some(2));
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
    let list = |all, rooms: &[&str], gone: &[&str]| {
        let gone = gone.iter().map(|id| room(id)).collect();
        Event::Rooms(RoomList { all, rooms: rooms.iter().map(|id| summary(id, 0)).collect(), gone })
    };
    let ids = |model: Model| model.rooms.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(ids(after([list(false, &["tea"], &[])])), ["general", "tea"]);
    assert_eq!(ids(after([list(false, &["tea"], &[]), list(true, &["books"], &[])])), ["books"]);
    assert_eq!(ids(after([list(false, &["tea"], &["general"])])), ["tea"]);
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
    let model = after([message(1, "Ben"), left()]);
    assert_eq!(general(&model).standing, Standing::Left);
    assert_eq!(model.unread(), 0);
}

#[test]
fn membership_is_what_the_server_says_on_every_welcome() {
    let model = after([welcomed(&["tea"])]);
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
    assert_eq!(outcome(joined(0, 0)), Ok(()));
    assert_eq!(outcome(refusal(ErrorCode::RoomExists, "create")), Ok(()));
    assert_eq!(outcome(refusal(ErrorCode::RateLimited, "create")), Err(ErrorCode::RateLimited));
}

#[test]
fn a_pause_ends_with_the_next_answer_to_a_message_or_with_the_link() {
    let pause = Event::SlowDown { code: ErrorCode::Unavailable, retry_in_s: 3 };
    let refused = Event::Refused { id: message_id(1), room: room("general"), code: ErrorCode::MessageTooLong };
    let seen = after([queued(1), pause.clone()]).pause;
    assert_eq!(seen, Some(Pause { code: ErrorCode::Unavailable, seconds: 3 }));
    for end in [accepted(1, 1), refused, Event::Link(Link::Connecting)] {
        assert_eq!(after([queued(1), pause.clone(), end]).pause, None);
    }
}

#[test]
fn what_is_known_of_others_is_stale_from_when_the_link_is_lost_until_it_is_back() {
    let link = |link| Event::Link(link);
    let waiting = Link::Waiting { retry_in_s: 1 };
    assert!(!Model::new(Bootstrap::default()).stale);
    assert!(!after([link(Link::Connecting)]).stale);
    assert!(after([link(waiting), link(Link::Connecting)]).stale);
    assert!(!after([link(waiting), link(Link::Connecting), link(Link::Online)]).stale);
}
