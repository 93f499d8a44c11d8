use crate::app::prelude::*;
use crate::app::store::Store;
use crate::protocol::{RoomChange, RoomId, User};

/// Who is kept out, and the way to let them in again.
#[component]
pub fn Bans(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let settings = store.in_room(&room, |conversation| conversation.settings.clone());
    let bans = memo(move || settings.read().known.as_ref().map(|known| known.bans.clone()));
    let bans = move || bans.get().unwrap_or_default();
    let room = StoredValue::new(room);
    view! {
        <Show when=move || !bans().is_empty()>
            <section>
                <h3>"Banned people"</h3>
                <ul class="rows" aria-label="Banned people">
                    <For each=bans key=|user| user.id.to_string() let(user)>
                        <Banned room=room.get_value() user/>
                    </For>
                </ul>
            </section>
        </Show>
    }
}

#[component]
fn Banned(room: RoomId, user: User) -> impl IntoView {
    let store = Store::here();
    let label = format!("Lift the ban on {}", user.name);
    let id = user.id;
    let unban = move |_| store.change(&room, RoomChange::Unban { user: id.clone() });
    view! {
        <li class="row">
            <span class="what" dir="auto">{user.name}</span>
            <button class="text-button" type="button" aria-label=label on:click=unban>"Lift the ban"</button>
        </li>
    }
}
