//! What must hold, at every moment and once the faults have stopped. Each checker names itself when it fails.

use std::collections::{BTreeMap, BTreeSet};

use parlor::log::RoomState;
use parlor::protocol::limits::{FRAMES_IN_FLIGHT_MAX, UNACKED_ENTRIES_MAX};
use parlor::protocol::{Entry, EntryKind, MessageId, Role, RoomId, RoomSummary, Seq, ServerFrame, UserId};
use parlor::session::Link;

use crate::lobby::Lobby;
use crate::people::Written;
use crate::server::Server;
use crate::tab::Screen;
use crate::wire::{Stream, Wire};
use crate::world::World;

/// A room list that was begun is finished, and a goodbye comes on top.
const FRAMES_ON_TOP: usize = 8;

/// `accepted` is a promise: the message is at its place for ever.
pub fn promise_is_kept(server: &Server, room: &RoomId, seq: Seq, id: &MessageId) {
    assert!(server.holds(room, seq, id), "[durability] {id} was promised the place {seq} of {room}");
}

/// Nobody sees what is not in the log, or sees it otherwise than it is there: one order for all. And nobody sees what came
/// after they were taken out.
pub fn is_in_the_log_and_for_them(server: &Server, user: &UserId, entry: &Entry) {
    assert!(server.has_ever_held(entry), "[one log] {entry:?} is shown, and not in the log at this place");
    let is_of_this_log = server.holds_anew(entry);
    let is_kept_from_them = is_of_this_log && server.standing.is_kept_from(user, &entry.room, entry.seq);
    assert!(!is_kept_from_them, "[removal] {user} is not in the room any more, and sees {entry:?}");
}

/// The server sends nobody what is not for them, nor what is deleted.
pub fn is_for_them(server: &Server, wire: &Wire, frame: &ServerFrame) {
    let entries = match frame {
        ServerFrame::Entry(entry) => std::slice::from_ref(entry),
        ServerFrame::History(page) => &page.entries,
        _ => return,
    };
    let user = wire.user.as_ref().expect("[removal] nothing is sent to nobody");
    for entry in entries {
        let Entry { room, seq, kind, .. } = entry;
        assert!(server.tells_right(entry), "[one log] {entry:?} is not what is there");
        assert!(!server.standing.is_kept_from(user, room, *seq), "[removal] {user} is sent {entry:?}");
        let has_text = matches!(kind, EntryKind::Message { .. });
        assert!(!(has_text && server.standing.deletion(room, *seq).is_some()), "[deletion] {user} is sent {entry:?}");
    }
}

pub fn is_next_on_screen(entry: &Entry, screen: &Screen) {
    is_new_on_screen(entry, screen);
    assert_eq!(
        entry.first(),
        screen.after + 1,
        "[no hole] what is shown in {} follows what was shown before",
        entry.room
    );
}

pub fn is_new_on_screen(entry: &Entry, screen: &Screen) {
    let next = screen.entries.range(entry.first()..).next();
    let is_shown = next.is_some_and(|(_, next)| next.first() <= entry.seq);
    assert!(!is_shown, "[nothing twice] {} of {}", entry.seq, entry.room);
}

pub fn goes_on_or_leaves_a_gap(room: &RoomId, screen: &Screen, after: Seq) {
    let last = screen.entries.last_key_value().map_or(0, |(seq, _)| *seq);
    assert!(last <= after, "[nothing twice] entries of {room} follow from {after}, but {last} is shown");
}

pub fn cursor_is_kept_with_its_entry(room: &RoomId, cursor: Seq, entries: &[Entry]) {
    let last = entries.last().map_or(cursor, |entry| entry.seq);
    assert_eq!(last, cursor, "[storage] the cursor of {room} was kept together with the entries up to it");
}

pub fn moves_forward(room: &RoomId, before: Seq, seq: Seq) {
    assert!(seq > before, "[read marks] that of {room} went from {before} to {seq}");
}

