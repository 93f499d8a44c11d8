use leptos_router::hooks::use_navigate;

use crate::app::asking::Asking;
use crate::app::components::ask_form::AskForm;
use crate::app::components::confirm::Confirm;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::protocol::api;

/// The way out. For a guest it is the way out for good, and so it asks back.
#[component]
pub fn SignOut() -> impl IntoView {
    let store = Store::here();
    let secured = store.slice(|model| model.secured);
    view! {
        <section class="section" aria-labelledby="sign-out-title">
            <h2 id="sign-out-title">"Sign out"</h2>
            {move || if secured.get() { view! { <Secured/> } } else { view! { <Guest/> } }}
        </section>
    }
}

#[component]
fn Secured() -> impl IntoView {
    let (here, everywhere) = (Asking::new(), Asking::new());
    view! {
        <p>"This browser forgets what it has kept of your rooms. You can sign in again at any time."</p>
        <AskForm id="sign-out" asking=here action="Sign out" quiet=true submit=leave(here, false)/>
        <AskForm id="sign-out-all" asking=everywhere action="Sign out everywhere" quiet=true submit=leave(everywhere, true)/>
    }
}

#[component]
fn Guest() -> impl IntoView {
    let asking = Asking::new();
    let name = Store::here().slice(|model| model.me.as_ref().map(|me| me.name.clone()).unwrap_or_default());
    let question = Signal::derive(move || {
        format!("You will not be able to come back as {}, and your rooms will be gone from here. Sign out?", name.get())
    });
    view! {
        <p>"A guest who signs out cannot come back. Secure your name first if you want to."</p>
        <Confirm
            id="sign-out"
            asking
            label="Sign out…"
            question
            action="Sign out for good"
            submit=leave(asking, false)
        />
    }
}

fn leave(asking: Asking, everywhere: bool) -> Callback<()> {
    let store = Store::here();
    let navigate = use_navigate();
    Callback::new(move |()| {
        let navigate = navigate.clone();
        asking.tell("/api/sign-out", &api::SignOut { everywhere }, move || {
            store.go_out();
            navigate("/", Default::default());
        });
    })
}
