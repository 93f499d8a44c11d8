//! What a room is like, who is in it, and the way in and out.

use super::*;
use crate::app::bootstrap::Bootstrap;
use crate::app::model::{Changing, Gone, Terms};
use crate::log::{RoomState, Secret};
use crate::protocol::{
    Access, Changed, EntryKind, HistoryPage, InviteCode, InviteId, Joined, Left, LeftReason, MemberPage, Profile, Role,
    RoomMember, RoomSettings, RoomSummary, User,
};

const PAGE: usize = 2;

fn room() -> RoomId {
    RoomId::parse("tea").unwrap()
}

fn user(name: &str) -> User {
    User { id: UserId::parse(&name.to_lowercase()).unwrap(), name: name.into() }
}

fn entry(seq: Seq, by: &str, kind: EntryKind) -> Entry {
    Entry { room: room(), seq, at: 1_000 * seq, by: user(by), kind }
}

fn message(seq: Seq, by: &str, mentions: &[&str]) -> Entry {
    let mentions = mentions.iter().map(|name| user(name).id).collect();
    entry(seq, by, EntryKind::Message { id: MessageId::v7(seq, 1), body: "hi".into(), mentions })
}

fn come() -> EntryKind {
    EntryKind::Joined { invite: None }
}

/// A log as the server has it.
#[derive(Clone, Default)]
struct Log {
    entries: Vec<Entry>,
    state: RoomState,
}

impl Log {
    fn of(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut log = Self::default();
        entries.into_iter().for_each(|entry| log.push(entry));
        log
    }

    /// Ada owns the room, Ben moderates it, Cy and Eve are members. Ada is mentioned, and Cy is muted.
    fn tea() -> Self {
        let kinds = [
            ("Ada", EntryKind::Created { name: "Tea".into(), access: Access::Open }),
            ("Ada", come()),
            ("Ben", come()),
            ("Cy", come()),
            ("Eve", come()),
            ("Ada", EntryKind::Role { user: user("Ben"), role: Role::Moderator }),
            ("Ben", EntryKind::Muted { user: user("Cy"), until: 9_000_000 }),
            ("Ben", EntryKind::Banned { user: user("Mo") }),
        ];
        let mut log = Self::of((1..).zip(kinds).map(|(seq, (by, kind))| entry(seq, by, kind)));
        log.push(message(9, "Ben", &["Ada"]));
        log.push(message(10, "Eve", &[]));
        log
    }

    fn head(&self) -> Seq {
        self.entries.len() as Seq
    }

    fn push(&mut self, entry: Entry) {
        if let EntryKind::Deleted { seq } = entry.kind {
            self.entries[seq as usize - 1].erase();
        }
        self.state.apply(&entry, Some(&Secret::new("s")));
        self.entries.push(entry);
    }

    fn joined(&self, after: Seq) -> Event {
        let RoomState { name, topic, access, slow_mode_s, members, mutes, .. } = self.state.clone();
        let member = &members[&user("Ada").id];
        let room = RoomSummary { id: room(), name, online: 1, members: members.len() as u32, access };
        let muted_until = mutes.get(&user("Ada").id).copied().unwrap_or_default();
        let (head, role, mentions) = (self.head(), member.role, member.mentions.clone());
        let joined = Joined { room, head, after, read: member.read, topic, slow_mode_s, role, muted_until, mentions };
        Event::Joined { joined, reset: false }
    }

    /// All pages of members, each as of now.
    fn members(&self) -> Vec<Event> {
        let all: Vec<_> = self.state.members.iter().map(|(id, member)| self.member(id, &member.name)).collect();
        let pages = all.chunks(PAGE).collect::<Vec<_>>();
        let page = |n: usize| MemberPage {
            room: room(),
            at: self.head(),
            after: (n > 0).then(|| pages[n - 1].last().unwrap().user.id.clone()),
            members: pages[n].to_vec(),
            more: n + 1 < pages.len(),
        };
        (0..pages.len()).map(|n| Event::Members(page(n))).collect()
    }

