use super::icon::{CLOSE, Icon};
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;

/// What could not be done, until it is dismissed.
#[component]
pub fn Problem() -> impl IntoView {
    let store = Store::here();
    let words = store.slice(|model| model.problem.as_ref().map(text::problem));
    let note = move |words| {
        view! {
            <div class="problem" role="alert">
                <p>{words}</p>
                <button class="icon-button" type="button" aria-label="Dismiss" on:click=move |_| store.dismiss_problem()>
                    <Icon shape=CLOSE/>
                </button>
            </div>
        }
    };
    view! { <div class="problems">{move || words.get().map(note)}</div> }
}
