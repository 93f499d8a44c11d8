//! What must hold once the faults have stopped.

use std::collections::BTreeSet;

use parlor::protocol::RoomId;
use parlor::session::Link;

use crate::log::message_id;
use crate::world::World;

pub fn converged(world: &World) {
    for (n, client) in world.clients.iter().enumerate() {
        assert_eq!(client.link, Link::Online, "client {n} is online again");
        every_written_message_is_in_the_log_once_and_in_order(world, n);
        every_promise_is_kept(world, n);
        every_screen_shows_the_end_of_the_log(world, n);
        every_count_is_right(world, n);
    }
}

fn every_written_message_is_in_the_log_once_and_in_order(world: &World, n: usize) {
    for (room, entries) in &world.log.rooms {
        let written: Vec<_> = world.clients[n].written.iter().filter(|(r, _)| r == room).map(|(_, id)| id).collect();
        let known: BTreeSet<_> = written.iter().collect();
        let stored: Vec<_> = entries.iter().filter_map(|entry| message_id(&entry.kind)).collect();
        let stored: Vec<_> = stored.into_iter().filter(|id| known.contains(id)).collect();
        assert_eq!(stored, written, "client {n}, {room}: what was written is stored, once and in that order");
    }
}

fn every_promise_is_kept(world: &World, n: usize) {
    for (id, seq) in &world.clients[n].promised {
        let kept = world.log.rooms.values().any(|entries| {
            let entry = entries.get(*seq as usize - 1);
            entry.is_some_and(|entry| message_id(&entry.kind) == Some(id))
        });
        assert!(kept, "client {n}: {id} was promised the place {seq}");
    }
}

fn every_screen_shows_the_end_of_the_log(world: &World, n: usize) {
    let client = &world.clients[n];
    let user = world.user_of(client.person);
    let is_member = |room: &RoomId| world.log.members(room).iter().any(|member| member.id == user);
    let mut rooms: Vec<_> = world.log.rooms.keys().filter(|room| is_member(room)).collect();
    rooms.sort();
    assert_eq!(client.screens.keys().collect::<Vec<_>>(), rooms, "client {n} shows the rooms its person is in");
    for (room, screen) in &client.screens {
        let log = &world.log.rooms[room];
        assert!(!screen.is_empty(), "client {n}, {room}: the end of the log is shown");
        assert_eq!(screen[..], log[log.len() - screen.len()..], "client {n}, {room}");
    }
}

fn every_count_is_right(world: &World, n: usize) {
    for room in world.log.rooms.keys() {
        let members: BTreeSet<_> = world.log.members(room).into_iter().map(|member| member.id).collect();
        let people: BTreeSet<_> = world.clients.iter().map(|client| world.user_of(client.person)).collect();
        let online = members.intersection(&people).count() as u32;
        assert_eq!(world.clients[n].online.get(room), Some(&online), "client {n}: people online in {room}");
    }
}
