use super::*;
use crate::protocol::{LeftReason, Role, RoomChange};

fn change(bench: &mut Bench, conn: ConnId, change: RoomChange) {
    bench.frame(conn, &ClientFrame::Change { room: room("club"), change });
}

/// The room "club", which ada owns and bo and eve are in.
fn club() -> (Bench, [ConnId; 3]) {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    bench.frame(ada, &create("Club"));
    let (bo, eve) = (bench.guest(2, "bo", "club"), bench.guest(3, "eve", "club"));
    bench.run_for(2_000);
    for conn in [ada, bo, eve] {
        bench.take(conn);
    }
    (bench, [ada, bo, eve])
}

fn id(name: &str) -> UserId {
    user(name).id
}

fn say(bench: &mut Bench, conn: ConnId, n: u32) {
    let id = MessageId::parse(&format!("m-{n}-{}", conn.0)).unwrap();
    bench.frame(conn, &ClientFrame::Send { room: room("club"), id, body: format!("no. {n}") });
}

fn role_of(bench: &Bench, name: &str) -> Option<Role> {
    bench.hub.rooms[&room("club")].state.members.get(&id(name)).map(|member| member.role)
}

#[test]
fn what_changes_in_a_room_is_an_entry_and_is_answered() {
    let (mut bench, [ada, bo, _]) = club();
    change(&mut bench, ada, RoomChange::Topic { topic: " Books  and tea ".into() });
    change(&mut bench, ada, RoomChange::Rename { name: "Book club".into() });
    change(&mut bench, ada, RoomChange::SlowMode { seconds: 30 });
    let kinds = bench.kinds("club");
    assert_eq!(
        kinds[kinds.len() - 3..],
        [
            EntryKind::Topic { topic: "Books and tea".into() },
            EntryKind::Renamed { name: "Book club".into() },
            EntryKind::SlowMode { seconds: 30 },
        ]
    );
    let changed = bench.take(ada).into_iter().filter(|frame| matches!(frame, ServerFrame::Changed(_))).count();
    assert_eq!((changed, bench.seqs(bo).len()), (3, 3));
    let late = bench.guest(9, "late", "club");
    let joined = bench.take(late).into_iter().find_map(|frame| match frame {
        ServerFrame::Joined(joined) => Some(joined),
        _ => None,
    });
    let joined = joined.unwrap();
    assert_eq!((&*joined.topic, joined.slow_mode_s, &*joined.room.name), ("Books and tea", 30, "Book club"));
}

#[test]
fn members_change_nothing_and_moderators_what_is_theirs() {
    let (mut bench, [ada, bo, eve]) = club();
    for wish in [
        RoomChange::Topic { topic: "x".into() },
        RoomChange::Rename { name: "x".into() },
        RoomChange::Access { access: Access::Hidden, password: None },
        RoomChange::Remove { user: id("eve") },
        RoomChange::Ban { user: id("ada") },
        RoomChange::Role { user: id("bo"), role: Role::Owner },
        RoomChange::Invite { expires_in_s: None, uses: None },
        RoomChange::Close,
    ] {
        change(&mut bench, bo, wish.clone());
        assert_eq!(bench.codes(bo), [ErrorCode::NotAllowed], "{wish:?}");
    }
    change(&mut bench, ada, RoomChange::Role { user: id("bo"), role: Role::Moderator });
    assert_eq!(role_of(&bench, "bo"), Some(Role::Moderator));
    bench.take(bo);
    for wish in [RoomChange::Remove { user: id("ada") }, RoomChange::Role { user: id("eve"), role: Role::Moderator }] {
        change(&mut bench, bo, wish.clone());
        assert_eq!(bench.codes(bo), [ErrorCode::NotAllowed], "{wish:?}");
    }
    change(&mut bench, bo, RoomChange::Mute { user: id("eve"), seconds: 60 });
    bench.take(eve);
    say(&mut bench, eve, 1);
    let error = bench.errors(eve).remove(0);
    assert_eq!((error.code, error.retry_after_ms), (ErrorCode::Muted, Some(60_000)));
    bench.run_pinging(60_000, &[eve, ada, bo]);
    say(&mut bench, eve, 2);
    assert_eq!(bench.bodies(ada).last().map(String::as_str), Some("no. 2"));
}

