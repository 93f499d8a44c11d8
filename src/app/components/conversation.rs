use super::composer::Composer;
use super::door::Door;
use super::message_log::MessageLog;
use super::people::People;
use super::room_header::RoomHeader;
use super::sheet::Sheets;
use super::typing::Typing;
use crate::app::model::{Model, Standing};
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::protocol::RoomId;

/// One room: what is said in it, by whom, and the place to say something; or its door. Before it is known which of them
/// it is, the room is being opened.
#[component]
pub fn Conversation(room: RoomId) -> impl IntoView {
    let is_outside = {
        let room = room.clone();
        move |model: &Model| match model.standing(&room) {
            Standing::Member => false,
            Standing::Outside => {
                model.greeted && model.conversations.get(&room).is_none_or(|conversation| !conversation.opening)
            }
            Standing::Left => true,
        }
    };
    let outside = Store::here().slice(is_outside);
    live_view(move || {
        let room = room.clone();
        if outside.get() {
            return view! { <Door room/> };
        }
        let (header, log, typing, people, sheets) =
            (room.clone(), room.clone(), room.clone(), room.clone(), room.clone());
        view! {
            <main class="conversation">
                <RoomHeader room=header/>
                <MessageLog room=log/>
                <Typing room=typing/>
                <Composer room/>
            </main>
            <People room=people/>
            <Sheets room=sheets/>
        }
    })
}
