use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::Input;
use leptos::prelude::*;

use crate::app::store::Store;
use crate::protocol::NameError;

/// One text box for a name and one button. `submit` takes what was typed, or says what is wrong with it.
#[component]
pub fn NameForm(
    /// Of the text box, unique on the page.
    id: &'static str,
    label: &'static str,
    action: &'static str,
    #[prop(optional, into)] value: Option<String>,
    submit: impl Fn(&str) -> Result<(), NameError> + 'static,
    /// What became of it later.
    #[prop(optional, into)]
    refused: Signal<Option<String>>,
    #[prop(optional, into)] cancel: Option<Callback<()>>,
) -> impl IntoView {
    let store = Store::here();
    let input = NodeRef::<Input>::new();
    let wrong = RwSignal::new(None::<NameError>);
    let told = Signal::derive(move || wrong.get().map(|error| error.to_string()).or_else(|| refused.get()));
    let error_id = format!("{id}-error");
    Effect::new(move || focus(store, input, value.as_deref()));
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(element) = input.get_untracked() else { return };
        wrong.set(submit(&element.value()).err());
        if wrong.with_untracked(Option::is_some) {
            let _ = element.focus();
        }
    };
    let on_keydown = move |event: KeyboardEvent| {
        if let Some(cancel) = cancel.filter(|_| event.key() == "Escape") {
            event.stop_propagation();
            cancel.run(());
        }
    };
    view! {
        <form class="name-form" novalidate=true on:submit=on_submit on:keydown=on_keydown>
            <label for=id>{label}</label>
            <div class="field">
                <input
                    id=id
                    type="text"
                    autocomplete="off"
                    autocapitalize="words"
                    spellcheck="false"
                    enterkeyhint="go"
                    node_ref=input
                    aria-invalid=move || told.with(Option::is_some).then_some("true")
                    aria-describedby=error_id.clone()
                    on:input=move |_| wrong.set(None)
                />
                <button class="button" type="submit" disabled=move || !store.ready.get()>{action}</button>
            </div>
            <p class="field-error" id=error_id role="alert">{move || told.get()}</p>
        </form>
    }
}

/// Where typing covers nothing, one can begin at once. What was typed before the page reacted is kept.
fn focus(store: Store, input: NodeRef<Input>, value: Option<&str>) {
    let Some(element) = input.get() else { return };
    if let Some(value) = value {
        element.set_value(value);
        element.select();
    }
    if value.is_some() || store.host().is_some_and(|host| host.has_keyboard()) {
        let _ = element.focus();
    }
}
