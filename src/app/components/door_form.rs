use leptos::ev::SubmitEvent;
use leptos::html::Input;

use super::count_down::count_down;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::{ErrorCode, Password, Refusal, RoomId};
use crate::session::Key;

/// Asks to be let in, with a password where one is wanted.
#[component]
pub fn DoorForm(room: RoomId, password: bool) -> impl IntoView {
    let store = Store::here();
    let input = NodeRef::<Input>::new();
    let joining = store.in_room(&room, |conversation| conversation.joining);
    let was_in = store.in_room(&room, |conversation| conversation.gone.is_some());
    let wait = wait(store, &room);
    let empty = RwSignal::new(false);
    let told = told(store, &room, empty);
    effect(move || {
        if let Some(input) = input.get().filter(|_| store.host().is_some_and(|host| host.has_keyboard())) {
            let _ = input.focus();
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if joining.get_untracked() || wait.get_untracked().is_some() {
            return;
        }
        let key = match input.get_untracked() {
            None => None,
            Some(element) => match Password::parse(&element.value()) {
                Ok(password) => {
                    element.set_value("");
                    Some(Key::Password(password))
                }
                Err(_) => return empty.set(true),
            },
        };
        store.join(room.clone(), key, true);
    };
    let action = move || match (joining.get(), was_in.get()) {
        (true, _) => "Joining…",
        (false, true) => "Join again",
        (false, false) => "Join",
    };
    view! {
        <form class="door-form" novalidate=true on:submit=submit>
            {password.then(|| view! {
                <label for="door-password">"Password"</label>
                <input
                    id="door-password"
                    type="password"
                    autocomplete="off"
                    node_ref=input
                    aria-invalid=move || told.read().is_some().then_some("true")
                    aria-describedby="door-error"
                    on:input=move |_| empty.set(false)
                />
            })}
            <p class="field-error" id="door-error" role="alert">{move || told.get()}</p>
            <p class="wait">
                {move || {
                    let left = text::time_left(wait.get()?);
                    let words = if joining.get() { "Trying again" } else { "You can try again" };
                    Some(format!("{words} in {left}."))
                }}
            </p>
            <button
                class="button"
                type="submit"
                disabled=move || !store.ready.get()
                aria-disabled=move || (joining.get() || wait.get().is_some()).then_some("true")
            >
                {move || action()}
            </button>
        </form>
    }
}

/// For how many seconds there is no other try: the door is shut for a while, or the server wants the browser to wait.
fn wait(store: Store, room: &RoomId) -> RwSignal<Option<u64>> {
    let joining = store.in_room(room, |conversation| conversation.joining);
    let refused = store.in_room(room, |conversation| conversation.refused.clone());
    let pause = store.slice(|model| model.pause.filter(|pause| pause.code == ErrorCode::RateLimited));
    count_down(move || {
        let refused = refused.read().as_ref().and_then(|refused| Some(refused.retry_after_ms?.div_ceil(1_000)));
        let refused = refused.filter(|seconds| *seconds > 0);
        refused.or_else(|| pause.get().filter(|_| joining.get()).map(|pause| pause.seconds))
    })
}

/// What is wrong with the last try, or with the one that is about to be made.
fn told(store: Store, room: &RoomId, empty: RwSignal<bool>) -> Memo<Option<String>> {
    let refused = store.in_room(room, |conversation| {
        // What was not known before the first try is no error.
        let is_told = |refused: &&Refusal| refused.code != ErrorCode::PasswordRequired;
        conversation.refused.as_ref().filter(is_told).map(text::problem)
    });
    memo(move || if empty.get() { Some("Please give the password.".to_owned()) } else { refused.get() })
}
