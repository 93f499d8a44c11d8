use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::{Button, Input};
use leptos_router::hooks::use_navigate;

use super::access_fields::{AccessFields, Choice};
use super::focus;
use super::icon::{Icon, PLUS};
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::{Access, RoomName};

/// Opens a room by naming it. One that exists is simply gone to.
#[component]
pub fn NewRoom() -> impl IntoView {
    let store = Store::here();
    let asking = RwSignal::new(false);
    let opener = NodeRef::<Button>::new();
    let navigate = use_navigate();
    let making = store.slice(|model| model.making.clone());
    effect(move || {
        if let Some(made) = making.get().filter(|making| matches!(making.outcome, Some(Ok(())))) {
            asking.set(false);
            store.stop_making();
            navigate(&format!("/rooms/{}", made.room), Default::default());
        }
    });
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
                    <NewRoomForm close/>
                </div>
            </Show>
        </div>
    }
}

#[component]
fn NewRoomForm(close: Callback<()>) -> impl IntoView {
    let store = Store::here();
    let input = NodeRef::<Input>::new();
    let choice = Choice::new(Access::Open);
    let wrong = RwSignal::new(None::<String>);
    let refused = store.slice(|model| {
        let refusal = model.making.as_ref()?.outcome.as_ref()?.as_ref().err()?;
        Some(text::problem(refusal))
    });
    let told = move || wrong.get().or_else(|| refused.get());
    effect(move || {
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(element) = input.get_untracked() else { return };
        match RoomName::parse(&element.value()) {
            Ok(name) => {
                if let Some((access, password)) = choice.take() {
                    store.make(&name, access, password);
                }
            }
            Err(error) => {
                wrong.set(Some(error.to_string()));
                let _ = element.focus();
            }
        }
    };
    let on_keydown = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            close.run(());
        }
    };
    view! {
        <form class="setting" novalidate=true on:submit=submit on:keydown=on_keydown>
            <label for="room-name">"Room name"</label>
            <div class="field">
                <input
                    id="room-name"
                    type="text"
                    dir="auto"
                    autocomplete="off"
                    autocapitalize="words"
                    spellcheck="false"
                    enterkeyhint="go"
                    node_ref=input
                    aria-invalid=move || told().map(|_| "true")
                    aria-describedby="room-name-error"
                    on:input=move |_| wrong.set(None)
                />
            </div>
            <p class="field-error" id="room-name-error" role="alert">{move || told()}</p>
            <AccessFields id="new-room-access" choice/>
            <button class="button" type="submit" disabled=move || !store.ready.get()>"Create"</button>
        </form>
    }
}
