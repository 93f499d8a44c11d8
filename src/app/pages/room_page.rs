use leptos::either::EitherOf3;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::NoSuchRoom;
use crate::app::components::{Arrival, Conversation};
use crate::app::model::Model;
use crate::app::store::Store;
use crate::protocol::RoomId;

/// The room that the address names. Being here is being in it.
#[component]
pub fn RoomPage() -> impl IntoView {
    let store = Store::here();
    let params = use_params_map();
    let entered = store.slice(Model::is_in);
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let room = Memo::new(move |_| id.with(|id| RoomId::parse(id).ok()));
    Effect::new(move || {
        store.open(room.get());
        if let Some(room) = room.get().filter(|_| entered.get() && store.ready.get()) {
            store.join(room);
        }
    });
    move || match room.get() {
        None => EitherOf3::A(view! { <NoSuchRoom id=id.get()/> }),
        Some(room) if !entered.get() => {
            EitherOf3::B(view! { <RoomTitle room=room.clone()/> <Arrival room=Some(room)/> })
        }
        Some(room) => EitherOf3::C(view! { <RoomTitle room=room.clone()/> <Conversation room/> }),
    }
}

#[component]
fn RoomTitle(room: RoomId) -> impl IntoView {
    let name = Store::here().slice(move |model| model.room_name(&room));
    let at_first = name.get_untracked();
    // The server writes the head last, when the rest of the page is gone.
    view! { <Title text=move || name.try_get().unwrap_or_else(|| at_first.clone())/> }
}