#[test]
fn nothing_reaches_whoever_was_removed_after_the_entry_that_removed_them() {
    let (mut bench, [ada, bo, eve]) = club();
    let eve_too = bench.tab(4, "eve");
    bench.take(eve_too);
    bench.held = Some(VecDeque::new());
    bench.held_pages = Some(VecDeque::new());
    bench.frame(eve, &ClientFrame::History { room: room("club"), before: 3, limit: 10 });
    say(&mut bench, bo, 1);
    change(&mut bench, ada, RoomChange::Remove { user: id("eve") });
    say(&mut bench, bo, 2);
    say(&mut bench, eve, 3);
    bench.release();
    bench.release_pages();
    say(&mut bench, bo, 4);
    let kinds = bench.kinds("club");
    let removal = kinds.iter().position(|kind| matches!(kind, EntryKind::Removed { .. })).unwrap() as Seq + 1;
    for conn in [eve, eve_too] {
        let frames = bench.take(conn);
        let entries = frames
            .iter()
            .filter_map(|frame| if let ServerFrame::Entry(entry) = frame { Some(entry.seq) } else { None });
        assert_eq!(entries.max(), Some(removal));
        let left = Left { room: room("club"), reason: Some(LeftReason::Removed), by: Some(user("ada")) };
        let at = frames.iter().position(|frame| *frame == ServerFrame::Left(left.clone())).unwrap();
        let later =
            frames[at..].iter().filter(|frame| matches!(frame, ServerFrame::Entry(_) | ServerFrame::History(_)));
        assert_eq!(later.count(), 0);
    }
    assert!(!kinds.iter().any(|kind| matches!(kind, EntryKind::Message { body, .. } if body == "no. 3")));
    bench.frame(eve, &ClientFrame::History { room: room("club"), before: 9, limit: 10 });
    assert_eq!(bench.codes(eve), [ErrorCode::NotInRoom]);
    let again = bench.tab(5, "eve");
    assert!(!bench.take(again).iter().any(|frame| matches!(frame, ServerFrame::Joined(_) | ServerFrame::Entry(_))));
    bench.join(eve, "club");
    assert!(bench.hub.is_member(&id("eve"), &room("club")), "who was removed may come back");
}

#[test]
fn whoever_is_banned_stays_out_until_the_ban_is_lifted() {
    let (mut bench, [ada, _, eve]) = club();
    bench.held = Some(VecDeque::new());
    change(&mut bench, ada, RoomChange::Ban { user: id("eve") });
    bench.join(eve, "club");
    bench.release();
    bench.take(eve);
    bench.join(eve, "club");
    assert_eq!(bench.codes(eve), [ErrorCode::Banned]);
    bench.frame(ada, &ClientFrame::Settings { room: room("club") });
    let bans = bench.take(ada).into_iter().find_map(|frame| match frame {
        ServerFrame::Settings(settings) => Some(settings.bans),
        _ => None,
    });
    assert_eq!(bans, Some(vec![user("eve")]));
    bench.frame(eve, &ClientFrame::Settings { room: room("club") });
    assert_eq!(bench.codes(eve), [ErrorCode::NotInRoom]);
    change(&mut bench, ada, RoomChange::Unban { user: id("eve") });
    bench.join(eve, "club");
    assert!(bench.hub.is_member(&id("eve"), &room("club")));
}

#[test]
fn what_was_asked_before_a_demotion_is_done_and_what_was_asked_after_it_is_not() {
    let (mut bench, [ada, bo, _]) = club();
    change(&mut bench, ada, RoomChange::Role { user: id("bo"), role: Role::Moderator });
    bench.take(bo);
    bench.held = Some(VecDeque::new());
    change(&mut bench, bo, RoomChange::Topic { topic: "before".into() });
    change(&mut bench, ada, RoomChange::Role { user: id("bo"), role: Role::Member });
    change(&mut bench, bo, RoomChange::Topic { topic: "after".into() });
    while bench.held.as_ref().is_some_and(|held| !held.is_empty()) {
        bench.release();
        bench.held = Some(VecDeque::new());
    }
    assert_eq!(bench.hub.rooms[&room("club")].state.topic, "before");
    assert_eq!(bench.codes(bo), [ErrorCode::NotAllowed]);
}

