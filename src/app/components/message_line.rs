use leptos::either::Either;
use leptos::prelude::*;

use super::avatar::Avatar;
use super::tick::Tick;
use crate::app::lines::Source;
use crate::app::model::{Deliveries, Delivery};
use crate::app::store::Store;
use crate::app::text::{self, Segment};
use crate::protocol::{EntryKind, ErrorCode, MessageId, RoomId, User};
use crate::session::Command;

/// A message of somebody else.
#[component]
pub fn TheirMessage(by: User, at: u64, body: String, opens: bool) -> impl IntoView {
    let host = Store::here().host();
    let emoji = text::is_only_emoji(&body);
    let sender = format!("sender {}", text::hue(by.id.as_str()));
    let name = by.name.clone();
    let byline = opens.then(|| {
        view! {
            <p class="byline">
                <span class=sender dir="auto">{by.name.clone()}</span>
                <Time at/>
            </p>
        }
    });
    let said_by = (!opens).then(|| view! { <span class="visually-hidden">{name} ": "</span> });
    view! {
        <article class="message" class:opens=opens>
            {opens.then(|| view! { <Avatar user=by.clone()/> })}
            <div class="said">
                {byline}
                <div class="bubble" class:emoji=emoji title=host.map(|host| host.exact_time_text(at))>
                    {said_by}
                    <Body body/>
                </div>
            </div>
        </article>
    }
}

/// One's own message: waiting, stored, or refused and still to be corrected.
#[component]
pub fn OwnMessage(
    room: RoomId,
    id: MessageId,
    at: u64,
    body: String,
    opens: bool,
    deliveries: Memo<Deliveries>,
) -> impl IntoView {
    let host = Store::here().host();
    let delivery = {
        let id = id.clone();
        Memo::new(move |_| deliveries.with(|all| all.get(&id).copied()).unwrap_or(Delivery::Stored { at }))
    };
    let at = Signal::derive(move || match delivery.get() {
        Delivery::Stored { at } => at,
        _ => at,
    });
    let emoji = text::is_only_emoji(&body);
    let said = body.clone();
    let refusal = move || match delivery.get() {
        Delivery::Refused(code) => Some(view! { <Refusal room=room.clone() id=id.clone() body=said.clone() code/> }),
        _ => None,
    };
    view! {
        <article
            class="message own"
            class:opens=opens
            class:waiting=move || delivery.get() == Delivery::Sending
            class:refused=move || matches!(delivery.get(), Delivery::Refused(_))
        >
            <div class="said">
                {opens.then(|| view! { <p class="byline">{move || view! { <Time at=at.get()/> }}</p> })}
                <div
                    class="bubble"
                    class:emoji=emoji
                    title=move || host.map(|host| host.exact_time_text(at.get()))
                >
                    <span class="visually-hidden">"You: "</span>
                    <Body body/>
                </div>
                {refusal}
            </div>
            <Tick delivery/>
        </article>
    }
}

/// Why a message was refused, and what can be done about it.
#[component]
fn Refusal(room: RoomId, id: MessageId, body: String, code: ErrorCode) -> impl IntoView {
    let store = Store::here();
    let (again, gone) = (id.clone(), id.clone());
    view! {
        <div class="refusal">
            <p>{text::refusal(code)}</p>
            <span class="choices">
            <button class="text-button" type="button" on:click=move |_| store.correct(&room, id.clone(), &body)>
                "Edit"
            </button>
            <button class="text-button" type="button" on:click=move |_| store.command(Command::Resend { id: again.clone() })>
                "Try again"
            </button>
            <button class="text-button" type="button" on:click=move |_| store.command(Command::Discard { id: gone.clone() })>
                "Discard"
            </button>
            </span>
        </div>
    }
}

#[component]
fn Time(at: u64) -> impl IntoView {
    let host = Store::here().host();
    view! {
        <time datetime=host.map(|host| host.iso_time(at)) title=host.map(|host| host.exact_time_text(at))>
            {host.map(|host| host.time_text(at))}
        </time>
    }
}

/// The text as it was typed, with addresses to click.
#[component]
fn Body(body: String) -> impl IntoView {
    let pieces = text::segments(&body)
        .into_iter()
        .map(|segment| match segment {
            Segment::Text(text) => Either::Left(text.to_owned()),
            Segment::Link(address) => Either::Right(view! {
                <a href=address.to_owned() target="_blank" rel="noopener noreferrer">
                    {address.to_owned()}
                </a>
            }),
        })
        .collect_view();
    view! { <span class="body" dir="auto">{pieces}</span> }
}

/// Who said what when, and under which id.
pub fn parts(source: &Source) -> Option<(Option<User>, u64, String, MessageId)> {
    match source {
        Source::Waiting(waiting) => Some((None, waiting.at, waiting.body.clone(), waiting.id.clone())),
        Source::Stored(entry) => match &entry.kind {
            EntryKind::Message { id, body, .. } => Some((Some(entry.by.clone()), entry.at, body.clone(), id.clone())),
            _ => None,
        },
    }
}
