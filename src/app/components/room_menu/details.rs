use super::text_setting::TextSetting;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::limits::{ROOM_NAME_CHARS_MAX, TOPIC_CHARS_MAX};
use crate::protocol::{Deed, RoomChange, RoomId, RoomName};

/// Name, topic and rules: to be read by all, and changed by whoever may.
#[component]
pub fn Details(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let slice = |pick: fn(&crate::app::model::Model, &RoomId) -> bool| {
        let room = room.clone();
        store.slice(move |model| pick(model, &room))
    };
    let rename = slice(|model, room| model.may(room, Deed::Rename));
    let set_topic = slice(|model, room| model.may(room, Deed::SetTopic));
    let topic = store.in_room(&room, |conversation| conversation.terms.topic.clone());
    let slow = store.in_room(&room, |conversation| conversation.terms.slow_mode_s);
    let access = {
        let room = room.clone();
        store.slice(move |model| model.access(&room))
    };
    let (named, with_topic) = (room.clone(), room.clone());
    view! {
        {move || (!set_topic.get()).then(|| view! {
            <p class="topic-text" dir="auto">{topic.get()}</p>
        })}
        {move || (!rename.get()).then(|| view! {
            <p class="facts">
                {text::access_hint(access.get())}
                {(slow.get() > 0).then(|| format!(" Slow mode: one message every {}.", text::every(slow.get().into())))}
            </p>
        })}
        {move || rename.get().then(|| {
            let value = store.now(|model| model.room_name(&named));
            let parse = |text: &str| match RoomName::parse(text) {
                Ok(name) => Ok(RoomChange::Rename { name: name.as_str().to_owned() }),
                Err(error) => Err(error.to_string()),
            };
            view! { <TextSetting room=named.clone() id="room-new-name" label="Name" value chars_max=ROOM_NAME_CHARS_MAX parse/> }
        })}
        {move || set_topic.get().then(|| {
            let value = topic.get_untracked();
            let parse = |text: &str| Ok(RoomChange::Topic { topic: text.trim().to_owned() });
            view! { <TextSetting room=with_topic.clone() id="room-topic" label="Topic" value chars_max=TOPIC_CHARS_MAX parse/> }
        })}
    }
}
