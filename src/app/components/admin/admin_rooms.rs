use crate::app::asking::Asking;
use crate::app::components::avatar::RoomMark;
use crate::app::components::confirm::Confirm;
use crate::app::prelude::*;
use crate::app::text;
use crate::protocol::api::{AdminRoom, CloseRoom};

/// All rooms, also those that no list shows.
#[component]
pub fn AdminRooms(
    rooms: Memo<Vec<AdminRoom>>,
    /// Asks for all of them again.
    load: Callback<()>,
) -> impl IntoView {
    let key = |room: &AdminRoom| (room.summary.id.to_string(), room.summary.name.clone(), room.entries);
    view! {
        <section class="section" aria-labelledby="admin-rooms-title">
            <h2 id="admin-rooms-title">"Rooms"</h2>
            <ul class="rows" aria-labelledby="admin-rooms-title">
                <For each=move || rooms.get() key=key let(room)>
                    <Row room load/>
                </For>
            </ul>
        </section>
    }
}

#[component]
fn Row(room: AdminRoom, load: Callback<()>) -> impl IntoView {
    let asking = Asking::new();
    let (words, owners) = (text::room_counts(&room), text::owners(&room));
    let AdminRoom { summary, .. } = room;
    let name = summary.name.clone();
    let question =
        format!("Everything that was said in {name} is deleted, for everyone and for good. Delete the room?");
    let submit = {
        let id = summary.id.clone();
        Callback::new(move |()| {
            asking.tell("/api/admin/close-room", &CloseRoom { room: id.clone() }, move || _ = load.try_run(()));
        })
    };
    view! {
        <li class="row">
            <RoomMark room=summary.id.clone() name=name.clone()/>
            <div class="what">
                <p class="name"><span dir="auto">{name.clone()}</span> " " <span class="badge">{text::access(summary.access)}</span></p>
                <p class="detail">{words}</p>
                <p class="detail">{owners}</p>
            </div>
            <div class="deeds">
                <Confirm
                    id=format!("close-{}", summary.id)
                    asking
                    label="Delete"
                    about=name
                    question
                    action="Delete room"
                    submit
                />
            </div>
        </li>
    }
}
