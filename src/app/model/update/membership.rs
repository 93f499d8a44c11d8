//! Coming into rooms and going out of them, and what only members know.

use crate::app::model::{Conversation, Gone, Members, Model, Standing, Terms};
use crate::app::shared::Shared;
use crate::protocol::{Changed, ErrorCode, Joined, Left, MemberPage, Refusal, RoomSettings};

pub fn on_joined(model: &mut Model, joined: Joined, reset: bool) {
    let Joined { room, head, after, topic, slow_mode_s, role, muted_until, mentions, .. } = joined;
    if let Some(making) = model.making.as_mut().filter(|making| making.room == room.id) {
        making.outcome = Some(Ok(()));
    }
    let conversation = model.conversation(&room.id);
    // Entries that are not told now have changed who is in the room.
    if reset || after > conversation.newest().max(conversation.after) {
        conversation.members = Members::default();
    }
    if reset {
        conversation.forget_entries();
    }
    conversation.standing = Standing::Member;
    conversation.live = true;
    conversation.arriving = true;
    conversation.loading = None;
    (conversation.joining, conversation.opening) = (false, false);
    (conversation.refused, conversation.gone) = (None, None);
    conversation.after = conversation.after.max(after);
    conversation.head = conversation.head.max(head);
    conversation.terms = Terms { at: head, topic, role, slow_mode_s, muted_until };
    conversation.settings.stale = true;
    let read = conversation.read;
    conversation.mentions = Shared::new(mentions.into_iter().filter(|mention| *mention > read).collect());
    model.rooms.change().insert(room.id.clone(), room);
}

pub fn on_left(model: &mut Model, left: Left) {
    let conversation = model.conversation(&left.room);
    conversation.gone = Some(match left.reason {
        Some(reason) => Gone::Ousted { reason, by: left.by },
        None if conversation.standing == Standing::Member => Gone::Left,
        None => Gone::Away,
    });
    if left.reason.is_some() {
        conversation.forget_entries();
    }
    conversation.standing = Standing::Left;
    conversation.refused = None;
    conversation.go_outside();
}

/// The person is not let in.
pub fn on_join_refused(conversation: &mut Conversation, refusal: Refusal) {
    if conversation.standing == Standing::Member {
        conversation.standing = Standing::Outside;
        conversation.go_outside();
    }
    (conversation.joining, conversation.opening) = (false, false);
    conversation.refused = Some(refusal);
}

pub fn on_members(model: &mut Model, page: MemberPage) {
    model.conversation(&page.room.clone()).members.take(page);
}

pub fn on_settings(model: &mut Model, settings: RoomSettings) {
    let conversation = model.conversation(&settings.room.clone());
    conversation.settings.known = Some(Shared::new(settings));
    conversation.settings.stale = false;
}

pub fn on_changed(model: &mut Model, changed: Changed) {
    let is_it = |room, change| changed.room == room && changed.change == change;
    if let Some(changing) = model.changing.as_mut().filter(|changing| is_it(changing.room.clone(), changing.change)) {
        changing.outcome = Some(Ok(changed.code));
    }
}

pub fn on_change_refused(model: &mut Model, code: ErrorCode) {
    if let Some(changing) = model.changing.as_mut().filter(|changing| changing.outcome.is_none()) {
        changing.outcome = Some(Err(code));
    }
}
