use leptos::prelude::*;

use super::composer::Composer;
use super::message_log::MessageLog;
use super::people::People;
use super::room_header::RoomHeader;
use super::typing::Typing;
use crate::app::model::Standing;
use crate::app::store::Store;
use crate::protocol::RoomId;

/// One room: what is said in it, by whom, and the place to say something.
#[component]
pub fn Conversation(room: RoomId) -> impl IntoView {
    let left = Store::here().in_room(&room, |conversation| conversation.standing == Standing::Left);
    let (header, log, typing, people) = (room.clone(), room.clone(), room.clone(), room.clone());
    view! {
        <main class="conversation">
            <RoomHeader room=header/>
            <MessageLog room=log/>
            <Typing room=typing/>
            {move || {
                let room = room.clone();
                if left.get() { view! { <Rejoin room/> }.into_any() } else { view! { <Composer room/> }.into_any() }
            }}
        </main>
        <People room=people/>
    }
}

/// The person has left this room, perhaps in another tab.
#[component]
fn Rejoin(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let join = move |_| store.join(room.clone());
    view! {
        <div class="rejoin">
            <p>"You have left this room."</p>
            <button class="button" type="button" on:click=join>"Join again"</button>
        </div>
    }
}
