use std::sync::Arc;

use super::avatar::Avatar;
use crate::app::model::Model;
use crate::app::prelude::*;
use crate::app::store::{Sheet, Store};
use crate::protocol::{Deed, Entry, EntryKind, MessageId, RoomChange, RoomId, UserId};

/// What can be done about a message. It goes when the message goes.
#[component]
pub fn MessageSheet(room: RoomId, by: UserId, id: MessageId) -> impl IntoView {
    let store = Store::here();
    let entry = {
        let room = room.clone();
        store.slice(move |model| find(model, &room, &by, &id))
    };
    let copied = RwSignal::new(None::<bool>);
    let copy = move |_| {
        let body = entry.read_untracked().as_ref().and_then(|entry| body(entry).map(str::to_owned));
        if let (Some(host), Some(body)) = (store.host(), body) {
            host.copy_text(&body, Box::new(move |done| copied.set(Some(done))));
        }
    };
    effect(move || {
        if entry.read().is_none() {
            store.sheet.set(None);
        }
    });
    view! {
        <header class="sheet-head">
            {move || entry.get().map(|entry| view! { <Avatar user=entry.by.clone()/> })}
            <h2 id="sheet-title">"Message"</h2>
        </header>
        <blockquote class="quoted" dir="auto">
            {move || entry.read().as_ref().and_then(|entry| body(entry).map(str::to_owned))}
        </blockquote>
        <div class="actions">
            <button class="button quiet" type="button" on:click=copy>
                {move || match copied.get() {
                    None => "Copy text",
                    Some(true) => "Copied",
                    Some(false) => "This browser does not let the page copy",
                }}
            </button>
            {move || {
                let room = room.clone();
                let entry = entry.get()?;
                let may = store.now(|model| may_delete(model, &room, &entry));
                let delete = move |_| {
                    store.change(&room, RoomChange::DeleteMessage { seq: entry.seq });
                    store.sheet.set(None);
                };
                may.then(|| view! {
                    <button class="button danger" type="button" on:click=delete>"Delete message"</button>
                })
            }}
        </div>
    }
}

fn find(model: &Model, room: &RoomId, by: &UserId, id: &MessageId) -> Option<Arc<Entry>> {
    let is_it = |entry: &&Arc<Entry>| {
        matches!(&entry.kind, EntryKind::Message { id: other, .. } if other == id) && entry.by.id == *by
    };
    model.conversations.get(room)?.entries.iter().rev().find(is_it).cloned()
}

fn body(entry: &Entry) -> Option<&str> {
    if let EntryKind::Message { body, .. } = &entry.kind { Some(body) } else { None }
}

fn may_delete(model: &Model, room: &RoomId, entry: &Entry) -> bool {
    if model.my_id() == Some(&entry.by.id) {
        model.may(room, Deed::DeleteOwnMessage)
    } else {
        model.may(room, Deed::DeleteMessage(model.rank_of(room, &entry.by.id)))
    }
}

/// The way to what can be done about a message.
#[component]
pub fn MessageButton(by: UserId, id: MessageId) -> impl IntoView {
    use super::icon::{DOTS, Icon};
    let store = Store::here();
    let open = move |_| store.sheet.set(Some(Sheet::Message { by: by.clone(), id: id.clone() }));
    view! {
        <button class="more" type="button" aria-label="Message options" aria-haspopup="dialog" on:click=open>
            <Icon shape=DOTS/>
        </button>
    }
}
