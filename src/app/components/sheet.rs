use leptos::ev::MouseEvent;
use leptos::html::Dialog;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

use super::icon::{CLOSE, Icon};
use super::message_sheet::MessageSheet;
use super::person_sheet::PersonSheet;
use super::problem::Problem;
use super::room_menu::RoomMenu;
use crate::app::prelude::*;
use crate::app::store::{Sheet, Store};
use crate::protocol::RoomId;

/// What lies over a room, when it is asked for: at the side, or on a phone at the bottom. It takes the focus, and gives
/// it back.
#[component]
pub fn Sheets(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let dialog = NodeRef::<Dialog>::new();
    effect(move || {
        let Some(dialog) = dialog.get() else { return };
        let is_wanted = store.sheet.read().is_some();
        match (is_wanted, dialog.open()) {
            // What it shows has to be there first.
            (true, false) => request_animation_frame(move || _ = dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let close = move || store.sheet.set(None);
    let on_click = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| target.node_name() == "DIALOG") {
            close();
        }
    };
    view! {
        <dialog class="sheet" aria-labelledby="sheet-title" node_ref=dialog on:click=on_click on:close=move |_| close()>
            {move || {
                let room = room.clone();
                let sheet = store.sheet.get()?;
                Some(view! {
                    <div class="sheet-body">
                        <button class="icon-button close" type="button" aria-label="Close" on:click=move |_| close()>
                            <Icon shape=CLOSE/>
                        </button>
                        {match sheet {
                            Sheet::Room => view! { <RoomMenu room/> },
                            Sheet::Person(user) => view! { <PersonSheet room user/> },
                            Sheet::Message { by, id } => view! { <MessageSheet room by id/> },
                        }}
                        <Problem/>
                    </div>
                })
            }}
        </dialog>
    }
}
