use super::lamp::Lamp;
use super::new_room::NewRoom;
use super::own_name::OwnName;
use super::room_list::RoomList;
use crate::app::prelude::*;
use crate::protocol::RoomId;

/// The rooms, and oneself.
#[component]
pub fn Sidebar(current: Memo<Option<RoomId>>) -> impl IntoView {
    view! {
        <div class="sidebar">
            <header class="sidebar-head">
                <a class="brand" href="/">
                    <Lamp/>
                    "Parlor"
                </a>
                <NewRoom/>
            </header>
            <RoomList current/>
            <footer class="sidebar-foot">
                <OwnName/>
            </footer>
        </div>
    }
}