    fn member(&self, id: &UserId, name: &str) -> RoomMember {
        let muted_until = self.state.mutes.get(id).copied().unwrap_or_default();
        let user = User { id: id.clone(), name: name.into() };
        RoomMember { user, role: self.state.members[id].role, muted_until }
    }

    fn entries_after(&self, seq: Seq) -> Vec<Event> {
        self.entries[seq as usize..].iter().cloned().map(Event::Entry).collect()
    }
}

fn ada(events: impl IntoIterator<Item = Event>) -> Model {
    let mut model = Model::new(Bootstrap::default());
    let profile = Profile { user: user("Ada"), secured: false, admin: false };
    update(&mut model, Event::Welcomed { profile, member_of: vec![room()] });
    update(&mut model, Event::Link(Link::Online));
    events.into_iter().for_each(|event| update(&mut model, event));
    model
}

fn tea(model: &Model) -> &Conversation {
    &model.conversations[&room()]
}

/// All that the model knows of what the room has come to be.
fn known(model: &Model) -> (Terms, Vec<Seq>, Vec<RoomMember>, String, Access) {
    let conversation = tea(model);
    let members = conversation.members.list.values().cloned().collect();
    let (name, access) = (model.room_name(&room()), model.access(&room()));
    (conversation.terms.clone(), conversation.mentions.to_vec(), members, name, access)
}

fn kinds() -> Vec<(&'static str, EntryKind)> {
    let ours = |user: &str, role| EntryKind::Role { user: self::user(user), role };
    let muted = |user: &str, until| EntryKind::Muted { user: self::user(user), until };
    let invite = InviteId::parse("link").unwrap();
    let mention = |name: &str| {
        let mentions = vec![user(name).id];
        EntryKind::Message { id: MessageId::v7(77, 7), body: "@".into(), mentions }
    };
    vec![
        ("Di", come()),
        ("Di", EntryKind::Joined { invite: Some(invite.clone()) }),
        ("Cy", EntryKind::Left),
        ("Ben", EntryKind::Left),
        ("Ben", mention("Ada")),
        ("Ada", mention("Ada")),
        ("Ben", mention("Cy")),
        ("Ada", EntryKind::Renamed { name: "Coffee".into() }),
        ("Ada", EntryKind::Topic { topic: "Cake".into() }),
        ("Ada", EntryKind::Access { access: Access::Password }),
        ("Ben", EntryKind::SlowMode { seconds: 30 }),
        ("Ada", ours("Cy", Role::Moderator)),
        ("Ada", ours("Ada", Role::Member)),
        ("Ada", EntryKind::Removed { user: user("Eve") }),
        ("Ada", EntryKind::Banned { user: user("Cy") }),
        ("Ada", EntryKind::Unbanned { user: user("Mo") }),
        ("Ben", muted("Eve", 8_000_000)),
        ("Ben", muted("Ada", 8_000_000)),
        ("Ben", muted("Cy", 0)),
        ("Ben", muted("Mo", 8_000_000)),
        ("Ben", EntryKind::Invited { invite: invite.clone(), expires_at: None, uses_max: Some(1) }),
        ("Ben", EntryKind::InviteRevoked { invite }),
        ("Ben", EntryKind::Deleted { seq: 9 }),
        ("Ben", EntryKind::Deleted { seq: 10 }),
        ("Ben", EntryKind::Erased { id: MessageId::v7(78, 7) }),
        ("Ben", EntryKind::Damaged),
        ("Ben", EntryKind::Unknown),
    ]
}

