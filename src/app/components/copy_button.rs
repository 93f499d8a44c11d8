use super::icon::{CHECK, Icon, LINK};
use crate::app::prelude::*;
use crate::app::store::Store;

/// Copies the address of a path, and says whether it could.
#[component]
pub fn CopyButton(words: &'static str, path: String) -> impl IntoView {
    let store = Store::here();
    let outcome = RwSignal::new(None::<bool>);
    let copy = move |_| {
        if let Some(host) = store.host() {
            host.copy_address(&path, Box::new(move |copied| outcome.set(Some(copied))));
        }
    };
    view! {
        <button class="button quiet" type="button" on:click=copy on:blur=move |_| _ = outcome.try_set(None)>
            {move || view! { <Icon shape=if outcome.get() == Some(true) { CHECK } else { LINK }/> }}
            <span aria-live="polite">
                {move || match outcome.get() {
                    None => words,
                    Some(true) => "Link copied",
                    Some(false) => "It cannot be copied here",
                }}
            </span>
        </button>
    }
}
