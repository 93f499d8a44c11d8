use std::collections::HashMap;

use super::access_icon::AccessIcon;
use super::avatar::RoomMark;
use crate::app::model::{Model, Standing};
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::{RoomId, RoomSummary};

/// A longer list can be filtered.
const FILTER_ABOVE: usize = 12;

/// A room one is in, with its new messages and those of them that mention one.
type Memberships = HashMap<RoomId, (u64, usize)>;

#[component]
pub fn RoomList(current: Memo<Option<RoomId>>) -> impl IntoView {
    let store = Store::here();
    let rooms = store.slice(|model| model.rooms.clone());
    let memberships = store.slice(memberships);
    let filter = RwSignal::new(String::new());
    let many = memo(move || rooms.read().len() > FILTER_ABOVE);
    let shown = memo(move || {
        let wanted = if many.get() { filter.get() } else { String::new() };
        arrange(rooms.read().values(), &memberships.read(), &wanted)
    });
    view! {
        <nav class="room-list" aria-label="Rooms">
            <Show when=move || many.get()>
                <input
                    class="filter"
                    type="search"
                    aria-label="Filter rooms"
                    placeholder="Find a room"
                    on:input=move |event| filter.set(event_target_value(&event))
                />
            </Show>
            <ul>
                <For each=move || shown.get() key=RoomId::clone let(room)>
                    <RoomLink room current memberships/>
                </For>
            </ul>
            <Show when=move || shown.read().is_empty()>
                <p class="none">{move || if many.get() { "No room is called that." } else { "There is no room yet." }}</p>
            </Show>
        </nav>
    }
}

#[component]
fn RoomLink(room: RoomId, current: Memo<Option<RoomId>>, memberships: Memo<Memberships>) -> impl IntoView {
    let href = format!("/rooms/{room}");
    let summary = {
        let room = room.clone();
        Store::here().slice(move |model| model.rooms.get(&room).cloned())
    };
    let here = {
        let room = room.clone();
        memo(move || current.read().as_ref() == Some(&room))
    };
    let news = {
        let room = room.clone();
        memo(move || memberships.read().get(&room).copied())
    };
    let counts = move || news.get().unwrap_or_default();
    let access = move || summary.read().as_ref().map(|room| room.access).unwrap_or_default();
    let name = Signal::derive(move || summary.read().as_ref().map(|room| room.name.clone()).unwrap_or_default());
    let online = move || summary.read().as_ref().map(|room| room.online);
    view! {
        <li>
            <a
                class="room-link"
                class:member=move || news.get().is_some()
                class:unread=move || { counts().0 > 0 }
                class:empty=move || online() == Some(0)
                href=href
                aria-label=move || {
                    let (unread, mentions) = counts();
                    summary.read().as_ref().map(|room| text::room_label(room, unread, mentions))
                }
                aria-current=move || here.get().then_some("page")
            >
                <RoomMark room name/>
                <span class="name">{move || name.get()}</span>
                {move || view! { <AccessIcon access=access()/> }}
                <span
                    class="new mentions"
                    aria-hidden="true"
                    data-count=move || Some(counts().1).filter(|count| *count > 0).map(|count| format!("@{count}"))
                ></span>
                <span
                    class="new"
                    aria-hidden="true"
                    data-count=move || Some(counts().0).filter(|count| *count > 0).map(text::unread)
                ></span>
                <span class="count" aria-hidden="true">" " {move || online()}</span>
            </a>
        </li>
    }
}

fn memberships(model: &Model) -> Memberships {
    let members = model.conversations.iter().filter(|(_, conversation)| conversation.standing == Standing::Member);
    members
        .map(|(room, conversation)| {
            let news = (conversation.unread(model.my_id()), conversation.mentions.len());
            (room.clone(), news)
        })
        .collect()
}

/// One's own rooms first, then those where people are, then by name.
fn arrange<'a>(rooms: impl Iterator<Item = &'a RoomSummary>, memberships: &Memberships, wanted: &str) -> Vec<RoomId> {
    let wanted = wanted.trim().to_lowercase();
    let mut rooms: Vec<_> =
        rooms.filter(|room| wanted.is_empty() || room.name.to_lowercase().contains(&wanted)).collect();
    rooms.sort_by_cached_key(|room| {
        let is_mine = memberships.contains_key(&room.id);
        let order = if is_mine { 0 } else { 1 << 32 } + u64::from(u32::MAX - room.online);
        (order, room.name.to_lowercase())
    });
    rooms.into_iter().map(|room| room.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Access;

    fn arranged(rooms: &[(&str, u32)], mine: &[&str], wanted: &str) -> Vec<String> {
        let id = |name: &str| RoomId::from_name(name).unwrap();
        let rooms: Vec<_> = rooms
            .iter()
            .map(|(name, online)| RoomSummary {
                id: id(name),
                name: (*name).into(),
                online: *online,
                members: 0,
                access: Access::Open,
            })
            .collect();
        let mine = mine.iter().map(|name| (id(name), (0, 0))).collect();
        arrange(rooms.iter(), &mine, wanted).into_iter().map(String::from).collect()
    }

    #[test]
    fn own_rooms_come_first_then_lively_ones_then_by_name() {
        let rooms = [("Tea", 0), ("books", 0), ("Music", 5), ("Chess", 9), ("Art", 0)];
        assert_eq!(arranged(&rooms, &["Tea", "Art"], ""), ["art", "tea", "chess", "music", "books"]);
    }

    #[test]
    fn the_filter_knows_no_case_and_finds_any_part() {
        let rooms = [("Tea time", 0), ("Books", 0)];
        assert_eq!(arranged(&rooms, &[], " TIME "), ["tea-time"]);
        assert!(arranged(&rooms, &[], "chess").is_empty());
    }
}
