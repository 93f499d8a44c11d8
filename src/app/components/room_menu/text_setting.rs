use leptos::ev::SubmitEvent;
use leptos::html::Input;

use crate::app::prelude::*;
use crate::app::store::Store;
use crate::protocol::{RoomChange, RoomId};

/// A line of text that can be changed. What is wrong with it is said at once, by `parse` or later by the server.
#[component]
pub fn TextSetting(
    room: RoomId,
    id: &'static str,
    label: &'static str,
    value: String,
    chars_max: usize,
    parse: fn(&str) -> Result<RoomChange, String>,
) -> impl IntoView {
    let store = Store::here();
    let input = NodeRef::<Input>::new();
    let text = RwSignal::new(value.clone());
    let saved = RwSignal::new(value.clone());
    let wrong = RwSignal::new(None::<String>);
    let asked = RwSignal::new(None::<(&'static str, String)>);
    let outcome =
        store.slice(|model| Some((model.changing.as_ref()?.change, model.changing.as_ref()?.outcome.clone()?.is_ok())));
    effect(move || {
        if let (Some((change, true)), Some((asked_for, text))) = (outcome.get(), asked.get_untracked())
            && change == asked_for
        {
            saved.set(text);
            asked.set(None);
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(element) = input.get_untracked() else { return };
        match parse(&element.value()) {
            Ok(change) => {
                asked.set(Some((change.name(), element.value())));
                store.change(&room, change);
            }
            Err(words) => wrong.set(Some(words)),
        }
    };
    let on_input = move |event| {
        wrong.set(None);
        text.set(event_target_value(&event));
    };
    let is_changed = move || *text.read() != *saved.read();
    let error_id = format!("{id}-error");
    view! {
        <form class="setting" novalidate=true on:submit=submit>
            <label for=id>{label}</label>
            <div class="field">
                <input
                    id=id
                    type="text"
                    dir="auto"
                    autocomplete="off"
                    maxlength=chars_max.to_string()
                    node_ref=input
                    value=value
                    aria-invalid=move || wrong.read().is_some().then_some("true")
                    aria-describedby=error_id.clone()
                    on:input=on_input
                />
                <button class="button" type="submit" aria-label=format!("Save {}", label.to_lowercase())
                    disabled=move || !is_changed()
                >
                    "Save"
                </button>
            </div>
            <p class="field-error" id=error_id role="alert">{move || wrong.get()}</p>
        </form>
    }
}
