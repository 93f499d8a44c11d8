use std::sync::Arc;

use super::conversation::mentions;
use super::{Conversation, Delivery, Model, Pause, Standing, Waiting};
use crate::app::shared::Shared;
use crate::protocol::{Entry, ErrorCode, MessageId, Presence, Profile, Refusal, RoomId, RoomList, Seq, Typing, UserId};
use crate::session::{Event, Link};

mod entries;
mod membership;
#[cfg(test)]
mod room_tests;
#[cfg(test)]
mod tests;

use entries::{on_entry, on_older, set_delivery, stop_waiting};
use membership::{on_change_refused, on_changed, on_join_refused, on_joined, on_left, on_members, on_settings};

/// Changes what the screen shows by what has happened.
pub fn update(model: &mut Model, event: Event) {
    match event {
        Event::Link(link) => on_link(model, link),
        Event::Welcomed { profile, member_of } => on_welcomed(model, profile, &member_of),
        Event::Profile(profile) => model.be(profile),
        Event::SignedOut => model.sign_out(),
        Event::Members(page) => on_members(model, page),
        Event::Settings(settings) => on_settings(model, settings),
        Event::Changed(changed) => on_changed(model, changed),
        Event::Rooms(list) => on_rooms(model, list),
        Event::Reset => model.conversations.clear(),
        Event::Restored { room, cursor, read, entries } => {
            let me = model.my_id().cloned();
            on_restored(model.conversation(&room), cursor, read, entries, me.as_ref());
        }
        Event::Joined { joined, reset } => on_joined(model, joined, reset),
        Event::Left(left) => on_left(model, left),
        Event::Entry(entry) => on_entry(model, entry),
        Event::Older(page) => on_older(model, page),
        Event::Read { room, seq } => model.conversation(&room).move_read_mark(seq),
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
        Link::Online => {
            model.greeted = true;
            return model.stale = false;
        }
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
        conversation.members.loading = false;
    }
    if let Some(changing) = model.changing.as_mut().filter(|changing| changing.outcome.is_none()) {
        changing.outcome = Some(Err(ErrorCode::Unavailable));
    }
}

fn on_welcomed(model: &mut Model, profile: Profile, member_of: &[RoomId]) {
    for room in member_of {
        model.conversation(room).standing = Standing::Member;
    }
    for (room, conversation) in &mut model.conversations {
        if conversation.standing == Standing::Member && !member_of.contains(room) {
            conversation.standing = Standing::Outside;
            conversation.go_outside();
        }
    }
    model.be(profile);
}

fn on_rooms(model: &mut Model, list: RoomList) {
    let rooms = model.rooms.change();
    if list.all {
        rooms.clear();
    }
    rooms.retain(|room, _| !list.gone.contains(room));
    rooms.extend(list.rooms.into_iter().map(|room| (room.id.clone(), room)));
}

fn on_restored(conversation: &mut Conversation, cursor: Seq, read: Seq, entries: Vec<Entry>, me: Option<&UserId>) {
    conversation.standing = Standing::Member;
    let mentions = entries.iter().filter(|entry| entry.seq > read && mentions(entry, me)).map(|entry| entry.seq);
    conversation.mentions = Shared::new(mentions.collect());
    conversation.insert(entries);
    conversation.after = cursor;
    conversation.read = read;
    conversation.head = cursor.max(conversation.newest());
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
    conversation.members.rename(&here);
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
    if about == Some("change") {
        on_change_refused(model, refusal.code);
    }
    if let Some(room) = refusal.room.clone().filter(|_| about == Some("join")) {
        let is_seen = model.open.as_ref() == Some(&room);
        on_join_refused(model.conversation(&room), refusal.clone());
        if is_seen {
            return;
        }
    }
    // What was not asked for in so many words is not told to have failed.
    if matches!(about, Some("members" | "settings")) {
        return model.conversations.values_mut().for_each(|conversation| conversation.members.loading = false);
    }
    // The way in has words for this.
    if about == Some("hello") && matches!(refusal.code, ErrorCode::SignInRequired | ErrorCode::Banned) {
        return;
    }
    // The answer to a question for earlier entries is not to be expected any more.
    if let Some(room) = refusal.room.as_ref().filter(|_| about == Some("history")) {
        model.conversation(room).loading = None;
    }
    model.problem = Some(refusal);
}
