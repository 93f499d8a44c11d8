use super::*;
use crate::protocol::limits::WRONG_PASSWORDS_FREE;
use crate::protocol::{Proof, Role, RoomChange};

fn password(text: &str) -> Option<Password> {
    Some(Password::parse(text).unwrap())
}

fn with_password(id: &str, text: &str) -> ClientFrame {
    ClientFrame::Join { room: room(id), since: None, password: password(text), invite: None }
}

fn with_invite(id: &str, n: u32) -> ClientFrame {
    ClientFrame::Join { room: room(id), since: None, password: None, invite: Some(code(n)) }
}

/// A room called "club" that ada owns.
fn club(access: Access) -> (Bench, ConnId) {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    let password = if access == Access::Password { password("swordfish") } else { None };
    bench.frame(ada, &ClientFrame::Create { name: "Club".into(), access, password });
    assert!(bench.hub.is_member(&user("ada").id, &room("club")));
    bench.take(ada);
    (bench, ada)
}

fn change(bench: &mut Bench, conn: ConnId, change: RoomChange) {
    bench.frame(conn, &ClientFrame::Change { room: room("club"), change });
}

fn is_in(bench: &Bench, name: &str) -> bool {
    bench.hub.is_member(&user(name).id, &room("club"))
}

#[test]
fn whoever_makes_a_room_owns_it_and_nobody_else_does() {
    let (mut bench, _) = club(Access::Open);
    let bo = bench.guest(2, "bo", "club");
    let frames = bench.take(bo);
    assert!(frames.iter().any(|frame| matches!(frame, ServerFrame::Joined(joined) if joined.role == Role::Member)));
    let roles: Vec<_> = bench.hub.rooms[&room("club")].state.members.values().map(|member| member.role).collect();
    assert_eq!(roles, [Role::Owner, Role::Member]);
}

#[test]
fn a_room_with_a_password_opens_to_the_right_one_alone() {
    let (mut bench, _) = club(Access::Password);
    let bo = bench.tab(2, "bo");
    bench.join(bo, "club");
    assert_eq!(bench.codes(bo), [ErrorCode::PasswordRequired]);
    bench.frame(bo, &with_password("club", "Swordfish"));
    assert_eq!(bench.codes(bo), [ErrorCode::WrongPassword]);
    assert!(!is_in(&bench, "bo"));
    bench.frame(bo, &with_password("club", "swordfish"));
    assert!(is_in(&bench, "bo"));
}

#[test]
fn wrong_passwords_cost_growing_time_for_the_person_and_for_the_address() {
    let (mut bench, _) = club(Access::Password);
    let bo = bench.tab(2, "bo");
    let mut pauses = vec![];
    for _ in 0..WRONG_PASSWORDS_FREE + 3 {
        bench.frame(bo, &with_password("club", "guess"));
        let error = bench.errors(bo).remove(0);
        assert_eq!(error.code, ErrorCode::WrongPassword);
        let pause_ms = error.retry_after_ms.unwrap();
        pauses.push(pause_ms);
        if pause_ms > 0 {
            bench.frame(bo, &with_password("club", "swordfish"));
            let error = bench.errors(bo).remove(0);
            assert_eq!((error.code, error.retry_after_ms), (ErrorCode::RateLimited, Some(pause_ms)));
        }
        bench.run_pinging(pause_ms + 1_000, &[bo]);
        bench.take(bo);
    }
    assert!(pauses.is_sorted() && pauses[0] == 0 && pauses.last().unwrap() > &4_000, "{pauses:?}");
    bench.frame(bo, &with_password("club", "guess"));
    bench.take(bo);
    let eve = bench.tab(3, "eve");
    bench.frame(eve, &with_password("club", "swordfish"));
    assert_eq!(bench.codes(eve), [ErrorCode::RateLimited], "another name at the same address waits too");
}

