use leptos::ev::SubmitEvent;

use crate::app::prelude::*;
use crate::app::store::Store;
use crate::protocol::{RoomChange, RoomId};

/// Deletes the room, for whoever types its name.
#[component]
pub fn Closing(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let asking = RwSignal::new(false);
    let typed = RwSignal::new(String::new());
    let name = {
        let room = room.clone();
        store.slice(move |model| model.room_name(&room))
    };
    let is_it = move || typed.read().trim() == *name.read();
    let close = move |event: SubmitEvent| {
        event.prevent_default();
        if is_it() {
            store.change(&room, RoomChange::Close);
        }
    };
    let close = StoredValue::new(close);
    view! {
        <section class="closing">
            <Show when=move || asking.get() fallback=move || view! {
                <button class="button danger" type="button" on:click=move |_| asking.set(true)>"Delete this room"</button>
            }>
                <form class="setting" on:submit=move |event| close.with_value(|close| close(event))>
                    <p>"All that was said here is deleted for everyone, and cannot be brought back."</p>
                    <label for="closing-name">"To delete it, type the room's name"</label>
                    <div class="field">
                        <input
                            id="closing-name"
                            type="text"
                            autocomplete="off"
                            placeholder=move || name.get()
                            on:input=move |event| typed.set(event_target_value(&event))
                        />
                    </div>
                    <button class="button danger sure" type="submit" disabled=move || !is_it()>
                        "Delete the room for everyone"
                    </button>
                </form>
            </Show>
        </section>
    }
}
