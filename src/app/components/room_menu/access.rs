use leptos::ev::SubmitEvent;

use crate::app::components::access_fields::{AccessFields, Choice};
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::protocol::{Access, RoomChange, RoomId};

/// Who may come in.
#[component]
pub fn AccessSetting(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let now = {
        let room = room.clone();
        store.slice(move |model| model.access(&room))
    };
    let choice = Choice::new(now.get_untracked());
    // A password is not shown again, so that there is always a new one to be set.
    let is_changed = move || choice.access.get() != now.get() || !choice.password.read().is_empty();
    effect_after(move |before: Option<Access>| {
        let now = now.get();
        if before.is_some_and(|before| before != now) {
            choice.access.set(now);
            choice.password.set(String::new());
        }
        now
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some((access, password)) = choice.take() {
            store.change(&room, RoomChange::Access { access, password });
            choice.password.set(String::new());
        }
    };
    view! {
        <form class="setting" novalidate=true on:submit=submit>
            <AccessFields id="room-access" choice/>
            <button class="button" type="submit" disabled=move || !is_changed()>"Save who may come in"</button>
        </form>
    }
}
