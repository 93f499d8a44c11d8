use super::*;
use crate::protocol::RoomSummary;
use crate::protocol::limits::{FRAMES_IN_FLIGHT_MAX, HELLO_WITHIN_MS, PRESENCE_GRACE_MS, SILENCE_MAX_MS};

fn rooms_told(bench: &mut Bench, conn: ConnId) -> Vec<(bool, Vec<RoomSummary>)> {
    let rooms = |frame| if let ServerFrame::Rooms(list) = frame { Some((list.all, list.rooms)) } else { None };
    bench.take(conn).into_iter().filter_map(rooms).collect()
}

#[test]
fn two_tabs_of_one_person_count_as_one() {
    let mut bench = Bench::new();
    bench.guest(1, "ada", "general");
    bench.guest(2, "ada", "general");
    bench.guest(3, "bo", "general");
    assert_eq!(bench.online("general"), 2);
    bench.close(ConnId(1));
    bench.run_pinging(2 * PRESENCE_GRACE_MS, &[ConnId(2), ConnId(3)]);
    assert_eq!(bench.online("general"), 2, "one tab is left");
}

#[test]
fn a_closed_tab_brings_the_count_down_after_the_grace_time() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    let bo = bench.guest(2, "bo", "general");
    bench.run_for(1_000);
    bench.take(ada);
    bench.close(bo);
    bench.run_for(PRESENCE_GRACE_MS - 1);
    assert_eq!((bench.online("general"), bench.presences(ada).len()), (2, 0));
    bench.run_for(1);
    assert_eq!(bench.online("general"), 1);
    let presences = bench.presences(ada);
    assert_eq!((presences[0].online, &presences[0].gone[..]), (1, &[user("bo").id][..]));
}

#[test]
fn a_reload_within_the_grace_time_is_not_seen_by_anyone() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    let bo = bench.guest(2, "bo", "general");
    bench.run_for(2_000);
    bench.take(ada);
    bench.close(bo);
    bench.run_for(PRESENCE_GRACE_MS - 1);
    let bo = bench.tab(3, "bo");
    bench.run_pinging(30_000, &[ada, bo]);
    assert!(bench.take(ada).iter().all(|frame| *frame == ServerFrame::Pong));
}

#[test]
fn leaving_brings_the_count_down_at_once_on_all_tabs() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    let ada_too = bench.tab(2, "ada");
    let bo = bench.guest(3, "bo", "general");
    bench.frame(ada, &ClientFrame::Leave { room: room("general") });
    assert_eq!(bench.online("general"), 1);
    bench.take(ada);
    let left = left("general");
    assert!(bench.take(ada_too).contains(&left));
    bench.say(bo, "m1", "are you there?");
    assert_eq!((bench.take(ada), bench.take(ada_too)), (vec![], vec![]), "nothing of the room reaches them now");
}

#[test]
fn a_silent_client_is_dropped_and_then_no_longer_counted() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    bench.run_for(SILENCE_MAX_MS - 1);
    assert_eq!(bench.closed.get(&ada), None);
    bench.run_for(1);
    assert_eq!(bench.closed[&ada], CloseCode::Silent);
    assert!(matches!(bench.take(ada).last(), Some(ServerFrame::Bye(bye)) if bye.code == 4001));
    assert_eq!(bench.online("general"), 1);
    bench.run_for(PRESENCE_GRACE_MS);
    assert_eq!(bench.online("general"), 0);
    assert_eq!(bench.hub.poll_timeout(), None, "nobody is left to watch");
}

#[test]
fn any_frame_counts_as_a_sign_of_life_even_a_wrong_one() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    for _ in 0..10 {
        bench.run_for(SILENCE_MAX_MS - 1);
        bench.text(ada, "]");
    }
    assert_eq!(bench.closed.get(&ada), None);
}

#[test]
fn whoever_says_no_hello_is_dropped() {
    let mut bench = Bench::new();
    let conn = bench.open(1);
    bench.run_for(HELLO_WITHIN_MS - 1);
    assert_eq!(bench.closed.get(&conn), None);
    bench.run_for(1);
    assert_eq!(bench.closed[&conn], CloseCode::HelloTimeout);
}

#[test]
fn the_room_list_tells_of_rooms_that_one_is_not_in() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    let (all, rooms) = rooms_told(&mut bench, ada).remove(0);
    assert!(all);
    assert_eq!(rooms.iter().map(|room| room.online).collect::<Vec<_>>(), [0, 0]);
    bench.guest(2, "bo", "random");
    bench.run_for(1_000);
    let told = rooms_told(&mut bench, ada);
    assert_eq!(told, [(false, vec![summary("random", "random")])]);
}

#[test]
fn a_count_that_was_seen_in_between_is_put_right() {
    let mut bench = Bench::new();
    let bo = bench.tab(2, "bo");
    bench.guest(1, "ada", "random");
    bench.run_for(0);
    bench.join(bo, "random");
    let eve = bench.tab(3, "eve");
    assert_eq!(rooms_told(&mut bench, eve)[0].1[1].online, 2, "eve comes before the change is told to the others");
    bench.frame(bo, &ClientFrame::Leave { room: room("random") });
    bench.run_for(2_000);
    assert_eq!(rooms_told(&mut bench, eve).last().unwrap().1[0].online, 1);
}

