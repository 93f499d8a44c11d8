use std::sync::Arc;

use leptos::prelude::*;

use super::icon::{DOWN, Icon};
use super::message_line::{OwnMessage, TheirMessage, parts};
use super::scroller::Scroller;
use crate::app::lines::{Line, LineContent, lines};
use crate::app::model::{Deliveries, Earlier, Standing};
use crate::app::shared::Shared;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::{Entry, EntryKind, RoomId, Seq, UserId};

type Entries = Shared<Vec<Arc<Entry>>>;

/// What is said in a room.
#[component]
pub fn MessageLog(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let me = store.slice(|model| model.me.as_ref().map(|me| me.id.clone()));
    let entries = store.in_room(&room, |conversation| conversation.entries.clone());
    let waiting = store.in_room(&room, |conversation| conversation.waiting.clone());
    let deliveries = store.in_room(&room, |conversation| conversation.deliveries.clone());
    let lines = Memo::new(move |_| {
        let Some(host) = store.host() else { return Shared::default() };
        let me = me.get();
        Shared::new(lines(&entries.get(), &waiting.get(), me.as_ref(), |at| host.day_around(at)))
    });
    let scroller = Scroller::new();
    let oldest = StoredValue::new(None::<Seq>);
    let each = move || {
        let now_oldest = entries.with_untracked(|entries| entries.first().map(|entry| entry.seq));
        if oldest.get_value().is_some_and(|before| now_oldest.is_some_and(|now| now < before)) {
            scroller.hold();
        }
        oldest.set_value(now_oldest);
        lines.get().to_vec()
    };
    Effect::new(move || {
        lines.track();
        store.refresh_today();
        scroller.settle_soon();
    });
    // Whoever writes wants to see it.
    Effect::new(move |before: Option<usize>| {
        let now = waiting.with(|waiting| waiting.len());
        if before.is_some_and(|before| now > before) {
            scroller.to_end();
        }
        now
    });
    let (earlier, line_room) = (room.clone(), room.clone());
    let on_scroll = move |_| {
        if scroller.scrolled() {
            store.load_older(&room);
        }
    };
    view! {
        <div class="log-frame">
            <div class="message-log" role="log" aria-label="Messages" tabindex="0" node_ref=scroller.log on:scroll=on_scroll>
                <EarlierMessages room=earlier/>
                <For each key=|line| line.key.clone() let(line)>
                    <LineView room=line_room.clone() line me deliveries/>
                </For>
            </div>
            <ToEnd scroller entries me/>
        </div>
    }
}

#[component]
fn LineView(room: RoomId, line: Line, me: Memo<Option<UserId>>, deliveries: Memo<Deliveries>) -> impl IntoView {
    match line.content {
        LineContent::Day(start) => view! { <Day start/> }.into_any(),
        LineContent::Note(entry) => {
            let own = me.with_untracked(|me| me.as_ref() == Some(&entry.by.id));
            view! { <p class="note">{text::note(&entry, own)}</p> }.into_any()
        }
        LineContent::Message { opens, own, source } => match parts(&source) {
            Some((_, at, body, id)) if own => view! { <OwnMessage room id at body opens deliveries/> }.into_any(),
            Some((Some(by), at, body, _)) => view! { <TheirMessage by at body opens/> }.into_any(),
            _ => ().into_any(),
        },
    }
}

#[component]
fn Day(start: u64) -> impl IntoView {
    let store = Store::here();
    let words = move || {
        let today = store.today.get();
        match store.host() {
            _ if start == today.start => Some("Today".to_owned()),
            // The day before ends where today begins, however many hours it had.
            Some(host) if host.day_around(start).end == today.start => Some("Yesterday".to_owned()),
            host => host.map(|host| host.day_text(start)),
        }
    };
    view! { <p class="day"><span>{words}</span></p> }
}

/// What stands above the first line: the way further back, or that there is nothing yet.
#[component]
fn EarlierMessages(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let earlier = store.in_room(&room, |conversation| conversation.earlier);
    let member = store.in_room(&room, |conversation| conversation.standing != Standing::Outside);
    let silent = store.in_room(&room, |conversation| {
        let is_message = |entry: &Arc<Entry>| matches!(entry.kind, EntryKind::Message { .. });
        conversation.waiting.is_empty() && !conversation.entries.iter().any(is_message)
    });
    let silent = move || silent.get() && earlier.get() == Earlier::Nothing;
    let load = move |_| store.load_older(&room);
    view! {
        <div class="earlier">
            <Show when=move || earlier.get() != Earlier::Nothing>
                <button
                    class="button quiet small"
                    type="button"
                    aria-disabled=move || (earlier.get() == Earlier::Loading).then_some("true")
                    on:click=load.clone()
                >
                    "Show earlier messages"
                </button>
            </Show>
            <Show when=silent>
                <p class="silence">
                    {move || if member.get() { "Nothing has been said here yet. Say hello!" } else { "Opening the room…" }}
                </p>
            </Show>
        </div>
    }
}

/// The way to the newest line, for who has scrolled away from it.
#[component]
fn ToEnd(scroller: Scroller, entries: Memo<Entries>, me: Memo<Option<UserId>>) -> impl IntoView {
    let seen = RwSignal::new(0);
    Effect::new(move || {
        let newest = entries.with(|entries| entries.last().map_or(0, |entry| entry.seq));
        if scroller.at_end.get() {
            seen.set(newest);
        }
    });
    let new = Memo::new(move |_| {
        let is_news = |entry: &&Arc<Entry>| {
            matches!(entry.kind, EntryKind::Message { .. }) && me.with(|me| me.as_ref() != Some(&entry.by.id))
        };
        let seen = seen.get();
        entries.with(|entries| entries.iter().rev().take_while(|entry| entry.seq > seen).filter(is_news).count())
    });
    view! {
        <Show when=move || !scroller.at_end.get()>
            <button class="to-end" class:news=move || { new.get() > 0 } type="button" on:click=move |_| scroller.to_end()>
                <Icon shape=DOWN/>
                <Show when=move || { new.get() > 0 } fallback=|| view! { <span class="visually-hidden">"Jump to the end"</span> }>
                    "New messages "
                    <span class="count">{move || new.get()}</span>
                </Show>
            </button>
        </Show>
    }
}
