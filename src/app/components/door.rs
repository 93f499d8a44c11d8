use super::access_icon::AccessIcon;
use super::avatar::RoomMark;
use super::back::Back;
use super::door_form::DoorForm;
use super::left_over::LeftOver;
use crate::app::model::{Gone, Model};
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::{ErrorCode, LeftReason, RoomId};

/// The door of a room that the person is not in: what is known of it from outside, and the way in, if there is one.
#[component]
pub fn Door(room: RoomId) -> impl IntoView {
    let store = Store::here();
    let name = {
        let room = room.clone();
        store.slice(move |model| model.room_name(&room))
    };
    let access = {
        let room = room.clone();
        store.slice(move |model| model.access(&room))
    };
    let counts = {
        let room = room.clone();
        store.slice(move |model| {
            let summary = model.rooms.get(&room)?;
            Some(format!("{}, {}", text::members(summary.members), text::online(summary.online)))
        })
    };
    let way = {
        let room = room.clone();
        store.slice(move |model| Way::of(model, &room))
    };
    let gone = store.in_room(&room, |conversation| conversation.gone.clone());
    let (mark, left_over) = (room.clone(), room.clone());
    view! {
        <main class="door">
            <Back/>
            <div class="card">
                <RoomMark room=mark name/>
                <h1 dir="auto">{move || name.get()} {move || view! { <AccessIcon access=access.get()/> }}</h1>
                {move || counts.get().map(|counts| view! { <p class="counts">{counts}</p> })}
                {move || gone.get().map(|gone| view! { <p class="happened" role="status">{text::gone(&gone)}</p> })}
                {move || {
                    let room = room.clone();
                    match way.get() {
                        Way::Shut(words) => view! { <p class="shut">{words}</p> },
                        Way::Password => view! { <DoorForm room password=true/> },
                        Way::Join => view! { <DoorForm room password=false/> },
                    }
                }}
                {move || {
                    let room = left_over.clone();
                    gone.read().is_some().then(|| view! { <LeftOver room/> })
                }}
            </div>
        </main>
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Join,
    Password,
    /// There is none, for this reason; the reason may have been told already.
    Shut(Option<&'static str>),
}

impl Way {
    fn of(model: &Model, room: &RoomId) -> Self {
        use crate::protocol::Access;
        let conversation = model.conversations.get(room);
        let refused = conversation.and_then(|conversation| Some(conversation.refused.as_ref()?.code));
        let gone = conversation.and_then(|conversation| conversation.gone.as_ref());
        match (gone, refused) {
            (_, Some(ErrorCode::Banned)) => Self::Shut(Some("You are kept out of this room.")),
            (_, Some(ErrorCode::RoomClosed)) => Self::Shut(Some("This room has been deleted.")),
            (Some(Gone::Ousted { reason: LeftReason::Banned | LeftReason::Closed, .. }), _) => Self::Shut(None),
            _ if model.admin => Self::Join,
            (_, Some(ErrorCode::InviteRequired)) => Self::Shut(Some("You need an invite link to come in.")),
            (_, Some(ErrorCode::PasswordRequired | ErrorCode::WrongPassword)) => Self::Password,
            _ if model.access(room) == Access::Password => Self::Password,
            _ => Self::Join,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::bootstrap::Bootstrap;
    use crate::app::model::update;
    use crate::protocol::{Access, Left, Refusal, RoomSummary};
    use crate::session::Event;

    fn way(access: Access, events: impl IntoIterator<Item = Event>) -> Way {
        let room = RoomId::parse("tea").unwrap();
        let mut model = Model::new(Bootstrap::default());
        let summary = RoomSummary { id: room.clone(), name: "Tea".into(), online: 0, members: 0, access };
        model.rooms.change().insert(room.clone(), summary);
        events.into_iter().for_each(|event| update(&mut model, event));
        Way::of(&model, &room)
    }

    fn refused(code: ErrorCode) -> Event {
        let room = RoomId::parse("tea").ok();
        let (message, about) = (String::new(), Some("join".into()));
        Event::Problem(Refusal { code, message, about, room, id: None, retry_after_ms: None })
    }

    fn left(reason: LeftReason) -> Event {
        Event::Left(Left { room: RoomId::parse("tea").unwrap(), reason: Some(reason), by: None })
    }

    #[test]
    fn a_door_asks_for_what_opens_it() {
        assert!(way(Access::Open, []) == Way::Join);
        assert!(way(Access::Password, []) == Way::Password);
        assert!(way(Access::Open, [refused(ErrorCode::PasswordRequired)]) == Way::Password);
        assert!(way(Access::Hidden, [refused(ErrorCode::RoomFull)]) == Way::Join);
        assert!(way(Access::Password, [refused(ErrorCode::BadInvite)]) == Way::Password);
    }

    #[test]
    fn a_door_is_shut_for_whoever_cannot_come_in() {
        for event in [
            refused(ErrorCode::InviteRequired),
            refused(ErrorCode::Banned),
            refused(ErrorCode::RoomClosed),
            left(LeftReason::Banned),
            left(LeftReason::Closed),
        ] {
            assert!(matches!(way(Access::Open, [event]), Way::Shut(_)));
        }
        assert!(way(Access::Open, [left(LeftReason::Removed)]) == Way::Join);
    }
}
