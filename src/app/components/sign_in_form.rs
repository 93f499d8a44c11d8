use leptos::html::Input;

use super::ask_form::{AskForm, Field, focus_first, value};
use crate::app::asking::Asking;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::api::SignIn;
use crate::protocol::{Password, Profile};

const FORM: &str = "sign-in";

/// For somebody who has a password.
#[component]
pub fn SignInForm(
    /// What was typed before, as somebody new.
    name: RwSignal<String>,
) -> impl IntoView {
    let store = Store::here();
    let asking = Asking::with_words(text::sign_in_failure);
    let (name_box, password_box) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let known = name.get_untracked();
    focus_first(if known.is_empty() { name_box } else { password_box });
    effect(move || {
        if let Some(input) = name_box.get().filter(|input| input.value().is_empty()) {
            input.set_value(&known);
        }
    });
    let submit = Callback::new(move |()| {
        let name = value(name_box).trim().to_owned();
        match Password::parse(&value(password_box)) {
            Ok(password) if !name.is_empty() => {
                let sign_in = SignIn { name, password, token: false };
                asking.post("/api/sign-in", &sign_in, move |profile: Profile| store.come_in(profile));
            }
            _ => asking.refuse("Please give your name and your password."),
        }
    });
    view! {
        <AskForm id=FORM asking action="Sign in" submit>
            <Field form=FORM id="sign-in-name" label="Your name" autocomplete="username" input=name_box asking/>
            <Field
                form=FORM
                id="sign-in-password"
                label="Password"
                autocomplete="current-password"
                input=password_box
                asking
            />
        </AskForm>
    }
}
