use std::sync::Arc;

use super::{Conversation, Delivery, Earlier, Model, Standing, Waiting};
use crate::protocol::{
    Entry, EntryKind, ErrorCode, HistoryPage, MessageId, Presence, Refusal, RoomId, RoomList, RoomSummary, Seq, Typing,
    User,
};
use crate::session::{Event, Link};

#[cfg(test)]
mod tests;

/// Changes what the screen shows by what has happened.
pub fn update(model: &mut Model, event: Event) {
    match event {
        Event::Link(link) => on_link(model, link),
        Event::Welcomed { user, member_of, .. } => on_welcomed(model, user, &member_of),
        Event::Rooms(list) => on_rooms(model, list),
        Event::Reset => model.conversations.clear(),
        Event::Restored { .. } | Event::Read { .. } => {}
        Event::Joined { room, after, reset, .. } => on_joined(model, room, after, reset),
        Event::Left { room } => on_left(model, &room),
        Event::Entry(entry) => on_entry(model, entry),
        Event::Older(page) => on_older(model, page),
        Event::Presence(presence) => on_presence(model, presence),
        Event::Typing(typing) => on_typing(model, typing),
        Event::Queued { id, room, body } => on_queued(model.conversation(&room), id, body),
        Event::Accepted { id, room, at, .. } => on_accepted(model, id, &room, at),
        Event::Refused { id, room, code } => set_delivery(model.conversation(&room), id, Delivery::Refused(code)),
        Event::Discarded { id, room } => forget(model.conversation(&room), &id),
        Event::SlowDown { retry_in_s, .. } => model.slow_down = (retry_in_s > 0).then_some(retry_in_s),
        Event::Problem(refusal) => on_problem(model, refusal),
    }
}

fn on_link(model: &mut Model, link: Link) {
    model.link = link;
    if link == Link::Online {
        return;
    }
    model.slow_down = None;
    for conversation in model.conversations.values_mut() {
        if !conversation.typing.is_empty() {
            conversation.typing.change().clear();
        }
        allow_loading(conversation);
    }
}

fn on_welcomed(model: &mut Model, user: User, member_of: &[RoomId]) {
    for room in member_of {
        model.conversation(room).standing = Standing::Member;
    }
    for (room, conversation) in &mut model.conversations {
        if conversation.standing == Standing::Member && !member_of.contains(room) {
            conversation.standing = Standing::Outside;
        }
    }
    model.name = Some(user.name.clone());
    model.me = Some(user);
}

fn on_rooms(model: &mut Model, list: RoomList) {
    let rooms = model.rooms.change();
    if list.all {
        rooms.clear();
    }
    rooms.extend(list.rooms.into_iter().map(|room| (room.id.clone(), room)));
}

fn on_joined(model: &mut Model, room: RoomSummary, after: Seq, reset: bool) {
    if let Some(making) = model.making.as_mut().filter(|making| making.room == room.id) {
        making.outcome = Some(Ok(()));
    }
    let conversation = model.conversation(&room.id);
    conversation.standing = Standing::Member;
    if reset && !conversation.entries.is_empty() {
        conversation.entries.change().clear();
    }
    if conversation.entries.is_empty() {
        conversation.earlier = if after > 0 { Earlier::There } else { Earlier::Nothing };
    }
    allow_loading(conversation);
    model.rooms.change().insert(room.id.clone(), room);
}

fn on_left(model: &mut Model, room: &RoomId) {
    let conversation = model.conversation(room);
    conversation.standing = Standing::Left;
    conversation.unread = 0;
    conversation.people.change().clear();
    conversation.typing.change().clear();
}

fn on_entry(model: &mut Model, entry: Entry) {
    let mine = model.me.as_ref().is_some_and(|me| me.id == entry.by.id);
    let looked_at = !model.hidden && model.open.as_ref() == Some(&entry.room);
    let new = entry.at >= model.opened_at;
    let conversation = model.conversation(&entry.room);
    if let EntryKind::Message { id, .. } = &entry.kind {
        if mine && conversation.waiting.iter().any(|waiting| waiting.id == *id) {
            conversation.waiting.change().retain(|waiting| waiting.id != *id);
            set_delivery(conversation, id.clone(), Delivery::Stored { at: entry.at });
        }
        if !mine && !looked_at && new {
            conversation.unread += 1;
        }
        stop_typing(conversation, &entry.by);
    }
    conversation.entries.change().push(Arc::new(entry));
}

/// Who has said something has finished typing it, whatever the next news about typing says, and when.
fn stop_typing(conversation: &mut Conversation, by: &User) {
    if conversation.typing.iter().any(|user| user.id == by.id) {
        conversation.typing.change().retain(|user| user.id != by.id);
    }
}

fn on_older(model: &mut Model, page: HistoryPage) {
    let conversation = model.conversation(&page.room);
    conversation.earlier = if page.more { Earlier::There } else { Earlier::Nothing };
    conversation.entries.change().splice(0..0, page.entries.into_iter().map(Arc::new));
}

fn on_presence(model: &mut Model, presence: Presence) {
    let Presence { room, all, online, here, gone } = presence;
    if model.rooms.get(&room).is_some_and(|summary| summary.online != online)
        && let Some(summary) = model.rooms.change().get_mut(&room)
    {
        summary.online = online;
    }
    let conversation = model.conversation(&room);
    if all && !conversation.typing.is_empty() {
        conversation.typing.change().clear();
    }
    let people = conversation.people.change();
    if all {
        people.clear();
    }
    people.retain(|id, _| !gone.contains(id));
    people.extend(here.into_iter().map(|user| (user.id.clone(), user)));
}

fn on_typing(model: &mut Model, typing: Typing) {
    let me = model.me.as_ref().map(|me| me.id.clone());
    let others = typing.users.into_iter().filter(|user| Some(&user.id) != me.as_ref()).collect();
    *model.conversation(&typing.room).typing.change() = others;
}

fn on_queued(conversation: &mut Conversation, id: MessageId, body: String) {
    if conversation.waiting.iter().all(|waiting| waiting.id != id) {
        conversation.waiting.change().push(Arc::new(Waiting::new(id.clone(), body)));
    }
    set_delivery(conversation, id, Delivery::Sending);
}

fn on_accepted(model: &mut Model, id: MessageId, room: &RoomId, at: u64) {
    model.slow_down = None;
    set_delivery(model.conversation(room), id, Delivery::Stored { at });
}

fn set_delivery(conversation: &mut Conversation, id: MessageId, delivery: Delivery) {
    if conversation.deliveries.get(&id) != Some(&delivery) {
        conversation.deliveries.change().insert(id, delivery);
    }
}

fn forget(conversation: &mut Conversation, id: &MessageId) {
    conversation.waiting.change().retain(|waiting| waiting.id != *id);
    conversation.deliveries.change().remove(id);
}

fn on_problem(model: &mut Model, refusal: Refusal) {
    let about = refusal.about.as_deref();
    if about == Some("create")
        && let Some(making) = &mut model.making
    {
        let exists = refusal.code == ErrorCode::RoomExists;
        making.outcome = Some(if exists { Ok(()) } else { Err(refusal) });
        return;
    }
    if about == Some("hello") && refusal.code == ErrorCode::BadName {
        model.name = None;
    }
    if let Some(room) = refusal.room.as_ref().filter(|_| about == Some("history")) {
        allow_loading(model.conversation(room));
    }
    model.problem = Some(refusal);
}

/// The answer to a question for earlier entries is not to be expected any more.
fn allow_loading(conversation: &mut Conversation) {
    if conversation.earlier == Earlier::Loading {
        conversation.earlier = Earlier::There;
    }
}
