use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_params_map};

use super::NoSuchRoom;
use crate::app::components::{Arrival, Conversation, secret_in};
use crate::app::model::Model;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::protocol::api::RoomInvite;
use crate::protocol::{Access, RoomId};

/// The room that the address names. Whoever gives their name here, or comes by an invite link, wants to be in it.
#[component]
pub fn RoomPage() -> impl IntoView {
    let store = Store::here();
    let params = use_params_map();
    let entered = store.slice(Model::is_in);
    let id = memo(move || params.read().get("id").unwrap_or_default());
    let room = memo(move || RoomId::parse(&id.read()).ok());
    effect(move || store.open(room.get()));
    take_invite(store, room, entered);
    effect_after(move |was_in: Option<bool>| {
        let is_in = entered.get();
        if let Some(room) = room.get_untracked().filter(|_| is_in && was_in == Some(false)) {
            let invited = store.invite.read_untracked().is_some();
            if !invited && store.now(|model| model.access(&room)) != Access::Password {
                store.join(room, None, false);
            }
        }
        is_in
    });
    live_view(move || match room.get() {
        None => view! { <NoSuchRoom id=id.get()/> },
        Some(room) if !entered.get() => view! { <RoomTitle room=room.clone()/> <Arrival room=Some(room)/> },
        Some(room) => view! { <RoomTitle room=room.clone()/> <Conversation room/> },
    })
}

/// Uses an invite link once the person is in, and takes its secret out of the address.
fn take_invite(store: Store, room: Memo<Option<RoomId>>, entered: Memo<bool>) {
    let location = use_location();
    let navigate = use_navigate();
    effect(move || {
        let Some(room) = room.get() else { return };
        let Some(code) = secret_in(&location.hash.read(), "invite") else { return };
        store.invite.set(Some(RoomInvite { room: room.clone(), code }));
        if !entered.get() || !store.ready.get() {
            return;
        }
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        navigate(&location.pathname.get_untracked(), options);
        let key = store.take_invite(&room);
        store.join(room, key, false);
    });
}

#[component]
fn RoomTitle(room: RoomId) -> impl IntoView {
    let name = Store::here().slice(move |model| model.room_name(&room));
    let at_first = name.get_untracked();
    // The server writes the head last, when the rest of the page is gone.
    view! { <Title text=move || name.try_get().unwrap_or_else(|| at_first.clone())/> }
}
