use crate::app::prelude::*;
use crate::app::store::Store;
use crate::protocol::RoomId;

/// What the person has written in a room and not sent before they were out of it, to be copied.
#[component]
pub fn LeftOver(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let draft = store.draft(&room);
    let waiting = store.in_room(&room, |conversation| conversation.waiting.clone());
    let text = memo(move || {
        let mut texts = waiting.read().iter().map(|message| message.body.clone()).collect::<Vec<_>>();
        texts.extend(Some(draft.get()).filter(|draft| !draft.trim().is_empty()));
        texts.join("\n\n")
    });
    let copied = RwSignal::new(None::<bool>);
    let copy = move |_| {
        if let Some(host) = store.host() {
            host.copy_text(&text.get_untracked(), Box::new(move |done| copied.set(Some(done))));
        }
    };
    view! {
        <Show when=move || !text.read().is_empty()>
            <div class="left-over">
                <label for="left-over">"What you had not sent"</label>
                <textarea id="left-over" readonly=true rows="3" dir="auto" prop:value=move || text.get()></textarea>
                <button class="button quiet small" type="button" on:click=copy>
                    {move || match copied.get() {
                        None => "Copy",
                        Some(true) => "Copied",
                        Some(false) => "Please select and copy it",
                    }}
                </button>
            </div>
        </Show>
    }
}
