use leptos::html::Input;

use super::arrival::Way;
use super::ask_form::{AskForm, Field, focus_first, value};
use crate::app::asking::Asking;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::api::{Enter, SignUp};
use crate::protocol::{ErrorCode, Password, Profile, UserName};

const FORM: &str = "enter";

/// For somebody new: a name is all that it takes, unless the server wants more.
#[component]
pub fn EnterForm(
    /// What was typed, for the other way in.
    name: RwSignal<String>,
    chosen: RwSignal<Option<Way>>,
) -> impl IntoView {
    let store = Store::here();
    let asking = Asking::new();
    let (name_box, password_box) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let sign_up = store.slice(|model| model.sign_up);
    // The policy may have changed since the page was made.
    let refused = RwSignal::new(false);
    let wants_password = memo(move || refused.get() || sign_up.get() == SignUp::Password);
    effect(move || {
        if asking.code.get() == Some(ErrorCode::GuestsClosed) {
            refused.set(true);
        }
    });
    focus_first(name_box);
    effect(move || {
        if let Some(input) = password_box.get().filter(|_| refused.get()) {
            let _ = input.focus();
        }
    });
    let submit = Callback::new(move |()| {
        name.set(value(name_box));
        match enter(&value(name_box), wants_password.get_untracked().then(|| value(password_box))) {
            Ok(mut enter) => {
                enter.invite = store.invite.get_untracked();
                asking.post("/api/enter", &enter, move |profile: Profile| store.come_in(profile));
            }
            Err(words) => asking.refuse(words),
        }
    });
    let is_taken = move || asking.code.get() == Some(ErrorCode::NameTaken);
    view! {
        <AskForm id=FORM asking action="Enter" submit>
            <Field form=FORM id="your-name" label="Your name" autocomplete="username" input=name_box asking/>
            <Show when=move || wants_password.get()>
                <Field
                    form=FORM
                    id="new-password"
                    label="Password"
                    autocomplete="new-password"
                    hint="With it you can sign in on other devices."
                    input=password_box
                    asking
                />
            </Show>
            <Show when=is_taken>
                <p class="is-it-you">
                    "Is that you?"
                    <button class="text-button" type="button" on:click=move |_| chosen.set(Some(Way::Known))>
                        "Sign in as this person"
                    </button>
                </p>
            </Show>
        </AskForm>
    }
}

/// What is to be asked, or what is wrong with it.
fn enter(name: &str, password: Option<String>) -> Result<Enter, String> {
    let name = UserName::parse(name).map_err(|error| error.to_string())?;
    let password = match password {
        Some(password) => Some(new_password(&password)?),
        None => None,
    };
    Ok(Enter { name: name.as_str().to_owned(), password, invite: None, token: false })
}

/// A password that somebody chooses, or what is wrong with it.
pub fn new_password(text: &str) -> Result<Password, String> {
    match text::password_trouble(text) {
        Some(words) => Err(words),
        None => Password::parse(text).map_err(|_| "This password is too long.".to_owned()),
    }
}
