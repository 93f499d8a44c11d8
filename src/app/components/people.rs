use leptos::ev;
use leptos::html::Button;
use leptos::prelude::*;

use super::avatar::Avatar;
use super::focus;
use super::icon::{CLOSE, Icon};
use crate::app::store::Store;
use crate::protocol::{RoomId, User, UserId};

/// Who is online in a room. Beside the conversation where there is room for it, else a sheet over it.
#[component]
pub fn People(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let me = store.slice(|model| model.me.as_ref().map(|me| me.id.clone()));
    let people = store.in_room(&room, |conversation| conversation.people.clone());
    let online = store.slice(move |model| model.rooms.get(&room).map(|summary| summary.online).unwrap_or_default());
    let shown = Memo::new(move |_| people.with(|people| me.with(|me| arrange(people.values().cloned(), me.as_ref()))));
    let unnamed = move || (online.get() as usize).saturating_sub(shown.with(Vec::len));
    let close = NodeRef::<Button>::new();
    Effect::new(move || {
        if store.people_open.get() {
            // What is not shown yet cannot take the focus.
            request_animation_frame(move || focus(close));
        }
    });
    let escape = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" && store.people_open.get_untracked() {
            store.people_open.set(false);
        }
    });
    on_cleanup(move || escape.remove());
    view! {
        <div class="backdrop" on:click=move |_| store.people_open.set(false)></div>
        <aside class="people" aria-label="People in this room">
            <header>
                <h2>"People"</h2>
                <span class="count">{move || online.get()}</span>
                <button
                    class="icon-button"
                    type="button"
                    aria-label="Close"
                    node_ref=close
                    on:click=move |_| store.people_open.set(false)
                >
                    <Icon shape=CLOSE/>
                </button>
            </header>
            <ul aria-label="People">
                <For each=move || shown.get() key=|user| (user.id.to_string(), user.name.clone()) let(user)>
                    <Person user me/>
                </For>
            </ul>
            <Show when=move || { unnamed() > 0 }>
                <p class="more">"and " {unnamed} " more"</p>
            </Show>
        </aside>
    }
}

#[component]
fn Person(user: User, me: Memo<Option<UserId>>) -> impl IntoView {
    let name = user.name.clone();
    let id = user.id.clone();
    let is_me = move || me.with(|me| me.as_ref() == Some(&id));
    view! {
        <li class="person">
            <Avatar user/>
            <span class="name" dir="auto">{name}</span>
            {move || is_me().then(|| view! { <span class="you">"you"</span> })}
        </li>
    }
}

/// Oneself first, then by name.
fn arrange(people: impl Iterator<Item = User>, me: Option<&UserId>) -> Vec<User> {
    let mut people: Vec<_> = people.collect();
    people.sort_by_cached_key(|user| (me != Some(&user.id), user.name.to_lowercase(), user.id.clone()));
    people
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oneself_comes_first_then_others_by_name() {
        let user = |id: &str, name: &str| User { id: UserId::parse(id).unwrap(), name: name.into() };
        let people = [user("1", "Zoe"), user("2", "ben"), user("3", "Ada"), user("4", "Cy")];
        let names: Vec<_> =
            arrange(people.into_iter(), Some(&UserId::parse("4").unwrap())).into_iter().map(|user| user.name).collect();
        assert_eq!(names, ["Cy", "Ada", "ben", "Zoe"]);
    }
}
