use crate::app::prelude::*;

/// A button for what cannot be undone: it asks once more.
#[component]
pub fn SureButton(
    #[prop(into)] words: String,
    /// What it says the second time.
    #[prop(into)]
    sure: String,
    act: impl Fn() + 'static,
) -> impl IntoView {
    let asked = RwSignal::new(false);
    let click = move |_| {
        if asked.get_untracked() {
            act();
        } else {
            asked.set(true);
        }
    };
    view! {
        <button
            class="button danger"
            class:sure=move || asked.get()
            type="button"
            on:click=click
            on:blur=move |_| _ = asked.try_set(false)
        >
            {move || if asked.get() { sure.clone() } else { words.clone() }}
        </button>
    }
}
