use leptos::prelude::*;

use super::lamp::Lamp;
use super::name_form::NameForm;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::{RoomId, UserName};

/// The way in, to the room that a link has led to or to all of them.
#[component]
pub fn Arrival(room: Option<RoomId>) -> impl IntoView {
    let store = Store::here();
    let submit = move |text: &str| {
        store.enter(UserName::parse(text)?.as_str().to_owned());
        Ok(())
    };
    view! {
        <main class="arrival">
            <div class="card">
                <Lamp/>
                {match room {
                    Some(room) => view! { <Invitation room/> }.into_any(),
                    None => view! { <Welcome/> }.into_any(),
                }}
                <NameForm id="your-name" label="Your name" action="Enter" submit/>
            </div>
        </main>
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
