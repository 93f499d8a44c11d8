use leptos::html::Input;
use leptos_router::hooks::use_navigate;

use crate::app::asking::Asking;
use crate::app::components::ask_form::{Field, value};
use crate::app::components::confirm::Confirm;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::protocol::{Password, api};

/// The end of an account.
#[component]
pub fn DeleteAccount() -> impl IntoView {
    let store = Store::here();
    let asking = Asking::new();
    let navigate = use_navigate();
    let secured = store.slice(|model| model.secured);
    let input = NodeRef::<Input>::new();
    let submit = Callback::new(move |()| {
        let password = Password::parse(&value(input)).ok();
        if secured.get_untracked() && password.is_none() {
            return asking.refuse("Please give your password.");
        }
        let navigate = navigate.clone();
        asking.tell("/api/account/delete", &api::DeleteAccount { password }, move || {
            store.go_out();
            navigate("/", Default::default());
        });
    });
    let fields = move || {
        secured.get_untracked().then(|| {
            view! {
                <Field
                    form="delete-account"
                    id="delete-password"
                    label="Password"
                    autocomplete="current-password"
                    input
                    asking
                />
            }
        })
    };
    view! {
        <section class="section" aria-labelledby="delete-title">
            <h2 id="delete-title">"Delete account"</h2>
            <p>
                "You leave all rooms, and your name becomes free. What you have written stays where it is, under the "
                "name that you had: delete it first if it is to go."
            </p>
            <Confirm
                id="delete-account"
                asking
                label="Delete account…"
                question="Your account cannot be brought back. Delete it?"
                action="Delete account"
                submit
                fields
            />
        </section>
    }
}
