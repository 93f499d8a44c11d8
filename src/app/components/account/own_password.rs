use leptos::html::Input;

use crate::app::asking::Asking;
use crate::app::components::ask_form::{AskForm, Field, value};
use crate::app::components::enter_form::new_password;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::protocol::api::ChangePassword;
use crate::protocol::{Password, Profile};

const FORM: &str = "password";

/// A guest makes the name theirs; others change what proves that it is.
#[component]
pub fn OwnPassword() -> impl IntoView {
    let store = Store::here();
    let secured = store.slice(|model| model.secured);
    // One for both forms: when the name is secured, the other one comes and tells so.
    let asking = Asking::new();
    view! {
        <section class="section" class:urgent=move || !secured.get() aria-labelledby="password-title">
            <h2 id="password-title">{move || if secured.get() { "Password" } else { "Secure your name" }}</h2>
            {move || {
                if secured.get() {
                    view! { <Change asking/> }
                } else {
                    view! {
                        <p>
                            "You are a guest, and only this browser knows you. Choose a password, and nobody else gets "
                            "your name, and you can sign in on other devices."
                        </p>
                        <Secure asking/>
                    }
                }
            }}
        </section>
    }
}

#[component]
fn Secure(asking: Asking) -> impl IntoView {
    let new = NodeRef::<Input>::new();
    let submit = Callback::new(move |()| match new_password(&value(new)) {
        Ok(new) => ask(asking, None, new, "Your name is secured."),
        Err(words) => asking.refuse(words),
    });
    view! {
        <AskForm id=FORM asking action="Secure name" submit>
            <WhoseIsIt/>
            <Field form=FORM id="new-password" label="Password" autocomplete="new-password" input=new asking/>
        </AskForm>
    }
}

#[component]
fn Change(asking: Asking) -> impl IntoView {
    let (old, new) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let submit = Callback::new(move |()| match (Password::parse(&value(old)), new_password(&value(new))) {
        (Err(_), _) => asking.refuse("Please give your present password too."),
        (_, Err(words)) => asking.refuse(words),
        (Ok(old), Ok(new)) => ask(asking, Some(old), new, "Your password is changed."),
    });
    view! {
        <AskForm id=FORM asking action="Change password" submit>
            <WhoseIsIt/>
            <Field
                form=FORM
                id="old-password"
                label="Present password"
                autocomplete="current-password"
                input=old
                asking
            />
            <Field form=FORM id="new-password" label="New password" autocomplete="new-password" input=new asking/>
        </AskForm>
    }
}

fn ask(asking: Asking, old: Option<Password>, new: Password, done: &'static str) {
    asking.post("/api/password", &ChangePassword { old, new }, move |profile: Profile| {
        asking.store.be(profile);
        asking.done.set(Some(done));
    });
}

/// For what keeps passwords: the name that this one belongs to.
#[component]
fn WhoseIsIt() -> impl IntoView {
    let name = Store::here().slice(|model| model.me.as_ref().map(|me| me.name.clone()));
    view! {
        <input
            class="visually-hidden"
            type="text"
            autocomplete="username"
            readonly=true
            tabindex="-1"
            aria-hidden="true"
            value=move || name.get()
        />
    }
}