#[test]
fn an_invite_link_opens_the_room_as_often_and_as_long_as_it_says() {
    let (mut bench, ada) = club(Access::Invite);
    let bo = bench.tab(2, "bo");
    bench.join(bo, "club");
    assert_eq!(bench.codes(bo), [ErrorCode::InviteRequired]);
    change(&mut bench, ada, RoomChange::Invite { expires_in_s: Some(60), uses: Some(1) });
    let told = bench.take(ada).into_iter().find_map(|frame| match frame {
        ServerFrame::Changed(changed) => changed.code,
        _ => None,
    });
    assert_eq!(told, Some(code(1)));
    assert!(bench.hub.is_valid_invite(bench.now, &room("club"), &code(1)));
    bench.frame(bo, &with_invite("club", 2));
    assert_eq!(bench.codes(bo), [ErrorCode::BadInvite]);
    bench.frame(bo, &with_invite("club", 1));
    assert!(is_in(&bench, "bo"));
    let eve = bench.tab(3, "eve");
    bench.frame(eve, &with_invite("club", 1));
    assert_eq!(bench.codes(eve), [ErrorCode::BadInvite], "it is used up");

    change(&mut bench, ada, RoomChange::Invite { expires_in_s: Some(60), uses: None });
    bench.run_pinging(60_000, &[ada, eve]);
    bench.take(eve);
    bench.frame(eve, &with_invite("club", 2));
    assert_eq!(bench.codes(eve), [ErrorCode::BadInvite], "it has expired");

    change(&mut bench, ada, RoomChange::Invite { expires_in_s: None, uses: None });
    let invite = InviteId::parse("link-3").unwrap();
    change(&mut bench, ada, RoomChange::RevokeInvite { invite: invite.clone() });
    bench.frame(eve, &with_invite("club", 3));
    assert_eq!(bench.codes(eve), [ErrorCode::BadInvite], "it is revoked");
    bench.take(ada);
    change(&mut bench, ada, RoomChange::RevokeInvite { invite });
    assert_eq!(bench.codes(ada), [ErrorCode::NoSuchInvite]);
    assert!(!is_in(&bench, "eve"));
}

#[test]
fn of_many_who_come_at_once_by_a_link_no_more_get_in_than_it_says() {
    let (mut bench, ada) = club(Access::Invite);
    change(&mut bench, ada, RoomChange::Invite { expires_in_s: None, uses: Some(2) });
    let crowd: Vec<_> = (2..7).map(|n| bench.tab(n, &format!("guest{n}"))).collect();
    bench.held = Some(VecDeque::new());
    for conn in &crowd {
        bench.take(*conn);
        bench.frame(*conn, &with_invite("club", 1));
    }
    bench.release();
    let refused = crowd.iter().filter(|conn| bench.codes(**conn) == [ErrorCode::BadInvite]).count();
    assert_eq!((refused, bench.hub.rooms[&room("club")].state.members.len()), (3, 3));
}

#[test]
fn a_hidden_room_is_on_no_strangers_list_and_its_link_opens_it() {
    let (mut bench, _) = club(Access::Hidden);
    let bo = bench.tab(2, "bo");
    bench.run_for(2_000);
    let is_told = |frames: Vec<ServerFrame>| {
        frames.iter().any(|frame| match frame {
            ServerFrame::Rooms(list) => list.rooms.iter().any(|summary| summary.id == room("club")),
            _ => false,
        })
    };
    let frames = bench.take(bo);
    assert!(!is_told(frames));
    assert!(bench.hub.room_list(None).iter().all(|summary| summary.id != room("club")));
    bench.join(bo, "club");
    assert!(is_in(&bench, "bo"));
    bench.run_for(2_000);
    let frames = bench.take(bo);
    assert!(is_told(frames));
    assert!(bench.hub.room_list(Some(&user("bo").id)).iter().any(|summary| summary.id == room("club")));
}

#[test]
fn a_room_that_hides_is_taken_from_the_lists_of_strangers_and_comes_back_when_it_opens() {
    let (mut bench, ada) = club(Access::Open);
    let bo = bench.tab(2, "bo");
    bench.run_for(2_000);
    bench.take(bo);
    bench.take(ada);
    change(&mut bench, ada, RoomChange::Access { access: Access::Invite, password: None });
    bench.run_for(2_000);
    let gone = |frames: Vec<ServerFrame>| {
        frames.into_iter().any(|frame| matches!(frame, ServerFrame::Rooms(list) if list.gone == [room("club")]))
    };
    let (bos, adas) = (bench.take(bo), bench.take(ada));
    assert!(gone(bos) && !gone(adas));
    change(&mut bench, ada, RoomChange::Access { access: Access::Password, password: password("swordfish") });
    bench.run_for(2_000);
    let listed = |frame: &ServerFrame| matches!(frame, ServerFrame::Rooms(list) if list.rooms.iter().any(|room| room.access == Access::Password));
    assert!(bench.take(bo).iter().any(listed));
}

