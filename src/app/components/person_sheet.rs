use super::avatar::Avatar;
use super::count_down::seconds_until;
use super::sure_button::SureButton;
use crate::app::model::Model;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::{Access, Deed, Rank, Role, RoomChange, RoomId, User, UserId};

/// In seconds.
const MUTES: [u32; 4] = [600, 3_600, 86_400, 604_800];

/// Whether there is anything that the person may do to somebody of this rank.
pub fn may_do_something(me: Rank, is_me: bool, them: Rank, access: Access) -> bool {
    let may = |deed| me.may(deed, access);
    may(Deed::SetRole(them, Role::Member)) || (!is_me && (may(Deed::Mute(them)) || may(Deed::Ban(them))))
}

/// What can be done about a person in a room.
#[component]
pub fn PersonSheet(room: RoomId, user: User) -> impl IntoView {
    let store = Store::here();
    let offers = {
        let (room, user) = (room.clone(), user.id.clone());
        store.slice(move |model| Offers::of(model, &room, &user))
    };
    let muted_until = {
        let id = user.id.clone();
        let members = store.in_room(&room, |conversation| conversation.members.list.clone());
        memo(move || members.read().get(&id).map(|member| member.muted_until).unwrap_or_default())
    };
    let left = seconds_until(muted_until);
    let muted = memo(move || left.get().is_some());
    let change = Callback::new(move |change| {
        store.change(&room, change);
        store.sheet.set(None);
    });
    let (name, id) = (user.name.clone(), user.id.clone());
    view! {
        <header class="sheet-head">
            <Avatar user/>
            <div>
                <h2 id="sheet-title" dir="auto">{name.clone()}</h2>
                <p>
                    {move || text::rank(offers.get().rank)}
                    {move || left.get().map(|seconds| format!(", muted for {}", text::time_left(seconds)))}
                </p>
            </div>
        </header>
        {move || {
            let (offers, id, name) = (offers.get(), id.clone(), name.clone());
            let (for_roles, for_mute) = (id.clone(), id.clone());
            view! {
                <Roles roles=offers.roles.clone() id=for_roles change/>
                {offers.mute.then(|| view! { <Mute id=for_mute muted change/> })}
                <PutOut offers id name change/>
            }
        }}
    }
}

#[component]
fn Roles(roles: Vec<Role>, id: UserId, change: Callback<RoomChange>) -> impl IntoView {
    let button = move |role| {
        let id = id.clone();
        let words = match role {
            Role::Member => "Make member",
            Role::Moderator => "Make moderator",
            Role::Owner => "Make owner",
        };
        let make = move |_| change.run(RoomChange::Role { user: id.clone(), role });
        view! { <button class="button quiet" type="button" on:click=make>{words}</button> }
    };
    (!roles.is_empty()).then(|| view! { <div class="actions">{roles.into_iter().map(button).collect_view()}</div> })
}

#[component]
fn Mute(id: UserId, muted: Memo<bool>, change: Callback<RoomChange>) -> impl IntoView {
    let unmuted = id.clone();
    let button = move |seconds: u32| {
        let id = id.clone();
        let words = text::duration(seconds.into());
        let label = format!("Mute for {words}");
        let mute = move |_| change.run(RoomChange::Mute { user: id.clone(), seconds });
        view! { <button class="button quiet" type="button" aria-label=label on:click=mute>{words}</button> }
    };
    let unmute = move || {
        let id = unmuted.clone();
        let unmute = move |_| change.run(RoomChange::Mute { user: id.clone(), seconds: 0 });
        muted.get().then(|| view! { <button class="button quiet" type="button" on:click=unmute>"Unmute"</button> })
    };
    view! {
        <section>
            <h3 id="mute-title">"Mute: may read, but not write"</h3>
            <div class="pills" role="group" aria-labelledby="mute-title">
                {MUTES.into_iter().map(button).collect_view()}
            </div>
            {move || unmute()}
        </section>
    }
}

#[component]
fn PutOut(offers: Offers, id: UserId, name: String, change: Callback<RoomChange>) -> impl IntoView {
    let banned = id.clone();
    let remove = move || change.run(RoomChange::Remove { user: id.clone() });
    let ban = move || change.run(RoomChange::Ban { user: banned.clone() });
    (offers.remove || offers.ban).then(|| {
        view! {
            <div class="actions apart">
                {offers.remove.then(|| view! {
                    <SureButton words="Remove from the room" sure=format!("Yes, remove {name}") act=remove/>
                })}
                {offers.ban.then(|| view! {
                    <SureButton words="Ban from the room" sure=format!("Yes, ban {name}") act=ban/>
                })}
            </div>
        }
    })
}

/// What the person may do about somebody.
#[derive(Clone, PartialEq)]
struct Offers {
    rank: Rank,
    roles: Vec<Role>,
    mute: bool,
    remove: bool,
    ban: bool,
}

impl Offers {
    fn of(model: &Model, room: &RoomId, user: &UserId) -> Self {
        let rank = model.rank_of(room, user);
        let is_other = model.my_id() != Some(user);
        let may = |deed| model.may(room, deed);
        let roles = Role::ALL.into_iter().filter(|role| Rank::from(*role) != rank && may(Deed::SetRole(rank, *role)));
        Self {
            rank,
            roles: roles.collect(),
            mute: is_other && may(Deed::Mute(rank)),
            remove: is_other && may(Deed::Remove(rank)),
            ban: is_other && may(Deed::Ban(rank)),
        }
    }
}