#[test]
fn whoever_follows_the_entries_knows_the_same_as_who_joins_after_them() {
    let before = Log::tea();
    let all = kinds();
    // Each kind alone, and each after each other one.
    let firsts = all.iter().map(|first| vec![first.clone()]);
    let pairs = all.iter().flat_map(|first| all.iter().map(move |second| vec![first.clone(), second.clone()]));
    for kinds in firsts.chain(pairs) {
        let mut log = before.clone();
        for (by, kind) in &kinds {
            let next = entry(log.head() + 1, by, kind.clone());
            log.push(next);
        }
        let (start, head) = (before.head(), log.head());
        let fresh = ada([log.joined(head)].into_iter().chain(log.members()));
        let live = ada([before.joined(start)].into_iter().chain(before.members()).chain(log.entries_after(start)));
        assert_eq!(known(&live), known(&fresh), "live: {kinds:?}");
        let replayed = ada([log.joined(0)].into_iter().chain(log.members()).chain(log.entries_after(0)));
        assert_eq!(known(&replayed), known(&fresh), "replayed: {kinds:?}");
        // The second page of members is of a later time than the first, and comes before the entries between them.
        let pages = before.members().into_iter().take(1).chain(log.members().into_iter().skip(1));
        let torn = ada([before.joined(start)].into_iter().chain(pages).chain(log.entries_after(start)));
        if log.members()[0] == before.members()[0] {
            assert_eq!(known(&torn), known(&fresh), "pages of different times: {kinds:?}");
        }
    }
}

#[test]
fn a_lost_link_leaves_the_list_of_members_true_unless_entries_are_skipped() {
    let before = Log::tea();
    let mut log = before.clone();
    log.push(entry(11, "Di", come()));
    log.push(message(12, "Di", &["Ada"]));
    let start = || [before.joined(10)].into_iter().chain(before.members());
    let lost = [Event::Link(Link::NoNetwork), Event::Link(Link::Online)];
    let back = ada(start().chain(lost.clone()).chain([log.joined(10)]).chain(log.entries_after(10)));
    assert_eq!(known(&back), known(&ada([log.joined(12)].into_iter().chain(log.members()))));
    let skipped = ada(start().chain(lost).chain([log.joined(12)]));
    assert!(!tea(&skipped).members.is_known(), "it has to be asked for again");
    assert_eq!(tea(&skipped).mentions.to_vec(), [9, 12]);
}

#[test]
fn members_come_page_by_page_on_demand() {
    let log = Log::tea();
    let mut model = ada([log.joined(10)]);
    assert_eq!(model.start_members(&room(), false), Some(None));
    assert_eq!(model.start_members(&room(), false), None, "one question at a time");
    let mut pages = log.members().into_iter();
    update(&mut model, pages.next().unwrap());
    assert_eq!(model.start_members(&room(), false), Some(Some(user("Ben").id)));
    // Di would be on a page that has not come.
    update(&mut model, Event::Entry(entry(11, "Di", come())));
    assert_eq!(tea(&model).members.list.len(), 2);
    update(&mut model, pages.next().unwrap());
    assert_eq!(tea(&model).members.list.len(), 4);
    assert_eq!(model.start_members(&room(), false), None, "that were all");
}

#[test]
fn a_deleted_message_is_gone_wherever_it_is_at_hand() {
    let is_erased = |model: &Model, seq: Seq| {
        let entry = tea(model).entries.iter().find(|entry| entry.seq == seq).unwrap();
        matches!(entry.kind, EntryKind::Erased { .. })
    };
    let log = Log::tea();
    let deletion = Event::Entry(entry(11, "Ben", EntryKind::Deleted { seq: 10 }));
    assert!(is_erased(&ada([log.joined(8)].into_iter().chain(log.entries_after(8)).chain([deletion.clone()])), 10));
    // The page was read before the message was deleted, and comes after.
    let page = HistoryPage { room: room(), before: 11, entries: vec![message(10, "Eve", &[])], more: true };
    let mut erased = page.clone();
    erased.entries[0].erase();
    assert!(is_erased(&ada([log.joined(10), deletion, Event::Older(page.clone())]), 10));
    assert!(is_erased(&ada([log.joined(10), Event::Older(page), Event::Older(erased)]), 10));
}

