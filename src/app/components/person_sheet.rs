use leptos::prelude::*;

use super::avatar::Avatar;
use super::count_down::seconds_until;
use super::sure_button::SureButton;
use crate::app::model::Model;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::{Deed, Rank, Role, RoomChange, RoomId, User, UserId};

/// In seconds.
const MUTES: [u32; 4] = [600, 3_600, 86_400, 604_800];

/// Whether there is anything that the person may do to somebody of this rank.
pub fn may_do_something(me: Rank, is_me: bool, them: Rank, room_access: crate::protocol::Access) -> bool {
    let may = |deed| me.may(deed, room_access);
    may(Deed::SetRole(them, Role::Member)) || (!is_me && (may(Deed::Mute(them)) || may(Deed::Ban(them))))
}

/// What can be done about a person in a room.
#[component]
pub fn PersonSheet(room: RoomId, user: User) -> impl IntoView {
    let store = Store::here();
    let may = {
        let (room, user) = (room.clone(), user.id.clone());
        store.slice(move |model| Offers::of(model, &room, &user))
    };
    let muted_until = {
        let id = user.id.clone();
        let members = store.in_room(&room, |conversation| conversation.members.list.clone());
        Memo::new(move |_| {
            members.with(|members| members.get(&id).map(|member| member.muted_until).unwrap_or_default())
        })
    };
    let left = seconds_until(muted_until);
    let muted = Memo::new(move |_| left.get().is_some());
    let change = {
        let room = room.clone();
        move |change| {
            store.change(&room, change);
            store.sheet.set(None);
        }
    };
    let (change_role, change_mute, unmute, change_rest) = (change.clone(), change.clone(), change.clone(), change);
    let id = user.id.clone();
    let (for_roles, for_mute, for_unmute) = (id.clone(), id.clone(), id.clone());
    let name = user.name.clone();
    view! {
        <header class="sheet-head">
            <Avatar user=user.clone()/>
            <div>
                <h2 id="sheet-title" dir="auto">{user.name.clone()}</h2>
                <p>
                    {move || text::rank(may.get().rank)}
                    {move || left.get().map(|seconds| format!(", muted for {}", text::time_left(seconds)))}
                </p>
            </div>
        </header>
        <div class="actions">
            {move || {
                let (change, id) = (change_role.clone(), for_roles.clone());
                may.get().roles.into_iter().map(move |role| {
                    let (change, id) = (change.clone(), id.clone());
                    let words = match role {
                        Role::Member => "Make member",
                        Role::Moderator => "Make moderator",
                        Role::Owner => "Make owner",
                    };
                    view! {
                        <button class="button quiet" type="button"
                            on:click=move |_| change(RoomChange::Role { user: id.clone(), role })
                        >
                            {words}
                        </button>
                    }
                }).collect_view()
            }}
        </div>
        {move || {
            let (change, id) = (change_mute.clone(), for_mute.clone());
            may.get().mute.then(|| view! {
                <section>
                    <h3 id="mute-title">"Mute: may read, but not write"</h3>
                    <div class="pills" role="group" aria-labelledby="mute-title">
                        {MUTES.into_iter().map(|seconds| {
                            let (change, id) = (change.clone(), id.clone());
                            let words = text::duration(seconds.into());
                            let label = format!("Mute for {words}");
                            view! {
                                <button class="button quiet small" type="button" aria-label=label
                                    on:click=move |_| change(RoomChange::Mute { user: id.clone(), seconds })
                                >
                                    {words}
                                </button>
                            }
                        }).collect_view()}
                    </div>
                </section>
            })
        }}
        {move || {
            let (change, id) = (unmute.clone(), for_unmute.clone());
            (may.get().mute && muted.get()).then(|| view! {
                <div class="actions">
                    <button class="button quiet" type="button"
                        on:click=move |_| change(RoomChange::Mute { user: id.clone(), seconds: 0 })
                    >
                        "Unmute"
                    </button>
                </div>
            })
        }}
        {move || {
            let offers = may.get();
            let (remove, ban) = (change_rest.clone(), change_rest.clone());
            let (removed, banned) = (id.clone(), id.clone());
            let name = name.clone();
            (offers.remove || offers.ban).then(|| view! {
                <div class="actions apart">
                    {offers.remove.then(|| view! {
                        <SureButton words="Remove from the room" sure=format!("Yes, remove {name}")
                            act=move || remove(RoomChange::Remove { user: removed.clone() })/>
                    })}
                    {offers.ban.then(|| view! {
                        <SureButton words="Ban from the room" sure=format!("Yes, ban {name}")
                            act=move || ban(RoomChange::Ban { user: banned.clone() })/>
                    })}
                </div>
            })
        }}
    }
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
