use leptos::html::Button;
use leptos::prelude::*;

use super::avatar::Avatar;
use super::focus;
use super::icon::{Icon, PEN};
use super::name_form::NameForm;
use crate::app::store::Store;
use crate::protocol::UserName;

/// Who one is here, and the way to be called otherwise.
#[component]
pub fn OwnName() -> impl IntoView {
    let store = Store::here();
    let changing = RwSignal::new(false);
    let opener = NodeRef::<Button>::new();
    let me = store.slice(|model| model.me.clone());
    let name = store.slice(|model| model.name.clone().unwrap_or_default());
    let close = Callback::new(move |()| {
        changing.set(false);
        focus(opener);
    });
    let submit = move |text: &str| {
        store.enter(UserName::parse(text)?.as_str().to_owned());
        close.run(());
        Ok(())
    };
    view! {
        <div class="own-name">
            {move || me.get().map(|user| view! { <Avatar user/> })}
            <span class="name">{move || name.get()}</span>
            <button
                class="icon-button"
                type="button"
                aria-label="Change name"
                title="Change name"
                node_ref=opener
                disabled=move || !store.ready.get()
                aria-expanded=move || changing.get().to_string()
                on:click=move |_| changing.update(|changing| *changing = !*changing)
            >
                <Icon shape=PEN/>
            </button>
            <Show when=move || changing.get()>
                <div class="popover">
                    <NameForm id="new-name" label="Your name" action="Save" value=name.get_untracked() submit cancel=close/>
                </div>
            </Show>
        </div>
    }
}
