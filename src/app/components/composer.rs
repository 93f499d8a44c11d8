use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::Textarea;
use leptos::web_sys::HtmlTextAreaElement;

use super::composer_notes::{ComposerNotes, Holdup};
use super::icon::{Icon, SEND};
use super::mention_list::{MentionList, Mentions};
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text::mentions;
use crate::protocol::limits::MESSAGE_CHARS_MAX;
use crate::protocol::{RoomId, User};
use crate::session::Command;

/// What browsers say of a key that an input method has taken.
const TAKEN_BY_INPUT_METHOD: u32 = 229;

/// The place to write a message, in every state of the link.
#[component]
pub fn Composer(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let input = NodeRef::<Textarea>::new();
    let draft = store.draft(&room);
    let left = memo(move || chars_left(&draft.read()));
    let holdup = Holdup::of(&room);
    let muted = memo(move || holdup.muted.get().is_some());
    let can_send = move || store.ready.get() && !holdup.is_there() && left.get() >= 0 && !is_blank(&draft.read());
    let mentions = Mentions::of(&room);
    follow_draft(store, room.clone(), input, draft);
    let pick = {
        let room = room.clone();
        Callback::new(move |user: User| {
            if let Some(input) = input.get_untracked() {
                complete(store, &room, &input, &user);
                mentions.type_on(None);
            }
        })
    };
    let send = {
        let room = room.clone();
        Callback::new(move |()| {
            if untrack(can_send) {
                store.say(&room, message(&draft.read_untracked()).to_owned());
                store.set_draft(&room, String::new());
            }
        })
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    view! {
        <form class="composer" on:submit=on_submit>
            <ComposerNotes left holdup/>
            <MentionList mentions pick/>
            <div class="box" class:muted=move || muted.get()>
                <div class="grows" data-text=move || draft.get()>
                    <MessageBox room input muted mentions pick send/>
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

#[component]
fn MessageBox(
    room: RoomId,
    input: NodeRef<Textarea>,
    muted: Memo<bool>,
    mentions: Mentions,
    pick: Callback<User>,
    send: Callback<()>,
) -> impl IntoView {
    let store = Store::here();
    effect(move || {
        if let Some(input) = input.get().filter(|_| store.host().is_some_and(|host| host.has_keyboard())) {
            let _ = input.focus();
        }
    });
    let on_keydown = move |event: KeyboardEvent| {
        if event.is_composing() || event.key_code() == TAKEN_BY_INPUT_METHOD {
            return;
        }
        let is_for_list = mentions.is_open() && !event.shift_key();
        match event.key().as_str() {
            "ArrowDown" if is_for_list => mentions.step(1),
            "ArrowUp" if is_for_list => mentions.step(-1),
            "Escape" if is_for_list => mentions.type_on(None),
            "Enter" | "Tab" if is_for_list => mentions.current().into_iter().for_each(|user| pick.run(user)),
            "Enter" if !event.shift_key() => send.run(()),
            _ => return,
        }
        event.prevent_default();
    };
    let look_at_caret = move || {
        let typed = input.get_untracked().and_then(|input| {
            let caret = input.selection_start().ok()??;
            mentions::query(&input.value(), caret).map(|(_, typed)| typed.to_owned())
        });
        mentions.type_on(typed);
    };
    let on_input = move |event| {
        let text = event_target_value(&event);
        if !text.is_empty() {
            store.command(Command::Type { room: room.clone() });
        }
        store.set_draft(&room, text);
        look_at_caret();
    };
    view! {
        <textarea
            rows="1"
            dir="auto"
            aria-label="Message"
            placeholder="Write a message"
            enterkeyhint="send"
            node_ref=input
            disabled=move || muted.get()
            aria-autocomplete="list"
            aria-controls=move || mentions.list_id()
            aria-activedescendant=move || mentions.option_id()
            on:click=move |_| look_at_caret()
            on:blur=move |_| mentions.type_on(None)
            on:keydown=on_keydown
            on:input=on_input
        ></textarea>
    }
}

/// The box shows the draft. What was typed into it before the page reacted is the first draft.
fn follow_draft(store: Store, room: RoomId, input: NodeRef<Textarea>, draft: Memo<String>) {
    effect_after(move |followed: Option<bool>| {
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

/// Puts a name in place of what was typed of it.
fn complete(store: Store, room: &RoomId, input: &HtmlTextAreaElement, user: &User) {
    let caret = input.selection_start().ok().flatten().unwrap_or_default();
    if let Some((text, caret)) = mentions::complete(&input.value(), caret, &user.name) {
        input.set_value(&text);
        // A caret that cannot be set stays at the end.
        let _ = input.set_selection_range(caret, caret);
        store.set_draft(room, text);
    }
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
