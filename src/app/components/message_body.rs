use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text::mentions::{Part, parts};
use crate::app::text::{self, Segment};
use crate::protocol::{RoomId, UserId};

/// The text as it was typed, with addresses to click and members who are mentioned.
#[component]
pub fn MessageBody(
    room: RoomId,
    body: String,
    /// Whom the server found in it; without that, all members count.
    mentioned: Option<Vec<UserId>>,
) -> impl IntoView {
    // Few messages mention anybody, and only those follow what people are called.
    let may_mention = body.contains('@') && mentioned.as_ref().is_none_or(|mentioned| !mentioned.is_empty());
    if !may_mention {
        return view! { <span class="body" dir="auto">{pieces(&body, &[])}</span> };
    }
    let names = names(room, mentioned);
    view! { <span class="body" dir="auto">{move || pieces(&body, &names.read())}</span> }
}

/// What those are called who may be mentioned, each with whether it is the person.
fn names(room: RoomId, mentioned: Option<Vec<UserId>>) -> Memo<Vec<(String, bool)>> {
    let store = Store::here();
    let me = store.slice(|model| model.me.clone());
    let people = store.in_room(&room, |conversation| conversation.people.clone());
    let members = store.in_room(&room, |conversation| conversation.members.list.clone());
    memo(move || {
        let me = me.get();
        let my_id = me.as_ref().map(|me| &me.id);
        let counts = |id: &UserId| mentioned.as_ref().is_none_or(|mentioned| mentioned.contains(id));
        let (people, members) = (people.get(), members.get());
        let all = members.values().map(|member| &member.user).chain(people.values()).chain(me.iter());
        all.filter(|user| counts(&user.id)).map(|user| (user.name.clone(), my_id == Some(&user.id))).collect()
    })
}

fn pieces(body: &str, names: &[(String, bool)]) -> Vec<AnyView> {
    let words = |text: &str| parts(text, names).into_iter().map(piece).collect::<Vec<_>>();
    let segment = |segment| match segment {
        Segment::Text(text) => words(text),
        Segment::Link(address) => vec![view! {
            <a href=address.to_owned() target="_blank" rel="noopener noreferrer">
                {address.to_owned()}
            </a>
        }],
    };
    text::segments(body).into_iter().flat_map(segment).collect()
}

fn piece(part: Part<'_>) -> AnyView {
    match part {
        Part::Words(text) => text.to_owned().into_any(),
        Part::Mention { text, own } => {
            let text = text.to_owned();
            view! { <span class="mention" class:own-name-meant=own>{text}</span> }
        }
    }
}
