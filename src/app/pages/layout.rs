use leptos_router::hooks::use_location;
use leptos_router::location::Url;

use crate::app::components::{Connection, Problem, Sidebar};
use crate::app::model::Model;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::protocol::RoomId;

/// The frame of every page for whoever has entered: what stays when rooms change.
#[component]
pub fn Layout(children: Children) -> impl IntoView {
    let store = Store::here();
    let entered = store.slice(Model::is_in);
    let stale = store.slice(|model| model.stale);
    let current = current_room();
    let path = use_location().pathname;
    let on_page = memo(move || ["/account", "/admin"].contains(&path.read().trim_end_matches('/')));
    view! {
        <div
            class="layout"
            class:entered=move || entered.get()
            class:in-room=move || current.read().is_some()
            class:on-page=move || on_page.get()
            class:stale=move || stale.get()
            class:people-open=move || store.people_open.get()
        >
            <Show when=move || entered.get()>
                <Sidebar current/>
                <Connection/>
            </Show>
            {children()}
            <Problem/>
        </div>
    }
}

/// The room that the address names.
fn current_room() -> Memo<Option<RoomId>> {
    let path = use_location().pathname;
    memo(move || Url::unescape(&path.read()).strip_prefix("/rooms/").and_then(|id| RoomId::parse(id).ok()))
}
