use leptos::html::Button;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::focus;
use super::icon::{Icon, PLUS};
use super::name_form::NameForm;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::RoomName;

/// Opens a room by naming it. One that exists is simply entered.
#[component]
pub fn NewRoom() -> impl IntoView {
    let store = Store::here();
    let asking = RwSignal::new(false);
    let opener = NodeRef::<Button>::new();
    let navigate = use_navigate();
    let making = store.slice(|model| model.making.clone());
    let refused = Signal::derive(move || {
        making.with(|making| Some(text::problem(making.as_ref()?.outcome.as_ref()?.as_ref().err()?)))
    });
    Effect::new(move || {
        if let Some(made) = making.get().filter(|making| matches!(making.outcome, Some(Ok(())))) {
            asking.set(false);
            store.stop_making();
            navigate(&format!("/rooms/{}", made.room), Default::default());
        }
    });
    let submit = move |text: &str| {
        store.make(&RoomName::parse(text)?);
        Ok(())
    };
    let close = Callback::new(move |()| {
        asking.set(false);
        store.stop_making();
        focus(opener);
    });
    view! {
        <div class="new-room">
            <button
                class="button quiet"
                type="button"
                node_ref=opener
                disabled=move || !store.ready.get()
                aria-expanded=move || asking.get().to_string()
                on:click=move |_| if asking.get_untracked() { close.run(()) } else { asking.set(true) }
            >
                <Icon shape=PLUS/>
                "New room"
            </button>
            <Show when=move || asking.get()>
                <div class="popover">
                    <NameForm id="room-name" label="Room name" action="Create" value="" submit refused cancel=close/>
                </div>
            </Show>
        </div>
    }
}
