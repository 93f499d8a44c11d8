use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use crate::app::asking::Asking;
use crate::app::components::{Admin, Arrival, Back, Outcome, secret_in};
use crate::app::model::Model;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::InviteCode;
use crate::protocol::api::ClaimAdmin;

/// For whoever administers the server, or has the link that makes them the first to do so.
#[component]
pub fn AdminPage() -> impl IntoView {
    let store = Store::here();
    let is_in = store.slice(Model::is_in);
    let is_admin = store.slice(|model| model.admin);
    let claiming = Asking::with_words(text::claim_failure);
    claim(store, claiming, is_in);
    effect(move || store.open(None));
    view! {
        <Title text="Administration"/>
        <Show when=move || is_in.get() fallback=|| view! { <Arrival room=None/> }>
            <main class="page">
                <header class="page-head">
                    <Back/>
                    <h1>"Administration"</h1>
                </header>
                <div class="page-body">
                    {move || {
                        if is_admin.get() { view! { <Admin/> } } else { view! { <Closed claiming/> } }
                    }}
                </div>
            </main>
        </Show>
    }
}

#[component]
fn Closed(claiming: Asking) -> impl IntoView {
    view! {
        <section class="section">
            <Outcome id="claim" asking=claiming/>
            <p>"Only administrators of this server have something to do here."</p>
            <p><a class="button quiet" href="/">"See all rooms"</a></p>
        </section>
    }
}

/// Takes the code out of the address, and uses it as soon as somebody is in.
fn claim(store: Store, asking: Asking, is_in: Memo<bool>) {
    let fragment = use_location().hash;
    let navigate = use_navigate();
    let code = RwSignal::new(None::<InviteCode>);
    effect(move || {
        let found = secret_in(&fragment.read(), "claim");
        if let Some(found) = found {
            code.set(Some(found));
            navigate("/admin", NavigateOptions { replace: true, ..NavigateOptions::default() });
        }
    });
    effect(move || {
        if let Some(code) = code.get().filter(|_| is_in.get() && store.ready.get()) {
            untrack(|| asking.tell("/api/admin/claim", &ClaimAdmin { code }, move || store.be_admin()));
        }
    });
}
