mod access;
mod bans;
mod closing;
mod details;
mod invites;
mod slow_mode;
mod text_setting;

use leptos_router::hooks::use_navigate;

use super::avatar::RoomMark;
use super::copy_button::CopyButton;
use crate::app::model::Settings;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::{Deed, RoomId};
use crate::session::Command;
use access::AccessSetting;
use bans::Bans;
use closing::Closing;
use details::Details;
use invites::Invites;
use slow_mode::SlowModeSetting;

/// What a room is like, and what of it the person may change.
#[component]
pub fn RoomMenu(room: RoomId) -> impl IntoView {
    let store = Store::here();
    ask_for_settings(store, room.clone());
    on_cleanup(move || store.stop_changing());
    let name = {
        let room = room.clone();
        store.slice(move |model| model.room_name(&room))
    };
    let counts = {
        let room = room.clone();
        store.slice(move |model| {
            let summary = model.rooms.get(&room)?;
            Some(format!("{}, {}", text::members(summary.members), text::online(summary.online)))
        })
    };
    let may = |deed| {
        let room = room.clone();
        store.slice(move |model| model.may(&room, deed))
    };
    let (access, slow, invite, unban, close) =
        (may(Deed::SetAccess), may(Deed::SetSlowMode), may(Deed::Invite), may(Deed::Unban), may(Deed::Close));
    let (a, s, i, u, c) = (room.clone(), room.clone(), room.clone(), room.clone(), room.clone());
    view! {
        <header class="sheet-head">
            <RoomMark room=room.clone() name/>
            <div>
                <h2 id="sheet-title" dir="auto">{move || name.get()}</h2>
                <p>{move || counts.get()}</p>
            </div>
        </header>
        <Details room=room.clone()/>
        <div class="actions ways">
            <CopyButton words="Copy link" path=format!("/rooms/{room}")/>
            <LeaveButton room/>
        </div>
        {move || access.get().then(|| view! { <AccessSetting room=a.clone()/> })}
        {move || slow.get().then(|| view! { <SlowModeSetting room=s.clone()/> })}
        {move || invite.get().then(|| view! { <Invites room=i.clone()/> })}
        {move || unban.get().then(|| view! { <Bans room=u.clone()/> })}
        {move || close.get().then(|| view! { <Closing room=c.clone()/> })}
    }
}

/// Moderators see more, and see it anew when it has changed.
fn ask_for_settings(store: Store, room: RoomId) {
    let wanted = {
        let room = room.clone();
        store.slice(move |model| {
            let conversation = model.conversations.get(&room);
            let is_due = |settings: &Settings| settings.known.is_none() || settings.stale;
            model.may(&room, Deed::Invite)
                && conversation.is_some_and(|conversation| conversation.live && is_due(&conversation.settings))
        })
    };
    effect(move || {
        if wanted.get() {
            store.command(Command::Settings { room: room.clone() });
        }
    });
}

#[component]
fn LeaveButton(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let navigate = use_navigate();
    let leave = move |_| {
        store.command(Command::Leave { room: room.clone() });
        navigate("/", Default::default());
    };
    view! { <button class="button quiet" type="button" on:click=leave>"Leave room"</button> }
}