#[test]
fn a_change_that_the_log_cannot_take_holds_up_nobody() {
    let (mut bench, [ada, _, _]) = club();
    bench.is_log_broken = true;
    change(&mut bench, ada, RoomChange::Topic { topic: "lost".into() });
    assert_eq!(bench.codes(ada), [ErrorCode::Unavailable]);
    bench.is_log_broken = false;
    change(&mut bench, ada, RoomChange::Topic { topic: "kept".into() });
    assert_eq!(bench.hub.rooms[&room("club")].state.topic, "kept");
    bench.is_log_broken = true;
    change(&mut bench, ada, RoomChange::DeleteMessage { seq: 3 });
    bench.is_log_broken = false;
    change(&mut bench, ada, RoomChange::Topic { topic: "again".into() });
    assert_eq!(bench.hub.rooms[&room("club")].state.topic, "again");
}

#[test]
fn a_deleted_message_is_gone_from_all_that_is_sent_from_then_on() {
    let (mut bench, [ada, bo, eve]) = club();
    say(&mut bench, bo, 1);
    let seq = bench.entries("club").last().unwrap().seq;
    bench.take(bo);
    change(&mut bench, eve, RoomChange::DeleteMessage { seq });
    assert_eq!(bench.codes(eve), [ErrorCode::NotAllowed]);
    bench.held_pages = Some(VecDeque::new());
    bench.frame(eve, &ClientFrame::History { room: room("club"), before: seq + 1, limit: 5 });
    let pages = bench.held_pages.take();
    change(&mut bench, bo, RoomChange::DeleteMessage { seq });
    assert!(bench.seqs(ada).contains(&(seq + 1)), "everyone is told");
    bench.take(eve);
    bench.held_pages = pages;
    bench.release_pages();
    let late = bench.guest(9, "late", "club");
    for conn in [eve, late] {
        let text: String = bench.take(conn).iter().map(encode).collect();
        assert!(text.contains("erased") && !text.contains("no. 1"), "{text}");
    }
    change(&mut bench, ada, RoomChange::DeleteMessage { seq });
    assert_eq!(bench.codes(ada), [ErrorCode::NoSuchMessage]);
    say(&mut bench, bo, 1);
    let accepted = |frame: &ServerFrame| matches!(frame, ServerFrame::Accepted { seq: place, .. } if *place == seq);
    assert!(bench.take(bo).iter().any(accepted), "it was accepted once, and stays so");
}

#[test]
fn a_closed_room_is_gone_for_everyone_and_its_name_is_not_used_again() {
    let (mut bench, [ada, bo, eve]) = club();
    change(&mut bench, ada, RoomChange::Close);
    for conn in [ada, bo, eve] {
        let frames = bench.take(conn);
        let gone =
            |frame: &ServerFrame| matches!(frame, ServerFrame::Left(left) if left.reason == Some(LeftReason::Closed));
        assert!(frames.iter().any(gone), "{frames:?}");
    }
    bench.run_for(2_000);
    assert!(bench.hub.room_list(Some(&id("ada"))).iter().all(|summary| summary.id != room("club")));
    assert!(bench.hub.admin_rooms().iter().all(|admin| admin.summary.id != room("club")));
    bench.take(bo);
    bench.join(bo, "club");
    bench.frame(bo, &create("club"));
    say(&mut bench, bo, 1);
    assert_eq!(bench.codes(bo), [ErrorCode::RoomClosed; 3]);
    let mut bench = Bench::over(bench.log);
    let bo = bench.tab(1, "bo");
    bench.take(bo);
    bench.join(bo, "club");
    assert_eq!(bench.codes(bo), [ErrorCode::RoomClosed]);
}