/// What the server sends is one stream a room: from `after` on without a jump, whatever was sent before or comes again.
pub fn stream_goes_on(wire: &mut Wire, frame: &ServerFrame) {
    match frame {
        ServerFrame::Joined(joined) => {
            wire.streams.insert(joined.room.id.clone(), Stream::after(joined.after));
        }
        ServerFrame::Left(left) => _ = wire.streams.remove(&left.room),
        ServerFrame::Entry(entry) => {
            let stream = wire.streams.get_mut(&entry.room).expect("[stream] entries come after joined");
            assert!(
                entry.first() <= stream.sent + 1,
                "[stream] {} was sent {} after {}",
                entry.room,
                entry.first(),
                stream.sent
            );
            stream.take(entry);
        }
        _ => {}
    }
    let unacked: usize = wire.streams.values().map(Stream::unacked).sum();
    assert!(unacked as u64 <= UNACKED_ENTRIES_MAX, "[memory] {unacked} entries without an ack on the way");
}

pub fn memory_is_bounded(wire: &Wire) {
    assert!(wire.in_flight <= FRAMES_IN_FLIGHT_MAX + FRAMES_ON_TOP, "[memory] {} frames in flight", wire.in_flight);
}

/// Once faults have stopped for long enough.
pub fn converged(world: &World) {
    for ((room, seq), id) in &world.promised {
        promise_is_kept(&world.server, room, *seq, id);
    }
    let logs: BTreeMap<_, _> = world.rooms().map(|room| (room.clone(), world.server.entries(&room))).collect();
    every_log_is_dense_and_has_no_message_twice(&logs);
    every_written_message_is_in_the_log_in_order(world, &logs);
    for browser in &world.browsers {
        let unsent = browser.storage.saved.outbox.iter().find(|unsent| unsent.refused.is_none());
        assert_eq!(unsent, None, "[convergence] nothing waits in a browser any more");
    }
    let states = world.server.states();
    the_hub_knows_what_a_fresh_start_would(world, &states);
    nothing_deleted_is_left(world, &logs);
    for (id, tab) in &world.tabs {
        assert_eq!(tab.link, Link::Online, "[convergence] {id:?} is online again");
        assert!(tab.waiting.is_empty(), "[convergence] {id:?} shows as waiting {:?}", tab.waiting);
        let user = world.user_of(*id);
        let rooms: Vec<_> = logs.keys().filter(|room| states[*room].members.contains_key(&user)).collect();
        assert_eq!(tab.screens.keys().collect::<Vec<_>>(), rooms, "[convergence] {id:?} shows the rooms it is in");
        for (room, screen) in &tab.screens {
            let (log, state) = (&logs[room], &states[room]);
            let read = state.members[&user].read;
            assert_eq!(screen.after, log.len() as u64, "[convergence] {id:?} has all of {room} by {:?}", tab.wire);
            let last = screen.entries.last_key_value().map(|(seq, _)| *seq);
            assert_eq!(last, Some(log.len() as u64), "[convergence] {id:?} shows the end of {room}");
            assert_eq!(screen.read, read, "[read marks] {id:?} and the server, {room}");
            let mut expected = Lobby::of(state, &user);
            expected.forget_mutes_unknown_to(&screen.lobby);
            assert_eq!(screen.lobby, expected, "[state] {id:?} shows of {room} (left) what is so (right)");
        }
        let sees = |room: &RoomId| states[room].access.is_listed() || states[room].members.contains_key(&user);
        let listed =
            logs.keys().filter(|room| sees(room)).map(|room| (room.clone(), summary(world, room, &states[room])));
        assert_eq!(tab.listed, listed.collect(), "[counts] {id:?} sees in the room list (left) what is so (right)");
    }
}

fn summary(world: &World, room: &RoomId, state: &RoomState) -> RoomSummary {
    let online = world.people().filter(|person| state.members.contains_key(person)).count() as u32;
    let (name, access) = (state.name.clone(), state.access);
    RoomSummary { id: room.clone(), name, online, members: state.members.len() as u32, access }
}