#[test]
fn mentions_count_until_they_are_read() {
    let log = Log::tea();
    let mut model = ada([log.joined(10), Event::Entry(message(11, "Cy", &["Ada", "Ben"]))]);
    assert_eq!(model.mentions(), 2);
    update(&mut model, Event::Read { room: room(), seq: 9 });
    assert_eq!(tea(&model).mentions.to_vec(), [11]);
    update(&mut model, Event::Entry(entry(12, "Cy", EntryKind::Deleted { seq: 11 })));
    assert_eq!(model.mentions(), 0);
    let kept = Event::Restored { room: room(), cursor: 9, read: 8, entries: vec![message(9, "Ben", &["Ada"])] };
    assert_eq!(ada([kept]).mentions(), 1, "also before the server says anything");
}

#[test]
fn whoever_is_put_out_knows_why_and_nothing_else() {
    let out = |reason| Event::Left(Left { room: room(), reason, by: Some(user("Ben")) });
    let log = Log::tea();
    let events = || [log.joined(0)].into_iter().chain(log.entries_after(0)).chain(log.members());
    for reason in [LeftReason::Removed, LeftReason::Banned, LeftReason::Closed] {
        let model = ada(events().chain([out(Some(reason))]));
        let conversation = tea(&model);
        assert_eq!(conversation.gone, Some(Gone::Ousted { reason, by: Some(user("Ben")) }));
        assert!(conversation.entries.is_empty() && conversation.members.list.is_empty());
        assert_eq!((conversation.terms.clone(), model.mentions(), model.unread()), (Terms::default(), 0, 0));
    }
    assert_eq!(tea(&ada(events().chain([out(None)]))).gone, Some(Gone::Left));
    let profile = Profile { user: user("Ada"), secured: false, admin: false };
    let elsewhere = Event::Welcomed { profile, member_of: vec![] };
    assert_eq!(tea(&ada(events().chain([elsewhere, out(None)]))).gone, Some(Gone::Away));
}

#[test]
fn a_closed_door_says_why_until_the_next_try() {
    let refusal = |code| {
        let (message, about, room) = (String::new(), Some("join".into()), Some(room()));
        Event::Problem(Refusal { code, message, about, room, id: None, retry_after_ms: None })
    };
    let mut model = Model::new(Bootstrap::default());
    model.open(Some(room()));
    model.enter(&room(), true);
    assert!(tea(&model).joining);
    update(&mut model, refusal(ErrorCode::PasswordRequired));
    assert!(!tea(&model).joining);
    assert_eq!(tea(&model).refused.as_ref().map(|refusal| refusal.code), Some(ErrorCode::PasswordRequired));
    assert_eq!(model.problem, None, "the door tells it, and nothing else");
    model.enter(&room(), true);
    assert_eq!(tea(&model).refused, None);
    update(&mut model, Log::tea().joined(10));
    assert_eq!((tea(&model).joining, tea(&model).standing), (false, Standing::Member));
}

#[test]
fn slow_mode_counts_from_ones_own_last_message_and_not_for_moderators() {
    let me = user("Ada").id;
    let slow = |role| {
        let mut log = Log::tea();
        log.push(entry(11, "Ben", EntryKind::SlowMode { seconds: 30 }));
        log.push(entry(12, "Ben", EntryKind::Role { user: user("Ada"), role }));
        log.push(message(13, "Ada", &[]));
        log.push(message(14, "Ben", &[]));
        tea(&ada([log.joined(0)].into_iter().chain(log.entries_after(0)))).slow_until(Some(&me))
    };
    assert_eq!(slow(Role::Member), 43_000);
    assert_eq!(slow(Role::Moderator), 0);
}

#[test]
fn a_change_is_done_when_the_server_says_so_and_not_before() {
    let code = InviteCode::parse("0123456789abcdef").unwrap();
    let changed = |change: &str| {
        let (room, change) = (room(), change.into());
        Event::Changed(Changed { room, change, seq: 11, code: Some(code.clone()) })
    };
    let outcome = |events: Vec<Event>| {
        let mut model = ada([Log::tea().joined(10)]);
        model.changing = Some(Changing { room: room(), change: "invite", outcome: None });
        events.into_iter().for_each(|event| update(&mut model, event));
        model.changing.unwrap().outcome
    };
    assert_eq!(outcome(vec![changed("topic")]), None);
    assert_eq!(outcome(vec![changed("invite")]), Some(Ok(Some(code.clone()))));
    assert_eq!(outcome(vec![Event::Link(Link::NoNetwork)]), Some(Err(ErrorCode::Unavailable)));
}

