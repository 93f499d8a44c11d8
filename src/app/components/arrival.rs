use super::enter_form::EnterForm;
use super::lamp::Lamp;
use super::sign_in_form::SignInForm;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::api::SignUp;
use crate::protocol::{InviteCode, RoomId};

/// How somebody comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// As somebody new.
    New,
    /// As somebody who has a password.
    Known,
}

/// The way in, to the room that a link has led to or to all of them.
#[component]
pub fn Arrival(room: Option<RoomId>) -> impl IntoView {
    let store = Store::here();
    let signed_out = store.slice(|model| model.signed_out);
    let sign_up = store.slice(|model| model.sign_up);
    let chosen = RwSignal::new(None::<Way>);
    let name = RwSignal::new(String::new());
    let way = memo(move || {
        let needs_invite = sign_up.get() == SignUp::Invite && store.invite.read().is_none();
        chosen.get().unwrap_or(if needs_invite { Way::Known } else { Way::New })
    });
    let heading = move || match (way.get(), room.clone()) {
        (Way::Known, _) => view! { <Return/> },
        (Way::New, Some(room)) => view! { <Invitation room/> },
        (Way::New, None) => view! { <Welcome/> },
    };
    let form = move || match way.get() {
        Way::New => view! { <EnterForm name chosen/> },
        Way::Known => view! { <SignInForm name/> },
    };
    view! {
        <main class="arrival">
            <div class="card">
                <Lamp/>
                <Show when=move || signed_out.get()>
                    <p class="signed-out" role="status">"You are signed out."</p>
                </Show>
                {move || heading()}
                {move || form()}
                <OtherWay way chosen/>
            </div>
        </main>
    }
}

#[component]
fn OtherWay(way: Memo<Way>, chosen: RwSignal<Option<Way>>) -> impl IntoView {
    let store = Store::here();
    let other = move || if way.get() == Way::New { Way::Known } else { Way::New };
    view! {
        <p class="other-way">
            {move || if way.get() == Way::New { "Been here before?" } else { "New here?" }}
            <button
                class="text-button"
                type="button"
                disabled=move || !store.ready.get()
                on:click=move |_| chosen.set(Some(untrack(other)))
            >
                {move || if way.get() == Way::New { "Sign in" } else { "Come in with a new name" }}
            </button>
        </p>
    }
}

#[component]
fn Welcome() -> impl IntoView {
    view! {
        <h1>"Welcome to Parlor"</h1>
        <p>"Rooms to talk in. Say who you are, and come in."</p>
    }
}

#[component]
fn Return() -> impl IntoView {
    let store = Store::here();
    let by_invite = store.slice(|model| model.sign_up == SignUp::Invite);
    view! {
        <h1>"Good to have you back"</h1>
        <p>
            "Sign in with the name and the password that you have chosen."
            {move || by_invite.get().then_some(" Newcomers need an invite link.")}
        </p>
    }
}

#[component]
fn Invitation(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let online = {
        let room = room.clone();
        store.slice(move |model| model.rooms.get(&room).map(|summary| summary.online).filter(|online| *online > 0))
    };
    let name = store.slice(move |model| model.room_name(&room));
    view! {
        <h1>"Come in to " {move || name.get()}</h1>
        <p>
            {move || online.get().map(|count| format!("{}. ", text::online(count)))}
            "Say who you are, and you are in."
        </p>
    }
}

/// The secret that an address has after its `#`, out of sight of the server.
pub fn secret_in(fragment: &str, name: &str) -> Option<InviteCode> {
    InviteCode::parse(fragment.trim_start_matches('#').strip_prefix(name)?.strip_prefix('=')?).ok()
}
