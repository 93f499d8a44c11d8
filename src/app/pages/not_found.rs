use leptos_meta::Title;

use crate::app::components::Lamp;
use crate::app::prelude::*;
use crate::protocol::RoomId;

/// An address that nothing stands at.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Title text="Not found"/>
        <main class="not-found">
            <Lamp/>
            <h1>"There is nothing here"</h1>
            <p>"The address may be mistyped, or the page is gone."</p>
            <a class="button" href="/">"See all rooms"</a>
        </main>
    }
}

/// An address that cannot be a room's. What was meant may be close.
#[component]
pub fn NoSuchRoom(id: String) -> impl IntoView {
    let meant = RoomId::from_name(&id).map(|room| {
        let href = format!("/rooms/{room}");
        view! { <a class="button" href=href>"Go to " {room.to_name()}</a> }
    });
    view! {
        <Title text="Not found"/>
        <main class="not-found">
            <Lamp/>
            <h1>"There is no such room"</h1>
            <p>"A room's address has small letters and digits only, in words joined by hyphens."</p>
            <p class="choices">{meant} <a class="button quiet" href="/">"See all rooms"</a></p>
        </main>
    }
}
