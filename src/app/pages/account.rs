use leptos_meta::Title;

use crate::app::components::{Account, Arrival, Back};
use crate::app::model::Model;
use crate::app::prelude::*;
use crate::app::store::Store;

/// Oneself.
#[component]
pub fn AccountPage() -> impl IntoView {
    let store = Store::here();
    let is_in = store.slice(Model::is_in);
    effect(move || store.open(None));
    view! {
        <Title text="Your account"/>
        <Show when=move || is_in.get() fallback=|| view! { <Arrival room=None/> }>
            <main class="page">
                <header class="page-head">
                    <Back/>
                    <h1>"Your account"</h1>
                </header>
                <div class="page-body">
                    <Account/>
                </div>
            </main>
        </Show>
    }
}
