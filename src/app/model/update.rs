use std::sync::Arc;

use super::{Conversation, Delivery, Model, Pause, Standing, Waiting};
use crate::protocol::{
    Entry, EntryKind, ErrorCode, HistoryPage, MessageId, Presence, Profile, Refusal, RoomId, RoomList, RoomSummary,
    Seq, Typing, UserId,
};
use crate::session::{Event, Link};

#[cfg(test)]
mod tests;

/// Changes what the screen shows by what has happened.
pub fn update(model: &mut Model, event: Event) {
    match event {
        Event::Link(link) => on_link(model, link),
        Event::Welcomed { profile, member_of } => on_welcomed(model, profile, &member_of),
        Event::Profile(profile) => model.be(profile),
        Event::SignedOut => model.sign_out(),
        Event::Members(_) | Event::Settings(_) | Event::Changed(_) => {}
        Event::Rooms(list) => on_rooms(model, list),
        Event::Reset => model.conversations.clear(),
        Event::Restored { room, cursor, read, entries } => {
            on_restored(model.conversation(&room), cursor, read, entries)
        }
        Event::Joined { joined, reset } => on_joined(model, joined.room, joined.head, joined.after, reset),
        Event::Left(left) => on_left(model, &left.room),
        Event::Entry(entry) => on_entry(model, entry),
        Event::Older(page) => on_older(model, page),
        Event::Read { room, seq } => on_read(model.conversation(&room), seq),
        Event::Presence(presence) => on_presence(model, presence),
        Event::Typing(typing) => on_typing(model, typing),
        Event::Queued { id, room, body } => on_queued(model, id, &room, body),
        Event::Accepted { id, room, seq, at } => on_accepted(model, id, &room, seq, at),
        Event::Refused { id, room, code } => on_refused(model, id, &room, code),
        Event::Discarded { id, room } => forget(model, &id, &room),
        Event::SlowDown { code, retry_in_s } => model.pause = Some(Pause { code, seconds: retry_in_s }),
        Event::Problem(refusal) => on_problem(model, refusal),
    }
}

fn on_link(model: &mut Model, link: Link) {
    model.link = link;
    model.stale = match link {
        Link::Online => return model.stale = false,
        Link::Waiting { .. } | Link::NoNetwork | Link::Ended { .. } => true,
        Link::Idle | Link::Connecting => model.stale,
    };
    model.pause = None;
    for conversation in model.conversations.values_mut() {
        if !conversation.typing.is_empty() {
            conversation.typing.change().clear();
        }
        conversation.live = false;
        conversation.loading = None;
    }
}

fn on_welcomed(model: &mut Model, profile: Profile, member_of: &[RoomId]) {
    for room in member_of {
        model.conversation(room).standing = Standing::Member;
    }
    for (room, conversation) in &mut model.conversations {
        if conversation.standing == Standing::Member && !member_of.contains(room) {
            conversation.standing = Standing::Outside;
        }
    }
    model.be(profile);
}

fn on_rooms(model: &mut Model, list: RoomList) {
    let rooms = model.rooms.change();
    if list.all {
        rooms.clear();
    }
    rooms.extend(list.rooms.into_iter().map(|room| (room.id.clone(), room)));
}

fn on_restored(conversation: &mut Conversation, cursor: Seq, read: Seq, entries: Vec<Entry>) {
    conversation.standing = Standing::Member;
    conversation.insert(entries);
    conversation.after = cursor;
    conversation.read = read;
    conversation.head = cursor.max(conversation.newest());
}

fn on_joined(model: &mut Model, room: RoomSummary, head: Seq, after: Seq, reset: bool) {
    if let Some(making) = model.making.as_mut().filter(|making| making.room == room.id) {
        making.outcome = Some(Ok(()));
    }
    let conversation = model.conversation(&room.id);
    if reset {
        (conversation.after, conversation.head, conversation.read) = (0, 0, 0);
        conversation.mark = None;
        conversation.entries.change().clear();
    }
    conversation.standing = Standing::Member;
    conversation.live = true;
    conversation.arriving = true;
    conversation.loading = None;
    conversation.after = conversation.after.max(after);
    conversation.head = conversation.head.max(head);
    model.rooms.change().insert(room.id.clone(), room);
}

