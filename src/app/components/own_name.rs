use super::avatar::Avatar;
use super::icon::{Icon, PERSON, SHIELD};
use crate::app::prelude::*;
use crate::app::store::Store;

/// Who one is here, and the ways to what one may change about it.
#[component]
pub fn OwnName() -> impl IntoView {
    let store = Store::here();
    let me = store.slice(|model| model.me.clone());
    let is_guest = store.slice(|model| model.me.is_some() && !model.secured);
    let is_admin = store.slice(|model| model.admin);
    let name = move || me.get().map(|me| me.name);
    view! {
        <Show when=move || is_guest.get()>
            <a class="secure-hint" href="/account">"Guest: secure your name"</a>
        </Show>
        <div class="own-name">
            {move || me.get().map(|user| view! { <Avatar user/> })}
            <span class="name" dir="auto">{move || name()}</span>
            <Show when=move || is_admin.get()>
                <a class="icon-button" href="/admin" aria-label="Administration" title="Administration">
                    <Icon shape=SHIELD/>
                </a>
            </Show>
            <a class="icon-button" href="/account" aria-label="Your account" title="Your account">
                <Icon shape=PERSON/>
            </a>
        </div>
    }
}
