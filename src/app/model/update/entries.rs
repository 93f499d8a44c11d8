//! What entries of a room change.

use crate::app::model::conversation::deleted;
use crate::app::model::{Conversation, Delivery, Model, Rooms};
use crate::app::shared::Shared;
use crate::protocol::{Entry, EntryKind, HistoryPage, MessageId, UserId};

pub fn on_entry(model: &mut Model, entry: Entry) {
    let me = model.my_id().cloned();
    let Some(conversation) = model.conversations.get_mut(&entry.room) else { return };
    conversation.head = conversation.head.max(entry.seq);
    settle(conversation, &entry, me.as_ref());
    stop_typing(conversation, &entry);
    conversation.members.apply(&entry);
    // What came before is part of what the room was like when it was joined.
    if entry.seq > conversation.terms.at {
        conversation.terms.at = entry.seq;
        conversation.mention(&entry, me.as_ref());
        apply(conversation, &mut model.rooms, &entry, me.as_ref());
    }
    if let Some(seq) = deleted(&entry) {
        conversation.erase(seq);
    }
    conversation.insert([entry]);
}

fn apply(conversation: &mut Conversation, rooms: &mut Shared<Rooms>, entry: &Entry, me: Option<&UserId>) {
    let terms = &mut conversation.terms;
    match &entry.kind {
        EntryKind::Topic { topic } => terms.topic.clone_from(topic),
        EntryKind::SlowMode { seconds } => terms.slow_mode_s = *seconds,
        EntryKind::Role { user, role } if me == Some(&user.id) => terms.role = *role,
        EntryKind::Muted { user, until } if me == Some(&user.id) => terms.muted_until = *until,
        EntryKind::Renamed { name } => {
            if let Some(room) = rooms.change().get_mut(&entry.room) {
                room.name.clone_from(name);
            }
        }
        EntryKind::Access { access } => {
            if let Some(room) = rooms.change().get_mut(&entry.room) {
                room.access = *access;
            }
        }
        EntryKind::Invited { .. }
        | EntryKind::InviteRevoked { .. }
        | EntryKind::Joined { invite: Some(_) }
        | EntryKind::CameAndWent { .. }
        | EntryKind::Banned { .. }
        | EntryKind::Unbanned { .. } => conversation.settings.stale = true,
        _ => {}
    }
}

pub fn on_older(model: &mut Model, page: HistoryPage) {
    let me = model.my_id().cloned();
    let conversation = model.conversation(&page.room);
    conversation.loading = None;
    for entry in &page.entries {
        settle(conversation, entry, me.as_ref());
    }
    conversation.insert(page.entries);
    conversation.erase_deleted();
}

/// A message that is among the entries does not wait any more.
fn settle(conversation: &mut Conversation, entry: &Entry, me: Option<&UserId>) {
    if let Some(id) = entry.message_id()
        && me == Some(&entry.by.id)
        && conversation.waiting.iter().any(|waiting| waiting.id == *id)
    {
        stop_waiting(conversation, id);
        set_delivery(conversation, id.clone(), Delivery::Stored { at: entry.at });
    }
}

pub fn stop_waiting(conversation: &mut Conversation, id: &MessageId) {
    if conversation.waiting.iter().any(|waiting| waiting.id == *id) {
        conversation.waiting.change().retain(|waiting| waiting.id != *id);
    }
}

pub fn set_delivery(conversation: &mut Conversation, id: MessageId, delivery: Delivery) {
    if conversation.deliveries.get(&id) != Some(&delivery) {
        conversation.deliveries.change().insert(id, delivery);
    }
}

/// Who has said something has finished typing it, whatever the next news about typing says, and when.
fn stop_typing(conversation: &mut Conversation, entry: &Entry) {
    let says = matches!(entry.kind, EntryKind::Message { .. });
    if says && conversation.typing.iter().any(|user| user.id == entry.by.id) {
        conversation.typing.change().retain(|user| user.id != entry.by.id);
    }
}
