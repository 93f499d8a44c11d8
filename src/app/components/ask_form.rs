use leptos::ev::SubmitEvent;
use leptos::html::{Form, Input};
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{HtmlElement, HtmlFormElement};

use crate::app::asking::Asking;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::protocol::ErrorCode;

/// Fields, one button that sends them, and what has come of it.
#[component]
pub fn AskForm(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    asking: Asking,
    action: &'static str,
    submit: Callback<()>,
    /// For what cannot be undone.
    #[prop(optional)]
    danger: bool,
    /// Nothing that a person is led to do.
    #[prop(optional)]
    quiet: bool,
    /// Its fields keep what they hold when it is done.
    #[prop(optional)]
    keeps: bool,
    #[prop(optional, into)] cancel: Option<Callback<()>>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let store = Store::here();
    let form = NodeRef::<Form>::new();
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        if untrack(|| asking.is_free()) {
            submit.run(());
        }
    };
    effect(move || {
        let Some(form) = form.get() else { return };
        if asking.failure.read().is_some() {
            focus(&form, asking.code.get_untracked());
        } else if asking.done.read().is_some() && !keeps {
            // What its fields hold by themselves may change in the same step.
            request_animation_frame(move || form.reset());
        }
    });
    let form_id = id.clone();
    view! {
        <form id=form_id class="ask-form" method="post" novalidate=true node_ref=form on:submit=on_submit>
            {children.map(|children| children())}
            <Outcome id asking/>
            <p class="ask-buttons">
                <button
                    class="button"
                    class:danger=danger
                    class:quiet=quiet
                    type="submit"
                    disabled=move || !store.ready.get()
                    aria-disabled=move || (!asking.is_free()).then_some("true")
                    aria-busy=move || asking.pending.get().then_some("true")
                >
                    {action}
                </button>
                {cancel.map(|cancel| view! {
                    <button class="button quiet" type="button" on:click=move |_| cancel.run(())>"Cancel"</button>
                })}
            </p>
        </form>
    }
}

/// What has come of a question, read aloud when it changes.
#[component]
pub fn Outcome(#[prop(into)] id: String, asking: Asking) -> impl IntoView {
    // The seconds change too often to be read aloud each time.
    let seconds =
        move || Some(asking.wait.get()).filter(|seconds| *seconds > 0).map(|s| format!(" Try again in {s} s."));
    view! {
        <p class="field-error" id=format!("{id}-error") role="alert">
            {move || {
                let failure = asking.failure.get();
                failure.map(|words| view! { {words}<span aria-hidden="true">{move || seconds()}</span> })
            }}
        </p>
        <p class="done" role="status">{move || asking.done.get()}</p>
    }
}

/// One line of text for an [`AskForm`]. What was typed before the page reacted is kept.
#[component]
pub fn Field(
    /// Of the form.
    form: &'static str,
    /// Unique on the page.
    id: &'static str,
    label: &'static str,
    /// What a browser may fill in by itself.
    autocomplete: &'static str,
    input: NodeRef<Input>,
    asking: Asking,
    #[prop(optional)] hint: Option<&'static str>,
    /// What it holds until something is typed.
    #[prop(optional, into)]
    value: Signal<String>,
) -> impl IntoView {
    let secret = autocomplete.ends_with("password");
    let hint_id = format!("{id}-hint");
    let described_by = format!("{hint_id} {form}-error");
    view! {
        <label for=id>{label}</label>
        <div class="field">
            <input
                id=id
                name=autocomplete
                type=if secret { "password" } else { "text" }
                autocomplete=autocomplete
                autocapitalize=if secret { "off" } else { "words" }
                spellcheck="false"
                enterkeyhint="go"
                value=move || value.get()
                node_ref=input
                aria-invalid=move || asking.failure.read().is_some().then_some("true")
                aria-describedby=described_by
                on:input=move |_| asking.forget()
            />
        </div>
        {hint.map(|hint| view! { <p class="field-hint" id=hint_id>{hint}</p> })}
    }
}

/// What was typed.
pub fn value(input: NodeRef<Input>) -> String {
    input.get_untracked().map(|input| input.value()).unwrap_or_default()
}

/// Where typing covers nothing, one can begin at once.
pub fn focus_first(input: NodeRef<Input>) {
    let store = Store::here();
    effect(move || {
        if let Some(input) = input.get().filter(|_| store.host().is_some_and(|host| host.has_keyboard())) {
            let _ = input.focus();
        }
    });
}

/// To the field in which something is to be changed.
fn focus(form: &HtmlFormElement, code: Option<ErrorCode>) {
    let of_password = matches!(
        code,
        Some(ErrorCode::WrongPassword | ErrorCode::BadPassword | ErrorCode::GuestsClosed | ErrorCode::RateLimited)
    );
    let fields = if of_password { ["[type=password]", "input"] } else { ["input:not([readonly])", "input"] };
    let field = fields.iter().find_map(|field| form.query_selector(field).ok().flatten());
    if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
        let _ = field.focus();
    }
}
