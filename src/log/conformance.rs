//! What every engine has to do, one test for each rule of [`Engine`].
//!
//! An engine gives a [`Fixture`] and writes `suite!(its_fixture)` in a module of tests.

pub mod appends;
pub mod deleting;
pub mod failures;
pub mod members;
pub mod mentions;
pub mod pages;
pub mod states;
pub mod walks;

use super::{
    Append, AppendError, Appended, Batch, Engine, LoadedRoom, Page, PageRange, ReadMark, Reader, RoomState, Secret,
    Ticket,
};
use crate::protocol::{Access, Entry, EntryKind, MessageId, RoomId, Seq, User, UserId};

/// A log that can be opened again, and can be harmed.
pub trait Fixture {
    type Engine: Engine;

    /// Always the same log, empty the first time. No engine is open when this is called.
    fn open(&mut self) -> Self::Engine;

    /// Destroys a part of what is kept of an entry. No engine is open then.
    fn damage(&mut self, room: &RoomId, seq: Seq);

    /// From now on only this many more appends find space, or as many as one likes. May be told while an engine is open.
    fn set_space(&mut self, appends: Option<usize>);
}

/// Makes a test of every rule, in a module of this name.
macro_rules! suite {
    ($fixture:expr) => {
        $crate::log::conformance::suite!($fixture;
            appends: seqs_are_dense_in_every_room_and_follow_the_order_of_the_appends;
            appends: what_is_committed_is_what_was_appended_and_is_there_after_a_restart;
            appends: a_message_sent_again_is_the_first_one_for_ever;
            appends: the_same_id_of_another_person_or_in_another_room_is_another_message;
            appends: what_may_only_repeat_never_appends;
            appends: an_append_that_breaks_a_rule_harms_no_other;
            appends: the_epoch_stays_for_life;
            members: members_are_those_who_joined_and_did_not_leave;
            members: whoever_joins_has_read_up_to_that_and_no_further;
            members: read_marks_only_move_forward_and_never_beyond_the_head;
            members: read_marks_are_kept_for_members_alone;
            mentions: unread_messages_that_mention_a_member_are_counted;
            mentions: what_is_read_mentions_nobody_any_more;
            mentions: no_more_mentions_are_counted_than_the_limit;
            mentions: a_mention_ends_with_its_message_and_with_membership;
            states: a_new_room_is_as_it_was_created;
            states: whoever_made_a_room_owns_it_from_the_first_time_they_join;
            states: the_newest_name_topic_access_and_slow_mode_hold;
            states: secrets_are_kept_with_what_they_open_and_not_among_the_entries;
            states: roles_are_those_of_members_and_end_with_membership;
            states: whoever_is_removed_or_banned_is_no_member;
            states: mutes_last_until_they_are_ended_and_longer_than_membership;
            states: invites_are_counted_down_used_up_revoked_and_forgotten_once_expired;
            deleting: a_deleted_message_is_erased_in_its_place_for_good;
            deleting: only_a_message_that_is_there_can_be_deleted;
            deleting: an_erased_message_that_is_sent_again_stays_erased;
            deleting: a_message_can_be_deleted_in_the_commit_that_it_came_with;
            deleting: of_a_closed_room_nothing_is_left_but_its_name_and_head;
            deleting: nothing_can_be_appended_to_a_closed_room;
            deleting: a_room_can_be_closed_in_the_commit_that_it_came_with;
            deleting: a_deletion_that_fails_to_be_committed_deletes_nothing;
            walks: a_log_loads_as_what_its_entries_have_made_of_it;
            pages: a_page_is_the_entries_next_to_its_bound;
            pages: a_page_holds_to_its_bytes_and_never_leaves_a_hole;
            pages: a_damaged_entry_is_marked_in_its_place_and_harms_no_other;
            pages: readers_see_whole_commits_while_the_writer_goes_on;
            failures: a_commit_that_fails_in_the_middle_leaves_nothing_behind;
            failures: a_log_that_can_be_written_again_recovers_by_itself;
            failures: pages_are_read_while_nothing_can_be_committed;
        );
    };
    ($fixture:expr; $($group:ident: $rule:ident;)*) => {
        mod conformance {
            use super::*;

            $(
                #[test]
                fn $rule() {
                    $crate::log::conformance::$group::$rule(&mut $fixture);
                }
            )*
        }
    };
}
pub(crate) use suite;

type Answer = Result<Appended, AppendError>;

pub fn room(id: &str) -> RoomId {
    RoomId::parse(id).unwrap()
}

pub fn user(name: &str) -> User {
    User { id: UserId::parse(name).unwrap(), name: name.to_uppercase() }
}

pub fn append(at_room: &str, by: &str, kind: EntryKind) -> Append {
    Append { ticket: Ticket(0), room: room(at_room), at: 7, by: user(by), kind, repeat_only: false, secret: None }
}

pub fn message(at_room: &str, by: &str, id: &str, body: &str) -> Append {
    mentioning(at_room, by, id, body, &[])
}

pub fn mentioning(at_room: &str, by: &str, id: &str, body: &str, mentions: &[&str]) -> Append {
    let mentions = mentions.iter().map(|name| user(name).id).collect();
    append(at_room, by, EntryKind::Message { id: MessageId::parse(id).unwrap(), body: body.into(), mentions })
}

pub fn joined(at_room: &str, by: &str) -> Append {
    append(at_room, by, EntryKind::Joined { invite: None })
}

pub fn with_secret(append: Append, secret: &str) -> Append {
    Append { secret: Some(Secret::new(secret)), ..append }
}

pub fn created(at_room: &str) -> Append {
    append(at_room, "parlor", EntryKind::Created { name: room(at_room).to_name(), access: Access::Open })
}

pub fn mark(at_room: &str, by: &str, seq: Seq) -> ReadMark {
    ReadMark { user: user(by).id, room: room(at_room), seq }
}

pub fn commit(engine: &mut impl Engine, appends: Vec<Append>) -> Vec<Answer> {
    engine.commit(Batch { appends, reads: vec![] }).unwrap()
}

pub fn commit_one(engine: &mut impl Engine, append: Append) -> Answer {
    commit(engine, vec![append]).remove(0)
}

pub fn mark_read(engine: &mut impl Engine, reads: Vec<ReadMark>) {
    engine.commit(Batch { appends: vec![], reads }).unwrap();
}

/// An engine whose log has a room, `general`, with its first entry.
fn open_with_room<F: Fixture>(fixture: &mut F) -> F::Engine {
    let mut engine = fixture.open();
    commit_one(&mut engine, created("general")).unwrap();
    engine
}

fn page(engine: &impl Engine, of: &str, range: PageRange, limit: usize) -> Vec<Entry> {
    let Page { entries } = engine.reader().unwrap().page(&room(of), range, limit).unwrap();
    entries
}

/// All that is in a room, read page by page.
fn entries(engine: &impl Engine, of: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    loop {
        let next = page(engine, of, PageRange::After(entries.len() as Seq), 100);
        if next.is_empty() {
            return entries;
        }
        entries.extend(next);
    }
}

fn seqs(entries: &[Entry]) -> Vec<Seq> {
    entries.iter().map(|entry| entry.seq).collect()
}

fn loaded(engine: &mut impl Engine, id: &str) -> LoadedRoom {
    engine.load().unwrap().rooms.into_iter().find(|loaded| loaded.room == room(id)).unwrap()
}

fn state(engine: &mut impl Engine, id: &str) -> RoomState {
    loaded(engine, id).state
}
