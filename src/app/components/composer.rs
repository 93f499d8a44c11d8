use std::time::Duration;

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::Textarea;
use leptos::prelude::*;

use super::icon::{Icon, SEND};
use crate::app::model::Pause;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::RoomId;
use crate::protocol::limits::MESSAGE_CHARS_MAX;
use crate::session::Command;

/// What browsers say of a key that an input method has taken.
const TAKEN_BY_INPUT_METHOD: u32 = 229;

/// The place to write a message, in every state of the link.
#[component]
pub fn Composer(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let input = NodeRef::<Textarea>::new();
    let draft = store.draft(&room);
    let left = Memo::new(move |_| draft.with(|draft| chars_left(draft)));
    let can_send = move || store.ready.get() && left.get() >= 0 && !draft.with(|draft| is_blank(draft));
    follow_draft(store, room.clone(), input, draft);
    Effect::new(move || {
        if let Some(input) = input.get().filter(|_| store.host().is_some_and(|host| host.has_keyboard())) {
            let _ = input.focus();
        }
    });
    let send = {
        let room = room.clone();
        move || {
            if can_send() {
                store.say(&room, draft.with_untracked(|draft| message(draft).to_owned()));
                store.set_draft(&room, String::new());
            }
        }
    };
    let on_submit = {
        let send = send.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            send();
        }
    };
    let on_keydown = move |event: KeyboardEvent| {
        let composing = event.is_composing() || event.key_code() == TAKEN_BY_INPUT_METHOD;
        if event.key() == "Enter" && !event.shift_key() && !composing {
            event.prevent_default();
            send();
        }
    };
    let on_input = move |event| {
        let text = event_target_value(&event);
        if !text.is_empty() {
            store.command(Command::Type { room: room.clone() });
        }
        store.set_draft(&room, text);
    };
    view! {
        <form class="composer" on:submit=on_submit>
            <ComposerNotes left/>
            <div class="box">
                <div class="grows" data-text=move || draft.get()>
                    <textarea
                        rows="1"
                        dir="auto"
                        aria-label="Message"
                        placeholder="Write a message"
                        enterkeyhint="send"
                        node_ref=input
                        on:keydown=on_keydown
                        on:input=on_input
                    ></textarea>
                </div>
                // Pressing the button leaves the focus, and a phone's keyboard, where they are.
                <button
                    class="send"
                    type="submit"
                    aria-label="Send"
                    disabled=move || !can_send()
                    on:mousedown=|event| event.prevent_default()
                >
                    <Icon shape=SEND/>
                </button>
            </div>
        </form>
    }
}

/// The box shows the draft. What was typed into it before the page reacted is the first draft.
fn follow_draft(store: Store, room: RoomId, input: NodeRef<Textarea>, draft: Memo<String>) {
    Effect::new(move |followed: Option<bool>| {
        let Some(input) = input.get() else { return false };
        let (text, typed) = (draft.get(), input.value());
        if followed != Some(true) && text.is_empty() && !typed.is_empty() {
            store.set_draft(&room, typed);
        } else if text != typed {
            input.set_value(&text);
        }
        true
    });
}

/// What is to be known while writing: how much more fits, and that the server is being overtaken.
#[component]
fn ComposerNotes(left: Memo<isize>) -> impl IntoView {
    let pause = Store::here().slice(|model| model.pause);
    let wait = count_down(pause);
    let slower = move || pause.get().and_then(|pause| text::pause(pause.code, wait.get()));
    let words = Memo::new(move |_| slower().map(|(words, _)| words));
    let seconds = move || slower().and_then(|(_, seconds)| seconds);
    view! {
        <div class="composer-notes">
            <span class="pause" role="status">{move || words.get()}<span aria-hidden="true">{seconds}</span></span>
            <span class:too-many=move || { left.get() < 0 }>{move || text::chars_left(left.get())}</span>
        </div>
    }
}

/// Second by second to nothing, from whenever there is something to wait for.
fn count_down(pause: Memo<Option<Pause>>) -> RwSignal<Option<u64>> {
    let left = RwSignal::new(None);
    Effect::new(move || left.set(pause.get().map(|pause| pause.seconds)));
    Effect::new(move || {
        let Some(now) = left.get() else { return };
        let next = move || left.set(now.checked_sub(1).filter(|next| *next > 0));
        if let Ok(timer) = set_timeout_with_handle(next, Duration::from_secs(1)) {
            on_cleanup(move || timer.clear());
        }
    });
    left
}

/// The draft without empty lines around it; the first line keeps its indentation.
fn message(draft: &str) -> &str {
    let text = draft.trim_end();
    let blank = text.len() - text.trim_start().len();
    let indented_from = text[..blank].rfind('\n').map_or(0, |newline| newline + 1);
    &text[indented_from..]
}

fn is_blank(draft: &str) -> bool {
    draft.trim().is_empty()
}

fn chars_left(draft: &str) -> isize {
    MESSAGE_CHARS_MAX as isize - message(draft).chars().count() as isize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_no_empty_lines_around_it() {
        assert_eq!(message("\n \n  fn main() {\n  }\n\n"), "  fn main() {\n  }");
        assert_eq!(message("hi "), "hi");
        assert_eq!(message(" \n"), "");
    }

    #[test]
    fn characters_are_counted_as_the_server_does() {
        assert_eq!(chars_left(&"界".repeat(MESSAGE_CHARS_MAX)), 0);
        assert_eq!(chars_left(&format!("{}x", "🎉".repeat(MESSAGE_CHARS_MAX))), -1);
    }
}
