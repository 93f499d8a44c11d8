use super::count_down::{count_down, seconds_until};
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::{Role, RoomId};

/// What keeps the person from writing for a while, and for how many seconds.
#[derive(Clone, Copy)]
pub struct Holdup {
    pub muted: Memo<Option<u64>>,
    /// Since their last message, in slow mode.
    slow: Memo<Option<u64>>,
    /// One message in so many seconds, for them; 0 without slow mode.
    pause_s: Memo<u32>,
}

impl Holdup {
    pub fn of(room: &RoomId) -> Self {
        let store = Store::here();
        let muted_until = store.in_room(room, |conversation| conversation.terms.muted_until);
        let slow_until = {
            let room = room.clone();
            store.slice(move |model| {
                model.conversations.get(&room).map_or(0, |conversation| conversation.slow_until(model.my_id()))
            })
        };
        let pause_s = store.in_room(room, |conversation| {
            let is_member = conversation.terms.role == Role::Member;
            if is_member { conversation.terms.slow_mode_s } else { 0 }
        });
        let left = seconds_until(slow_until);
        // This clock may be behind that of the server.
        let slow = memo(move || Some(left.get()?.min(pause_s.get().into())).filter(|left| *left > 0));
        Self { muted: seconds_until(muted_until), slow, pause_s }
    }

    pub fn is_there(self) -> bool {
        self.muted.read().is_some() || self.slow.read().is_some()
    }

    /// What it is, and what of it changes too often to be read aloud.
    fn words(self) -> Option<(String, Option<String>)> {
        let again = |seconds| Some(format!(" You can write again in {}.", text::time_left(seconds)));
        if let Some(seconds) = self.muted.get() {
            return Some(("A moderator has muted you.".to_owned(), again(seconds)));
        }
        let pause_s = self.pause_s.get();
        (pause_s > 0).then(|| {
            let words = format!("Slow mode: one message every {}.", text::every(pause_s.into()));
            (words, self.slow.get().and_then(again))
        })
    }
}

/// What is to be known while writing: how much more fits, that the server is being overtaken, and that one has to wait.
#[component]
pub fn ComposerNotes(left: Memo<isize>, holdup: Holdup) -> impl IntoView {
    let pause = Store::here().slice(|model| model.pause);
    let wait = count_down(move || pause.get().map(|pause| pause.seconds));
    let words = move || {
        let slower = pause.get().and_then(|pause| text::pause(pause.code, wait.get()));
        slower.map(|(words, seconds)| (words.to_owned(), seconds)).or_else(|| holdup.words())
    };
    let said = memo(move || words().map(|(words, _)| words));
    let seconds = move || words().and_then(|(_, seconds)| seconds);
    view! {
        <div class="composer-notes">
            <span class="pause" role="status">
                {move || said.get()}
                <span aria-hidden="true">{move || seconds()}</span>
            </span>
            <span class:too-many=move || { left.get() < 0 }>{move || text::chars_left(left.get())}</span>
        </div>
    }
}
