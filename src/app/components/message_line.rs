use super::avatar::Avatar;
use super::message_body::MessageBody;
use super::message_sheet::MessageButton;
use super::tick::Tick;
use crate::app::lines::Source;
use crate::app::model::{Deliveries, Delivery};
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::{EntryKind, ErrorCode, MessageId, RoomId, User, UserId};
use crate::session::Command;

/// A message of somebody else.
#[component]
pub fn TheirMessage(
    room: RoomId,
    said: Said,
    opens: bool,
    /// The person may delete what others say.
    moderates: Memo<bool>,
) -> impl IntoView {
    let store = Store::here();
    let host = store.host();
    let Said { by, at, body, id, mentions } = said;
    let Some(by) = by else { return ().into_any() };
    let to_me = store.now(|model| model.my_id().is_some_and(|me| mentions.contains(me)));
    let author = by.id.clone();
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
        <article class="message" class:opens=opens class:to-me=to_me>
            {opens.then(|| view! { <Avatar user=by.clone()/> })}
            <div class="said">
                {byline}
                <div class="bubble" class:emoji=emoji title=host.map(|host| host.exact_time_text(at))>
                    {said_by}
                    <MessageBody room body mentioned=Some(mentions)/>
                </div>
            </div>
            {move || moderates.get().then(|| view! { <MessageButton by=author.clone() id=id.clone()/> })}
        </article>
    }
}

/// One's own message: waiting, stored, or refused and still to be corrected.
#[component]
pub fn OwnMessage(room: RoomId, said: Said, opens: bool, deliveries: Memo<Deliveries>) -> impl IntoView {
    let store = Store::here();
    let host = store.host();
    let Said { at, body, id, .. } = said;
    let (in_room, its_id) = (room.clone(), id.clone());
    let button = move || {
        let me = store.now(|model| model.my_id().cloned())?;
        Some(view! { <MessageButton by=me id=its_id.clone()/> })
    };
    let delivery = {
        let id = id.clone();
        memo(move || deliveries.read().get(&id).copied().unwrap_or(Delivery::Stored { at }))
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
                    <MessageBody room=in_room body mentioned=None/>
                </div>
                {move || refusal()}
            </div>
            {move || matches!(delivery.get(), Delivery::Stored { .. }).then(&button).flatten()}
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

/// There was a message here.
#[component]
pub fn ErasedMessage(by: User, at: u64, opens: bool, own: bool) -> impl IntoView {
    let name = by.name.clone();
    let byline = opens.then(|| {
        let sender = format!("sender {}", text::hue(by.id.as_str()));
        let sender = (!own).then(|| view! { <span class=sender dir="auto">{by.name.clone()}</span> });
        view! { <p class="byline">{sender} <Time at/></p> }
    });
    view! {
        <article class="message erased" class:opens=opens class:own=own>
            {(opens && !own).then(|| view! { <Avatar user=by.clone()/> })}
            <div class="said">
                {byline}
                <div class="bubble">
                    <span class="visually-hidden">{if own { "You".to_owned() } else { name }} ": "</span>
                    "Message deleted"
                </div>
            </div>
        </article>
    }
}

/// Who said what when, under which id. One's own messages that wait have nobody else to have said them.
pub struct Said {
    pub by: Option<User>,
    pub at: u64,
    pub body: String,
    pub id: MessageId,
    pub mentions: Vec<UserId>,
}

impl Said {
    pub fn of(source: &Source) -> Option<Self> {
        match source {
            Source::Waiting(waiting) => {
                let (body, id) = (waiting.body.clone(), waiting.id.clone());
                Some(Self { by: None, at: waiting.at, body, id, mentions: vec![] })
            }
            Source::Stored(entry) => {
                let EntryKind::Message { id, body, mentions } = &entry.kind else { return None };
                let (body, id, mentions) = (body.clone(), id.clone(), mentions.clone());
                Some(Self { by: Some(entry.by.clone()), at: entry.at, body, id, mentions })
            }
        }
    }
}