#[test]
fn whoever_comes_while_the_door_is_being_closed_finds_it_closed() {
    let (mut bench, ada) = club(Access::Open);
    let bo = bench.tab(2, "bo");
    bench.held = Some(VecDeque::new());
    change(&mut bench, ada, RoomChange::Access { access: Access::Invite, password: None });
    bench.join(bo, "club");
    bench.release();
    assert_eq!(bench.codes(bo), [ErrorCode::InviteRequired]);
    assert!(!is_in(&bench, "bo"));
}

#[test]
fn whoever_follows_a_link_while_another_makes_the_room_stands_at_its_door() {
    let mut bench = Bench::new();
    let (ada, bo) = (bench.tab(1, "ada"), bench.tab(2, "bo"));
    bench.held = Some(VecDeque::new());
    bench.frame(ada, &ClientFrame::Create { name: "Club".into(), access: Access::Invite, password: None });
    bench.join(bo, "club");
    bench.release();
    assert_eq!(bench.codes(bo), [ErrorCode::InviteRequired]);
}

#[test]
fn a_room_has_a_password_only_if_it_opens_by_one() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    for (access, password) in [
        (Access::Password, None),
        (Access::Password, password("abc")),
        (Access::Open, password("swordfish")),
        (Access::Invite, password("swordfish")),
    ] {
        bench.take(ada);
        bench.frame(ada, &ClientFrame::Create { name: "Club".into(), access, password });
        assert_eq!(bench.codes(ada), [ErrorCode::BadPassword], "{access:?}");
    }
}

#[test]
fn an_administrator_enters_any_room_and_is_seen_to() {
    let (mut bench, _) = club(Access::Invite);
    bench.guest(2, "admin-eve", "club");
    assert!(is_in(&bench, "admin-eve"));
    assert_eq!(bench.kinds("club").last(), Some(&EntryKind::Joined { invite: None }));
    assert!(crate::protocol::Rank::Outsider.may(crate::protocol::Deed::Join(Proof::Admin), Access::Invite));
}

#[test]
fn the_right_password_makes_good_for_ones_own_mistakes_at_the_address_and_for_no_others() {
    let (mut bench, _) = club(Access::Password);
    let (bo, eve) = (bench.tab(2, "bo"), bench.tab(3, "eve"));
    for conn in [bo, bo, eve] {
        bench.frame(conn, &with_password("club", "guess"));
    }
    bench.frame(bo, &with_password("club", "swordfish"));
    assert!(is_in(&bench, "bo"));
    bench.take(eve);
    for _ in 0..WRONG_PASSWORDS_FREE {
        bench.frame(eve, &with_password("club", "guess"));
    }
    let pauses: Vec<_> = bench.errors(eve).into_iter().filter_map(|error| error.retry_after_ms).collect();
    assert_eq!(pauses, [0, 0, 2_000]);
}

#[test]
fn a_right_password_elsewhere_pays_for_no_guesses_here() {
    let (mut bench, _) = club(Access::Password);
    let eve = bench.tab(2, "eve");
    bench.frame(eve, &ClientFrame::Create { name: "Den".into(), access: Access::Password, password: password("own") });
    assert_eq!(bench.codes(eve), [ErrorCode::BadPassword]);
    let own = password("my own den");
    bench.frame(eve, &ClientFrame::Create { name: "Den".into(), access: Access::Password, password: own });
    bench.frame(eve, &ClientFrame::Leave { room: room("den") });
    for _ in 0..WRONG_PASSWORDS_FREE {
        bench.frame(eve, &with_password("club", "guess"));
    }
    bench.frame(eve, &with_password("den", "my own den"));
    bench.take(eve);
    bench.frame(eve, &with_password("club", "guess"));
    assert_eq!(bench.errors(eve).remove(0).retry_after_ms, Some(2_000));
}

#[test]
fn whoever_made_a_room_and_could_not_enter_it_then_enters_it_later() {
    let mut bench = Bench::new();
    let ada = bench.tab(1, "ada");
    bench.held = Some(VecDeque::new());
    bench.frame(ada, &ClientFrame::Create { name: "Club".into(), access: Access::Invite, password: None });
    let created = bench.held.take().unwrap().pop_front().unwrap();
    bench.log.commit(Batch { appends: vec![created], reads: vec![] }).unwrap();
    let mut bench = Bench::over(bench.log);
    let (ada, bo) = (bench.tab(1, "ada"), bench.tab(2, "bo"));
    bench.join(bo, "club");
    assert_eq!(bench.codes(bo), [ErrorCode::InviteRequired]);
    bench.join(ada, "club");
    assert_eq!(bench.hub.rooms[&room("club")].state.members[&user("ada").id].role, Role::Owner);
}
