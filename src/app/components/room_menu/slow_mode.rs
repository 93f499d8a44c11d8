use crate::app::components::select::Select;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::{RoomChange, RoomId};

/// In seconds.
const PAUSES: [u32; 9] = [5, 10, 30, 60, 300, 900, 3_600, 10_800, 21_600];

/// How often members may write. It is changed by choosing.
#[component]
pub fn SlowModeSetting(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let now = store.in_room(&room, |conversation| conversation.terms.slow_mode_s);
    let value = RwSignal::new(now.get_untracked());
    effect(move || {
        let now = now.get();
        if value.get_untracked() != now {
            value.set(now);
        }
    });
    effect_after(move |before: Option<u32>| {
        let seconds = value.get();
        if before.is_some_and(|before| before != seconds) && seconds != now.get_untracked() {
            store.change(&room, RoomChange::SlowMode { seconds });
        }
        seconds
    });
    let mut pauses = PAUSES.to_vec();
    if !pauses.contains(&now.get_untracked()) && now.get_untracked() > 0 {
        pauses.push(now.get_untracked());
        pauses.sort_unstable();
    }
    let words = |seconds: u32| (seconds, format!("One message every {}", text::every(seconds.into())));
    let options = [(0, "Off".to_owned())].into_iter().chain(pauses.into_iter().map(words)).collect();
    view! {
        <div class="setting">
            <Select id="slow-mode" label="Slow mode for members" options value/>
        </div>
    }
}
