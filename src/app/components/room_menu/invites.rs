use leptos::ev::SubmitEvent;

use crate::app::components::copy_button::CopyButton;
use crate::app::components::select::Select;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::{InviteLink, RoomChange, RoomId};

/// In seconds.
const LIVES: [u32; 4] = [3_600, 86_400, 604_800, 2_592_000];
const USES: [u32; 5] = [1, 5, 10, 50, 100];

/// Links that let people in, whatever else keeps them out.
#[component]
pub fn Invites(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let life = RwSignal::new(604_800);
    let uses = RwSignal::new(0);
    let settings = store.in_room(&room, |conversation| conversation.settings.clone());
    let made = store.slice(|model| {
        let changing = model.changing.as_ref()?;
        Some(changing.outcome.as_ref()?.as_ref().ok()?.as_ref()?.as_str().to_owned())
    });
    let make = {
        let room = room.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            let some = |number: RwSignal<u32>| Some(number.get_untracked()).filter(|number| *number > 0);
            store.change(&room, RoomChange::Invite { expires_in_s: some(life), uses: some(uses) });
        }
    };
    let lives = LIVES.into_iter().map(|seconds| (seconds, text::duration(seconds.into())));
    let lives = lives.chain([(0, "No end".to_owned())]).collect();
    let people = |count| (count, if count == 1 { "One person".to_owned() } else { format!("{count} people") });
    let counts = USES.into_iter().map(people).chain([(0, "Any number".to_owned())]).collect();
    let link_room = room.clone();
    let links = move || settings.get().known.map(|known| known.invites.clone()).unwrap_or_default();
    view! {
        <section>
            <h3>"Invite links"</h3>
            <form class="setting columns" on:submit=make>
                <div><Select id="invite-life" label="Works for" options=lives value=life/></div>
                <div><Select id="invite-uses" label="Lets in" options=counts value=uses/></div>
                <button class="button" type="submit">"Make an invite link"</button>
            </form>
            <div aria-live="polite">
                {move || made.get().map(|code| view! { <NewLink room=link_room.clone() code/> })}
            </div>
            <ul class="rows" aria-label="Invite links">
                <For each=links key=|link| (link.id.to_string(), link.uses) let(link)>
                    <Link room=room.clone() link/>
                </For>
            </ul>
        </section>
    }
}

/// A link can be copied as long as it is shown, and is never shown again.
#[component]
fn NewLink(room: RoomId, code: String) -> impl IntoView {
    let path = format!("/rooms/{room}#invite={code}");
    let address = Store::here().host().map(|host| host.address(&path));
    view! {
        <div class="new-link">
            <p>"Here it is. Copy it now: it is not shown again."</p>
            <div class="field">
                <input type="text" readonly=true aria-label="Invite link" value=address/>
            </div>
            <CopyButton words="Copy invite link" path/>
        </div>
    }
}

#[component]
fn Link(room: RoomId, link: InviteLink) -> impl IntoView {
    let store = Store::here();
    let host = store.host();
    let InviteLink { id, by, at, expires_at, uses_max, uses } = link;
    let moment = |at| host.map(|host| format!("{}, {}", host.day_text(at), host.time_text(at)));
    let made = format!("Made by {}, {}", by.name, moment(at).unwrap_or_default());
    let used = match uses_max {
        Some(max) => format!("Used {uses} of {max} times"),
        None => format!("Used {uses} {}", if uses == 1 { "time" } else { "times" }),
    };
    let ends = expires_at.and_then(moment).map(|moment| format!("Works until {moment}"));
    let revoke = move |_| store.change(&room, RoomChange::RevokeInvite { invite: id.clone() });
    view! {
        <li class="row">
            <span class="what">
                <span>{used}</span>
                {ends.map(|ends| view! { <span class="by">{ends}</span> })}
                <span class="by">{made}</span>
            </span>
            <button class="text-button danger" type="button" on:click=revoke>"Revoke"</button>
        </li>
    }
}
