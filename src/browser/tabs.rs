//! The browser's tabs that show this page. They share an outbox, tell each other what is in it, and one of them sends.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::window;
use leptos::task::spawn_local;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{BroadcastChannel, MessageEvent};

use super::driver::take_note;
use super::records::{note, note_text};
use crate::session::Note;

const CHANNEL: &str = "parlor";
const LOCK: &str = "parlor.outbox";

/// What tabs tell each other. Old browsers have no such channel; then each tab shows what it knows itself.
pub struct Tabs(Option<BroadcastChannel>);

impl Tabs {
    pub fn listen() -> Self {
        let channel = BroadcastChannel::new(CHANNEL).ok();
        if let Some(channel) = &channel {
            let heard = Closure::<dyn Fn(MessageEvent)>::new(hear);
            channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
            heard.forget();
        }
        Self(channel)
    }

    pub fn tell(&self, note: &Note) {
        if let Some(channel) = &self.0 {
            // A channel refuses only what cannot be copied, and text can.
            let _ = channel.post_message(&note_text(note).into());
        }
    }
}

fn hear(event: MessageEvent) {
    // A tab with another version of the page may tell what this one does not know.
    if let Some(note) = event.data().as_string().and_then(|text| note(&text)) {
        take_note(note);
    }
}

/// Calls back when it is this tab's turn to send, for as long as it lives or until it calls what it is given.
///
/// The lock is the browser's, so it goes on by itself to another tab when this one is closed or dies. Pages on plain
/// `http` have no locks, except on the machine itself: there every tab sends. That is safe, since a message that is sent
/// twice is stored once; only the order between messages written in different tabs is then left to chance.
pub fn wait_for_turn(granted: fn(Option<Function>)) {
    spawn_local(async move {
        if request_lock(granted).await.is_err() {
            granted(None);
        }
    });
}

async fn request_lock(granted: fn(Option<Function>)) -> Result<(), JsValue> {
    let locks = Reflect::get(&window().navigator(), &"locks".into())?;
    let request: Function = Reflect::get(&locks, &"request".into())?.dyn_into()?;
    let hold = Closure::<dyn Fn() -> Promise>::new(move || Promise::new(&mut |give_up, _| granted(Some(give_up))));
    let ended: Promise = request.call2(&locks, &LOCK.into(), hold.as_ref())?.dyn_into()?;
    JsFuture::from(ended).await?;
    Ok(())
}
