use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::RoomId;

/// Who is typing. Not read aloud: it would never stop talking.
#[component]
pub fn Typing(room: RoomId) -> impl IntoView {
    let users = Store::here().in_room(&room, |conversation| conversation.typing.clone());
    let words = move || text::typing(&users.read());
    view! {
        <p class="typing">
            {move || words().map(|words| view! { <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span> {words} })}
        </p>
    }
}
