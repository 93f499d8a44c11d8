use leptos_meta::Title;

use crate::app::components::{Arrival, Lamp};
use crate::app::prelude::*;
use crate::app::store::Store;

/// Where nobody talks yet: the way in, then the choice of a room.
#[component]
pub fn Lobby() -> impl IntoView {
    let store = Store::here();
    let name = store.slice(|model| model.me.as_ref().map(|me| me.name.clone()));
    effect(move || store.open(None));
    view! {
        <Title text=""/>
        <Show when=move || name.read().is_some() fallback=|| view! { <Arrival room=None/> }>
            <main class="lobby">
                <Lamp/>
                <h1>"Good to see you, " {move || name.get()}</h1>
                <p>"Step into a room, or open a new one."</p>
            </main>
        </Show>
    }
}
