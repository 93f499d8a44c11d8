use std::sync::Arc;

use super::gap::{EarlierMessages, Gap};
use super::icon::{DOWN, Icon};
use super::message_line::{ErasedMessage, OwnMessage, Said, TheirMessage};
use super::scroller::Scroller;
use crate::app::lines::{Line, LineContent, lines};
use crate::app::model::{Conversation, Deliveries};
use crate::app::prelude::*;
use crate::app::shared::Shared;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::{Deed, Entry, EntryKind, Rank, RoomId, UserId};

/// What is said in a room.
#[component]
pub fn MessageLog(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let me = store.slice(|model| model.my_id().cloned());
    let talk = store.in_room(&room, Conversation::talk);
    let deliveries = store.in_room(&room, |conversation| conversation.deliveries.clone());
    let lines = memo(move || {
        let Some(host) = store.host() else { return Shared::default() };
        Shared::new(lines(&talk.read(), me.read().as_ref(), |at| host.day_around(at)))
    });
    let moderates = {
        let room = room.clone();
        store.slice(move |model| model.may(&room, Deed::DeleteMessage(Rank::Member)))
    };
    let scroller = Scroller::new();
    let each = move || {
        let lines = lines.get();
        scroller.hold();
        lines.to_vec()
    };
    follow_lines(store, room.clone(), scroller, lines);
    read_along(store, room.clone(), scroller);
    // Whoever writes wants to see it.
    let waiting = memo(move || talk.read().waiting.len());
    effect_after(move |before: Option<usize>| {
        let now = waiting.get();
        if before.is_some_and(|before| now > before) {
            scroller.to_end();
        }
        now
    });
    let (earlier, line_room, scroll_room) = (room.clone(), room.clone(), room.clone());
    let on_scroll = move |_| {
        scroller.scrolled();
        fill_gap_nearby(store, &scroll_room, scroller);
    };
    view! {
        <div class="log-frame">
            <div class="message-log" role="log" aria-label="Messages" tabindex="0" node_ref=scroller.log on:scroll=on_scroll>
                <EarlierMessages room=earlier/>
                <For each key=|line| line.key.clone() let(line)>
                    <LineView room=line_room.clone() line me deliveries moderates/>
                </For>
            </div>
            <ToEnd room scroller/>
        </div>
    }
}

/// Looks again at what is in view whenever lines have changed, or can be had again.
fn follow_lines(store: Store, room: RoomId, scroller: Scroller, lines: Memo<Shared<Vec<Line>>>) {
    let live = store.in_room(&room, |conversation| conversation.live);
    let deliveries = store.in_room(&room, |conversation| conversation.deliveries.clone());
    effect(move || {
        lines.track();
        live.track();
        // A refused message grows by the reason.
        deliveries.track();
        store.refresh_today();
        let room = room.clone();
        request_animation_frame(move || {
            scroller.settle();
            fill_gap_nearby(store, &room, scroller);
        });
    });
}

fn fill_gap_nearby(store: Store, room: &RoomId, scroller: Scroller) {
    // The newest comes first.
    if store.is_caught_up(room)
        && let Some(before) = scroller.gap_nearby()
    {
        store.load_older(room, before);
    }
}

/// Whoever is at the end of a page that is looked at has read it all.
fn read_along(store: Store, room: RoomId, scroller: Scroller) {
    let news = store.in_room(&room, |conversation| (conversation.newest(), conversation.live));
    let looks = {
        let room = room.clone();
        store.slice(move |model| model.looks_at(&room))
    };
    effect(move || {
        news.track();
        if looks.get() && scroller.at_end.get() {
            store.look(&room);
        }
    });
}

#[component]
fn LineView(
    room: RoomId,
    line: Line,
    me: Memo<Option<UserId>>,
    deliveries: Memo<Deliveries>,
    moderates: Memo<bool>,
) -> impl IntoView {
    match line.content {
        LineContent::Day(start) => view! { <Day start/> },
        LineContent::Gap { before, missing } => view! { <Gap room before missing/> },
        LineContent::Mark => view! { <p class="mark"><span>"New messages"</span></p> },
        LineContent::Note(entry) => view! { <Note entry me/> },
        LineContent::Message { opens, own, source } => match Said::of(&source) {
            Some(said) if own => view! { <OwnMessage room said opens deliveries/> },
            Some(said) => view! { <TheirMessage room said opens moderates/> },
            None => ().into_any(),
        },
        LineContent::Erased { opens, own, entry } => {
            view! { <ErasedMessage by=entry.by.clone() at=entry.at opens own/> }
        }
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
    view! { <p class="day"><span>{move || words()}</span></p> }
}

#[component]
fn Note(entry: Arc<Entry>, me: Memo<Option<UserId>>) -> impl IntoView {
    view! {
        <p class="note" class:damaged=entry.kind == EntryKind::Damaged>
            {text::note(&entry, me.read_untracked().as_ref())}
        </p>
    }
}

/// The way to the newest line, for who has scrolled away from it.
#[component]
fn ToEnd(room: RoomId, scroller: Scroller) -> impl IntoView {
    let new = Store::here().slice(move |model| model.unread_in(&room));
    view! {
        <Show when=move || !scroller.at_end.get()>
            <button class="to-end" class:news=move || { new.get() > 0 } type="button" on:click=move |_| scroller.to_end()>
                <Icon shape=DOWN/>
                <Show when=move || { new.get() > 0 } fallback=|| view! { <span class="visually-hidden">"Jump to the end"</span> }>
                    "New messages "
                    <span class="count">{move || text::unread(new.get())}</span>
                </Show>
            </button>
        </Show>
    }
}