#[test]
fn an_administrator_closes_a_room_from_outside() {
    let (mut bench, [_, bo, _]) = club();
    let is_there = |bench: &Bench| bench.hub.admin_rooms().iter().any(|admin| admin.summary.id == room("club"));
    bench.held = Some(VecDeque::new());
    assert!(bench.hub.handle_close_room(bench.now, user("root"), room("club")));
    assert!(!bench.hub.handle_close_room(bench.now, user("root"), room("club")), "once is enough");
    bench.drain();
    assert!(!is_there(&bench), "nor while the log has not taken it yet");
    bench.release();
    assert!(!is_there(&bench));
    let gone = |frame: &ServerFrame| matches!(frame, ServerFrame::Left(left) if left.by == Some(user("root")));
    assert!(bench.take(bo).iter().any(gone));
}

#[test]
fn a_room_whose_last_owner_goes_gets_another() {
    let (mut bench, [ada, bo, eve]) = club();
    change(&mut bench, ada, RoomChange::Role { user: id("ada"), role: Role::Member });
    assert_eq!(bench.codes(ada), [ErrorCode::NotAllowed], "not by giving it away to nobody");
    change(&mut bench, ada, RoomChange::Role { user: id("eve"), role: Role::Moderator });
    bench.frame(ada, &ClientFrame::Leave { room: room("club") });
    assert_eq!((role_of(&bench, "bo"), role_of(&bench, "eve")), (Some(Role::Member), Some(Role::Owner)));
    bench.hub.handle_person_gone(bench.now, &id("eve"));
    bench.drain();
    assert_eq!(role_of(&bench, "bo"), Some(Role::Owner));
    assert_eq!(bench.closed.get(&eve), Some(&CloseCode::SignedOut));
    bench.frame(bo, &ClientFrame::Leave { room: room("club") });
    bench.guest(9, "general-fan", "general");
    assert_eq!(bench.kinds("general").len(), 2, "a room that nobody owned stays so");
}

#[test]
fn members_come_in_pages_with_their_roles() {
    let (mut bench, [ada, _, _]) = club();
    for n in 0..150 {
        bench.guest(100 + n, &format!("guest{n:03}"), "club");
    }
    bench.take(ada);
    let mut after = None;
    let mut seen = vec![];
    loop {
        bench.frame(ada, &ClientFrame::Members { room: room("club"), after });
        let page = bench.take(ada).into_iter().find_map(|frame| match frame {
            ServerFrame::Members(page) => Some(page),
            _ => None,
        });
        let page = page.unwrap();
        assert_eq!(page.at, bench.entries("club").len() as Seq);
        after = page.members.last().map(|member| member.user.id.clone());
        seen.extend(page.members);
        if !page.more {
            break;
        }
    }
    assert_eq!((seen.len(), seen[0].role, &*seen[0].user.name), (153, Role::Owner, "ada"));
    let stranger = bench.tab(9, "stranger");
    bench.take(stranger);
    bench.frame(stranger, &ClientFrame::Members { room: room("club"), after: None });
    assert_eq!(bench.codes(stranger), [ErrorCode::NotInRoom]);
}

#[test]
fn whoever_comes_first_into_a_room_that_all_have_left_owns_it() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    bench.frame(ada, &create("Club"));
    bench.frame(ada, &ClientFrame::Leave { room: room("club") });
    bench.guest(2, "bo", "club");
    bench.guest(3, "eve", "club");
    assert_eq!((role_of(&bench, "bo"), role_of(&bench, "eve")), (Some(Role::Owner), Some(Role::Member)));
}

#[test]
fn the_last_owner_who_stays_is_kept_while_another_is_on_their_way_out() {
    let (mut bench, [ada, bo, _]) = club();
    change(&mut bench, ada, RoomChange::Role { user: id("bo"), role: Role::Owner });
    bench.take(ada);
    bench.held = Some(VecDeque::new());
    bench.frame(bo, &ClientFrame::Leave { room: room("club") });
    change(&mut bench, ada, RoomChange::Role { user: id("ada"), role: Role::Member });
    assert_eq!(bench.codes(ada), [ErrorCode::NotAllowed]);
    bench.release();
    assert_eq!(role_of(&bench, "ada"), Some(Role::Owner));
}