/// What came of the log while the server ran is what comes of reading it.
fn the_hub_knows_what_a_fresh_start_would(world: &World, states: &BTreeMap<RoomId, RoomState>) {
    let hub = world.server.hub.as_ref().expect("[convergence] the server is up");
    for room in hub.admin_rooms() {
        let (id, state) = (&room.summary.id, &states[&room.summary.id]);
        assert_eq!(room.summary, summary(world, id, state), "[state] of {id} in the hub (left) and in the log (right)");
        assert_eq!(room.entries, world.server.entries(id).len() as u64, "[state] the head of {id}");
        let owners = state.members.iter().filter(|(_, member)| member.role == Role::Owner).map(|(user, _)| user);
        assert!(room.owners.iter().map(|owner| &owner.id).eq(owners), "[state] owners of {id}: {:?}", room.owners);
        let standing = world.server.standing.room(id).expect("[state] a room of the log");
        let roles = state.members.iter().map(|(user, member)| (user, &member.role));
        assert!(standing.members.iter().eq(roles), "[state] members of {id}: {:?}", standing.members);
        assert!(standing.banned.iter().eq(state.bans.keys()), "[state] bans of {id}: {:?}", standing.banned);
    }
}

/// What was said in a deleted message is not in the log, and on no screen and in no storage of whoever has heard of it: the
/// deletion may lie in a gap.
fn nothing_deleted_is_left(world: &World, logs: &BTreeMap<RoomId, Vec<Entry>>) {
    let said = |entries: &mut dyn Iterator<Item = &Entry>| -> Option<Entry> {
        let at_hand: BTreeMap<Seq, &Entry> = entries.map(|entry| (entry.seq, entry)).collect();
        let messages = at_hand.values().filter(|entry| matches!(entry.kind, EntryKind::Message { .. }));
        let deletion = |entry: &Entry| world.server.standing.deletion(&entry.room, entry.seq);
        let mut told = messages.filter(|entry| deletion(entry).is_some_and(|seq| at_hand.contains_key(&seq)));
        told.next().map(|entry| (*entry).clone())
    };
    for log in logs.values() {
        assert_eq!(said(&mut log.iter()), None, "[deletion] it is in the log");
    }
    for (id, tab) in &world.tabs {
        for screen in tab.screens.values() {
            assert_eq!(said(&mut screen.entries.values()), None, "[deletion] it is on the screen of {id:?}");
        }
    }
    for room in world.browsers.iter().flat_map(|browser| browser.storage.saved.rooms.values()) {
        assert_eq!(said(&mut room.entries.iter()), None, "[deletion] a browser keeps it");
    }
}

fn every_log_is_dense_and_has_no_message_twice(logs: &BTreeMap<RoomId, Vec<Entry>>) {
    for (room, log) in logs {
        assert!(log.iter().zip(1..).all(|(entry, seq)| entry.seq == seq), "[one log] {room} is dense");
        let mut ids = BTreeSet::new();
        for entry in log {
            if let Some(id) = entry.message_id() {
                assert!(ids.insert((entry.by.id.clone(), id.clone())), "[nothing twice] {id} in {room}");
            }
        }
    }
}

fn every_written_message_is_in_the_log_in_order(world: &World, logs: &BTreeMap<RoomId, Vec<Entry>>) {
    let entries = logs.values().flatten();
    let places: BTreeMap<_, _> = entries.filter_map(|entry| Some((entry.message_id()?, entry.seq))).collect();
    for Written { id, room, .. } in world.written.iter().filter(|written| !written.may_be_lost) {
        assert!(places.contains_key(id), "[durability] {id} was written in {room} and is not there");
    }
    // Of one tab, and of tabs of one browser that tell each other in time.
    for (n, earlier) in world.written.iter().enumerate() {
        for later in world.written[n + 1..].iter().filter(|later| world.is_ordered(earlier, later)) {
            if let (Some(first), Some(second)) = (places.get(&earlier.id), places.get(&later.id)) {
                assert!(first < second, "[order] {earlier:?} was written before {later:?}");
            }
        }
    }
}