#[test]
fn what_moderators_see_is_stale_once_it_has_changed() {
    let settings = Event::Settings(RoomSettings { room: room(), invites: vec![], bans: vec![] });
    let stale = |event| tea(&ada([Log::tea().joined(10), settings.clone(), event])).settings.stale;
    assert!(!stale(Event::Entry(message(11, "Ben", &[]))));
    assert!(stale(Event::Entry(entry(11, "Ben", EntryKind::Banned { user: user("Cy") }))));
}

#[test]
fn rank_says_what_the_person_may_do() {
    use crate::protocol::{Deed, Rank};
    let log = Log::tea();
    let mut model = ada([log.joined(10)].into_iter().chain(log.members()));
    assert_eq!((model.rank(&room()), model.rank_of(&room(), &user("Ben").id)), (Rank::Owner, Rank::Moderator));
    assert_eq!(model.rank_of(&room(), &user("Mo").id), Rank::Outsider);
    assert!(model.may(&room(), Deed::Rename));
    update(&mut model, Event::Entry(entry(11, "Ada", EntryKind::Role { user: user("Ada"), role: Role::Member })));
    assert!(!model.may(&room(), Deed::Rename));
    model.admin = true;
    assert!(model.may(&room(), Deed::Rename));
}

/// Ten and two whose names nobody was told.
fn crowd(first: Seq, seq: Seq) -> Event {
    let kind = EntryKind::CameAndWent { first, joined: 10, left: 2 };
    Event::Entry(entry(seq, "Parlor", kind))
}

#[test]
fn many_who_come_and_go_are_no_news_in_any_room() {
    let log = Log::tea();
    let mut model = ada([log.joined(10), Event::Read { room: room(), seq: 10 }, crowd(11, 22)]);
    assert_eq!((model.unread(), tea(&model).newest()), (0, 22));
    update(&mut model, Event::Read { room: room(), seq: 15 });
    update(&mut model, Event::Entry(message(23, "Ben", &[])));
    assert_eq!(model.unread(), 1);
    let kept = Event::Restored { room: room(), cursor: 30, read: 3, entries: vec![message(23, "Ben", &[])] };
    let Event::Entry(crowd) = crowd(24, 35) else { unreachable!() };
    let mut model = ada([kept, Event::Entry(crowd)]);
    assert_eq!(model.unread(), 20, "those before are not at hand");
    model.open(Some(room()));
    assert_eq!(model.look(&room()), Some(35));
}

#[test]
fn a_list_of_members_begins_anew_when_many_have_come_and_gone() {
    let log = Log::tea();
    let mut model = ada([log.joined(10)].into_iter().chain(log.members()));
    assert_eq!(model.start_members(&room(), true), None, "nothing has changed");
    update(&mut model, crowd(11, 22));
    assert_eq!(tea(&model).members.stale_at(), Some(10));
    assert_eq!(model.start_members(&room(), false), Some(None));
    // The answer is from before, and does for no longer than the next one takes.
    let pages = log.members();
    update(&mut model, pages[0].clone());
    assert_eq!(tea(&model).members.stale_at(), Some(10));
    assert_eq!(model.start_members(&room(), false), Some(Some(user("Ben").id)), "there is more to be had");
    update(&mut model, pages[1].clone());
    assert_eq!(model.start_members(&room(), false), Some(None), "the list is right again only from its beginning");
    let Event::Members(page) = pages[0].clone() else { unreachable!() };
    update(&mut model, Event::Members(MemberPage { at: 22, more: true, ..page }));
    assert_eq!(tea(&model).members.stale_at(), None);
    update(&mut model, crowd(23, 34));
    assert_eq!(model.start_members(&room(), true), Some(None), "in a big room when somebody comes to look");
}
