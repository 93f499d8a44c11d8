use crate::app::prelude::*;
use crate::app::text;
use crate::protocol::{RoomId, User};

/// Stands for a person, beside their name.
#[component]
pub fn Avatar(user: User) -> impl IntoView {
    let class = format!("avatar {}", text::hue(user.id.as_str()));
    view! { <span class=class aria-hidden="true">{text::initials(&user.name)}</span> }
}

/// Stands for a room, beside its name.
#[component]
pub fn RoomMark(room: RoomId, #[prop(into)] name: Signal<String>) -> impl IntoView {
    let class = format!("avatar room-mark {}", text::hue(room.as_str()));
    // Drawn and not written, so that what is read of a link is its name.
    view! {
        <span
            class=class
            aria-hidden="true"
            data-letter=move || text::initials(&name.read()).chars().next().map(String::from)
        ></span>
    }
}