#[test]
fn a_new_room_is_told_to_everyone() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    let bo = bench.tab(2, "bo");
    bench.take(ada);
    bench.frame(bo, &create("Book club"));
    bench.run_for(2_000);
    let (_, rooms) = rooms_told(&mut bench, ada).pop().unwrap();
    assert_eq!(rooms, [summary("book-club", "Book club")]);
}

#[test]
fn three_hundred_joins_are_a_handful_of_state_frames_for_each() {
    let mut bench = Bench::new();
    let watcher = bench.tab(1, "watcher");
    let ada = bench.guest(2, "ada", "general");
    bench.run_for(2_000);
    bench.take(ada);
    bench.take(watcher);
    for n in 0..300 {
        bench.guest(100 + n, &format!("user-{n}"), "general");
        bench.run_for(7);
    }
    bench.run_for(2_000);
    let presences = bench.presences(ada);
    assert!((2..=5).contains(&presences.len()), "{}", presences.len());
    assert_eq!(presences.last().unwrap().online, 301);
    assert!(bench.take(watcher).len() <= 5);
}

#[test]
fn a_slow_connection_is_told_the_newest_state_in_full_once_it_reads() {
    let mut bench = Bench::new();
    let slow = bench.guest(1, "slow", "general");
    bench.run_for(1_000);
    bench.take(slow);
    bench.stuck.insert(slow);
    for n in 0..150 {
        let conn = bench.guest(100 + n, &format!("user-{n}"), "general");
        bench.frame(conn, &ClientFrame::Leave { room: room("general") });
        bench.run_for(1_000);
        bench.frame(slow, &ClientFrame::Ping);
    }
    assert!(bench.take(slow).len() <= FRAMES_IN_FLIGHT_MAX + 1, "no more than fits is in flight");
    bench.stuck.clear();
    bench.hub.handle_written(bench.now, slow, FRAMES_IN_FLIGHT_MAX + 1, usize::MAX);
    bench.drain();
    let presences = bench.presences(slow);
    assert!(presences[0].all);
    assert_eq!(presences[0].here, [user("slow")]);
}

#[test]
fn a_name_changes_for_everyone_to_see() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    let bo = bench.guest(2, "bo", "general");
    bench.run_for(1_000);
    bench.take(ada);
    bench.take(bo);
    let profile =
        Profile { user: User { id: user("bo").id, name: "Bo the Brave".into() }, secured: true, admin: false };
    bench.hub.handle_profile(bench.now, profile.clone());
    bench.drain();
    assert_eq!(bench.take(bo), [ServerFrame::Profile(profile)]);
    bench.run_for(1_000);
    let presence = bench.presences(ada).remove(0);
    assert_eq!(presence.here, [User { id: user("bo").id, name: "Bo the Brave".into() }]);
    assert_eq!(presence.online, 2);
}

#[test]
fn who_types_is_told_until_the_message_comes() {
    let mut bench = Bench::new();
    let ada = bench.guest(1, "ada", "general");
    let bo = bench.guest(2, "bo", "general");
    bench.run_for(2_000);
    bench.take(ada);
    bench.frame(bo, &ClientFrame::Typing { room: room("general") });
    bench.run_for(1_000);
    let typing = |bench: &mut Bench| {
        let users = |frame| if let ServerFrame::Typing(typing) = frame { Some(typing.users) } else { None };
        bench.take(ada).into_iter().filter_map(users).collect::<Vec<_>>()
    };
    assert_eq!(typing(&mut bench), [vec![user("bo")]]);
    bench.say(bo, "m1", "done");
    bench.run_for(1_000);
    assert_eq!(typing(&mut bench), [vec![]]);
}

#[test]
fn a_stopping_server_tells_everyone_when_to_come_back_but_not_all_at_once() {
    let mut bench = Bench::new();
    let conns: Vec<_> = (0..50).map(|n| bench.tab(n, &format!("user-{n}"))).collect();
    bench.hub.handle_shutdown(bench.now);
    bench.drain();
    let mut times: Vec<_> = Vec::new();
    for conn in conns {
        assert_eq!(bench.closed[&conn], CloseCode::Restarting);
        let Some(ServerFrame::Bye(bye)) = bench.take(conn).pop() else { panic!("bye comes last") };
        times.push(bye.reconnect_after_ms.unwrap());
    }
    times.sort_unstable();
    assert!(times[0] >= 300 && times[49] - times[0] > 500, "{times:?}");
    let late = bench.open(99);
    assert_eq!(bench.closed[&late], CloseCode::Restarting);
}

/// One member, who is online.
fn summary(id: &str, name: &str) -> RoomSummary {
    RoomSummary { id: room(id), name: name.into(), online: 1, members: 1, access: Access::Open }
}
