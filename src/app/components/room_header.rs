use leptos::html::Button;
use leptos_router::hooks::use_navigate;

use super::access_icon::AccessIcon;
use super::focus;
use super::icon::{BACK, CHECK, DOOR, DOTS, Icon, LINK, PEOPLE};
use crate::app::prelude::*;
use crate::app::store::{Sheet, Store};
use crate::app::text;
use crate::protocol::RoomId;
use crate::session::Command;

#[component]
pub fn RoomHeader(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let online = {
        let room = room.clone();
        store.slice(move |model| model.rooms.get(&room).map(|summary| summary.online).unwrap_or_default())
    };
    let name = {
        let room = room.clone();
        store.slice(move |model| model.room_name(&room))
    };
    let access = {
        let room = room.clone();
        store.slice(move |model| model.access(&room))
    };
    let topic = store.in_room(&room, |conversation| conversation.terms.topic.clone());
    view! {
        <header class="room-header">
            <a class="icon-button back" href="/" aria-label="All rooms">
                <Icon shape=BACK/>
            </a>
            <div class="title">
                <div class="named">
                    <h1 dir="auto">{move || name.get()}</h1>
                    {move || view! { <AccessIcon access=access.get()/> }}
                </div>
                <div class="below">
                    <p class="online">{move || text::online(online.get())}</p>
                    <Show when=move || !topic.read().is_empty()>
                        <p class="topic" dir="auto" title=move || topic.get()>{move || topic.get()}</p>
                    </Show>
                </div>
            </div>
            <CopyLink room=room.clone()/>
            <LeaveRoom room/>
            <PeopleButton/>
            <MenuButton/>
        </header>
    }
}

/// Shows the people where there is no room for them beside the conversation.
#[component]
fn PeopleButton() -> impl IntoView {
    let store = Store::here();
    let button = NodeRef::<Button>::new();
    effect_after(move |was_open: Option<bool>| {
        let open = store.people_open.get();
        if was_open == Some(true) && !open {
            focus(button);
        }
        open
    });
    view! {
        <button
            class="icon-button people-button"
            type="button"
            aria-label="People"
            title="People"
            node_ref=button
            disabled=move || !store.ready.get()
            aria-expanded=move || store.people_open.get().to_string()
            on:click=move |_| store.people_open.set(!store.people_open.get_untracked())
        >
            <Icon shape=PEOPLE/>
        </button>
    }
}

#[component]
fn MenuButton() -> impl IntoView {
    let store = Store::here();
    view! {
        <button
            class="icon-button"
            type="button"
            aria-label="Room menu"
            title="Room menu"
            aria-haspopup="dialog"
            disabled=move || !store.ready.get()
            on:click=move |_| store.sheet.set(Some(Sheet::Room))
        >
            <Icon shape=DOTS/>
        </button>
    }
}

#[component]
fn CopyLink(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let outcome = RwSignal::new(None::<bool>);
    let copy = move |_| {
        if let Some(host) = store.host() {
            host.copy_address(&format!("/rooms/{room}"), Box::new(move |copied| outcome.set(Some(copied))));
        }
    };
    let words = move || match outcome.get() {
        None => None,
        Some(true) => Some("Link copied"),
        Some(false) => Some("Copy the address of this page instead"),
    };
    view! {
        <span class="copy-link">
            <button
                class="icon-button"
                type="button"
                aria-label="Copy link"
                title="Copy link"
                disabled=move || !store.ready.get()
                on:click=copy
                on:blur=move |_| outcome.set(None)
            >
                {move || view! { <Icon shape=if outcome.get() == Some(true) { CHECK } else { LINK }/> }}
            </button>
            <span class="feedback" aria-live="polite">{move || words()}</span>
        </span>
    }
}

#[component]
fn LeaveRoom(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let navigate = use_navigate();
    let leave = move |_| {
        store.command(Command::Leave { room: room.clone() });
        navigate("/", Default::default());
    };
    view! {
        <button
            class="icon-button leave"
            type="button"
            aria-label="Leave room"
            title="Leave room"
            disabled=move || !store.ready.get()
            on:click=leave
        >
            <Icon shape=DOOR/>
        </button>
    }
}
