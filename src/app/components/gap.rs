use std::sync::Arc;

use crate::app::model::Standing;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::{Entry, EntryKind, RoomId, Seq};

/// Stands where entries are missing. It is filled when it comes into view, and when asked to.
#[component]
pub fn Gap(room: RoomId, before: Seq, missing: u64) -> impl IntoView {
    view! {
        <div class="gap" data-before=before.to_string()>
            <span>{text::missing(missing)}</span>
            <LoadButton room before=move || Some(before) words="Load them"/>
        </div>
    }
}

/// What stands above the first line: the way further back, or that there is nothing yet.
#[component]
pub fn EarlierMessages(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let earlier = store.in_room(&room, |conversation| conversation.earlier());
    let member = store.in_room(&room, |conversation| conversation.standing != Standing::Outside);
    let silent = store.in_room(&room, |conversation| {
        let is_message = |entry: &Arc<Entry>| matches!(entry.kind, EntryKind::Message { .. });
        conversation.waiting.is_empty() && !conversation.entries.iter().any(is_message)
    });
    let silent = move || silent.get() && earlier.get().is_none();
    view! {
        <div class="earlier" data-before=move || earlier.get().map(|before| before.to_string())>
            <Show when=move || earlier.get().is_some()>
                <LoadButton room=room.clone() before=move || earlier.get() words="Show earlier messages"/>
            </Show>
            <Show when=silent>
                <p class="silence">
                    {move || if member.get() { "Nothing has been said here yet. Say hello!" } else { "Opening the room…" }}
                </p>
            </Show>
        </div>
    }
}

/// Asks for the entries before one. Without a link it has to wait, and after a failure it can be pressed again.
#[component]
fn LoadButton(
    room: RoomId,
    before: impl Fn() -> Option<Seq> + Copy + Send + Sync + 'static,
    words: &'static str,
) -> impl IntoView {
    let store = Store::here();
    let live = store.in_room(&room, |conversation| conversation.live);
    let loading = store.in_room(&room, |conversation| conversation.loading);
    let loads = move || loading.get().is_some_and(|loading| Some(loading) == before());
    let load = move |_| {
        if let Some(before) = before() {
            store.load_older(&room, before);
        }
    };
    view! {
        <button
            class="button quiet small"
            type="button"
            aria-disabled=move || (loads() || !live.get()).then_some("true")
            on:click=load
        >
            {move || if loads() { "Loading…" } else { words }}
        </button>
    }
}
