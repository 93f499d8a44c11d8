use std::collections::BTreeMap;

use leptos::ev;
use leptos::html::Button;

use super::focus;
use super::icon::{CLOSE, Icon};
use super::person_line::{PersonLine, Row, rows};
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::protocol::{RoomId, RoomMember, User, UserId};

/// Who is online in a room, and everyone who is in it. Beside the conversation where there is room for it, else a sheet
/// over it.
#[component]
pub fn People(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let close = NodeRef::<Button>::new();
    effect(move || {
        if store.people_open.get() {
            // What is not shown yet cannot take the focus.
            request_animation_frame(move || focus(close));
        }
    });
    let escape = window_event_listener(ev::keydown, move |event| {
        let alone = store.sheet.read_untracked().is_none();
        if event.key() == "Escape" && alone && store.people_open.get_untracked() {
            store.people_open.set(false);
        }
    });
    on_cleanup(move || escape.remove());
    view! {
        <div class="backdrop" on:click=move |_| store.people_open.set(false)></div>
        <aside class="people" aria-label="People in this room">
            <header>
                <h2>"People"</h2>
                <button
                    class="icon-button"
                    type="button"
                    aria-label="Close"
                    node_ref=close
                    on:click=move |_| store.people_open.set(false)
                >
                    <Icon shape=CLOSE/>
                </button>
            </header>
            // A long list is scrolled by keyboard too.
            <div class="lists" tabindex="0" role="group" aria-label="Lists of people">
                <Online room=room.clone()/>
                <Everyone room/>
            </div>
        </aside>
    }
}

#[component]
fn Online(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let me = store.slice(|model| model.my_id().cloned());
    let people = store.in_room(&room, |conversation| conversation.people.clone());
    let members = store.in_room(&room, |conversation| conversation.members.list.clone());
    let online = {
        let room = room.clone();
        store.slice(move |model| model.rooms.get(&room).map(|summary| summary.online).unwrap_or_default())
    };
    let shown = memo(move || {
        let row = |members: &BTreeMap<UserId, RoomMember>, user: &User| match members.get(&user.id) {
            Some(member) => Row::from(RoomMember { user: user.clone(), ..*member }),
            None => Row::of(user.clone()),
        };
        let members = members.read();
        let all = people.read().values().map(|user| row(&members, user)).collect();
        rows(all, me.read().as_ref())
    });
    let unnamed = move || (online.get() as usize).saturating_sub(shown.read().len());
    view! {
        <h3>"Online" <span class="count">{move || online.get()}</span></h3>
        <ul aria-label="Online">
            <For each=move || shown.get() key=Row::clone let(row)>
                <PersonLine room=room.clone() row/>
            </For>
        </ul>
        <Show when=move || { unnamed() > 0 }>
            <p class="unnamed">"and " {move || unnamed()} " more"</p>
        </Show>
    }
}

#[component]
fn Everyone(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let me = store.slice(|model| model.my_id().cloned());
    let members = store.in_room(&room, |conversation| conversation.members.list.clone());
    let live = store.in_room(&room, |conversation| conversation.live);
    // Whether the list has to come, or to come again.
    let due = store.in_room(&room, |conversation| {
        let members = &conversation.members;
        (!members.is_known(), members.stale_at().filter(|_| !members.more))
    });
    let (more, loading) = (
        store.in_room(&room, |conversation| conversation.members.more),
        store.in_room(&room, |conversation| conversation.members.loading),
    );
    let count = {
        let room = room.clone();
        store.slice(move |model| model.rooms.get(&room).map(|summary| summary.members).unwrap_or_default())
    };
    let shown = memo(move || {
        let all = members.read().values().cloned().map(Row::from).collect();
        rows(all, me.read().as_ref())
    });
    {
        let room = room.clone();
        effect(move || {
            if live.get() && matches!(due.get(), (true, _) | (_, Some(_))) {
                store.load_members(&room, false);
            }
        });
    }
    {
        let room = room.clone();
        effect(move || {
            store.people_open.track();
            if live.get() {
                store.load_members(&room, true);
            }
        });
    }
    // The count comes as a state, now and then; the list follows at once.
    let total = move || {
        let listed = shown.read().len();
        if more.get() { (count.get() as usize).max(listed) } else { listed }
    };
    let load_room = room.clone();
    let load = StoredValue::new(move || store.load_members(&load_room, false));
    view! {
        <h3>"Everyone" <span class="count">{move || total()}</span></h3>
        <ul aria-label="Everyone">
            <For each=move || shown.get() key=Row::clone let(row)>
                <PersonLine room=room.clone() row/>
            </For>
        </ul>
        <Show when=move || more.get()>
            <button
                class="button quiet small load-more"
                type="button"
                aria-disabled=move || loading.get().then_some("true")
                on:click=move |_| load.with_value(|load| load())
            >
                {move || if loading.get() { "Loading…" } else { "Show more" }}
            </button>
        </Show>
    }
}