fn on_left(model: &mut Model, room: &RoomId) {
    let conversation = model.conversation(room);
    conversation.standing = Standing::Left;
    conversation.live = false;
    conversation.loading = None;
    conversation.people.change().clear();
    conversation.typing.change().clear();
}

fn on_entry(model: &mut Model, entry: Entry) {
    let me = model.my_id().cloned();
    let conversation = model.conversation(&entry.room);
    conversation.head = conversation.head.max(entry.seq);
    settle(conversation, &entry, me.as_ref());
    stop_typing(conversation, &entry);
    conversation.insert([entry]);
}

/// A message that is among the entries does not wait any more.
fn settle(conversation: &mut Conversation, entry: &Entry, me: Option<&UserId>) {
    if let EntryKind::Message { id, .. } = &entry.kind
        && me == Some(&entry.by.id)
        && conversation.waiting.iter().any(|waiting| waiting.id == *id)
    {
        stop_waiting(conversation, id);
        set_delivery(conversation, id.clone(), Delivery::Stored { at: entry.at });
    }
}

fn stop_waiting(conversation: &mut Conversation, id: &MessageId) {
    if conversation.waiting.iter().any(|waiting| waiting.id == *id) {
        conversation.waiting.change().retain(|waiting| waiting.id != *id);
    }
}

/// Who has said something has finished typing it, whatever the next news about typing says, and when.
fn stop_typing(conversation: &mut Conversation, entry: &Entry) {
    let says = matches!(entry.kind, EntryKind::Message { .. });
    if says && conversation.typing.iter().any(|user| user.id == entry.by.id) {
        conversation.typing.change().retain(|user| user.id != entry.by.id);
    }
}

fn on_older(model: &mut Model, page: HistoryPage) {
    let me = model.my_id().cloned();
    let conversation = model.conversation(&page.room);
    conversation.loading = None;
    for entry in &page.entries {
        settle(conversation, entry, me.as_ref());
    }
    conversation.insert(page.entries);
}

fn on_read(conversation: &mut Conversation, seq: Seq) {
    conversation.read = conversation.read.max(seq);
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

fn on_queued(model: &mut Model, id: MessageId, room: &RoomId, body: String) {
    let me = model.my_id().cloned();
    let conversation = model.conversation(room);
    // After a reload, a message may be in the log of which the browser has not learned that it was accepted.
    if me.is_some_and(|me| conversation.has_message(&id, &me)) {
        return;
    }
    if conversation.waiting.iter().all(|waiting| waiting.id != id) {
        conversation.waiting.change().push(Arc::new(Waiting::new(id.clone(), body)));
    }
    set_delivery(conversation, id, Delivery::Sending);
}

fn on_accepted(model: &mut Model, id: MessageId, room: &RoomId, seq: Seq, at: u64) {
    model.pause = None;
    let conversation = model.conversation(room);
    // Its entry is here, or lies in a gap; otherwise it follows.
    if seq <= conversation.newest().max(conversation.after) {
        stop_waiting(conversation, &id);
    }
    set_delivery(conversation, id, Delivery::Stored { at });
}

fn on_refused(model: &mut Model, id: MessageId, room: &RoomId, code: ErrorCode) {
    model.pause = None;
    set_delivery(model.conversation(room), id, Delivery::Refused(code));
}

fn set_delivery(conversation: &mut Conversation, id: MessageId, delivery: Delivery) {
    if conversation.deliveries.get(&id) != Some(&delivery) {
        conversation.deliveries.change().insert(id, delivery);
    }
}

fn forget(model: &mut Model, id: &MessageId, room: &RoomId) {
    model.pause = None;
    let conversation = model.conversation(room);
    stop_waiting(conversation, id);
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
    // The answer to a question for earlier entries is not to be expected any more.
    if let Some(room) = refusal.room.as_ref().filter(|_| about == Some("history")) {
        model.conversation(room).loading = None;
    }
    model.problem = Some(refusal);
}
