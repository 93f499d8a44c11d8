use leptos::html::{Button, Div};
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

use super::ask_form::{AskForm, Outcome};
use super::focus;
use crate::app::asking::Asking;
use crate::app::prelude::*;
use crate::app::store::Store;

/// A button for what cannot be undone, or not by this person: it asks back first.
#[component]
pub fn Confirm(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    asking: Asking,
    /// On the button that asks back.
    label: &'static str,
    /// What a button of several with this label is for.
    #[prop(optional, into)]
    about: Option<String>,
    #[prop(into)] question: Signal<String>,
    /// On the button that does it.
    action: &'static str,
    submit: Callback<()>,
    /// What is needed besides.
    #[prop(optional, into)]
    fields: ViewFn,
) -> impl IntoView {
    let store = Store::here();
    let open = RwSignal::new(false);
    let opener = NodeRef::<Button>::new();
    let cancel = Callback::new(move |()| {
        open.set(false);
        asking.forget();
        // The button is on the page again with the next picture.
        request_animation_frame(move || focus(opener));
    });
    let name = about.map(|about| format!("{label}: {about}"));
    live_view(move || {
        let (id, fields, name) = (id.clone(), fields.clone(), name.clone());
        if open.get() {
            view! { <Question id asking question action submit cancel fields/> }
        } else {
            view! {
                <Outcome id asking/>
                <button
                    class="button quiet danger"
                    type="button"
                    aria-label=name
                    node_ref=opener
                    disabled=move || !store.ready.get()
                    on:click=move |_| open.set(true)
                >
                    {label}
                </button>
            }
        }
    })
}

#[component]
fn Question(
    id: String,
    asking: Asking,
    question: Signal<String>,
    action: &'static str,
    submit: Callback<()>,
    cancel: Callback<()>,
    fields: ViewFn,
) -> impl IntoView {
    let frame = NodeRef::<Div>::new();
    effect(move || {
        let first = frame.get().and_then(|frame| frame.query_selector("input:not([readonly]), .quiet").ok().flatten());
        if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
            let _ = first.focus();
        }
    });
    view! {
        <div class="question" node_ref=frame>
            <p>{move || question.get()}</p>
            <AskForm id asking action submit danger=true cancel>{fields.run()}</AskForm>
        </div>
    }
}
