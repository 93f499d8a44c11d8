use super::avatar::Avatar;
use super::count_down::seconds_until;
use super::icon::{DOTS, Icon};
use super::person_sheet::may_do_something;
use crate::app::prelude::*;
use crate::app::store::{Sheet, Store};
use crate::app::text;
use crate::protocol::{Role, RoomId, RoomMember, User, UserId};

/// A person as the lists show them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Row {
    pub id: String,
    pub name: String,
    pub role: Role,
    pub muted_until: u64,
}

impl Row {
    pub fn of(user: User) -> Self {
        Self { id: user.id.into(), name: user.name, role: Role::Member, muted_until: 0 }
    }
}

impl From<RoomMember> for Row {
    fn from(member: RoomMember) -> Self {
        let RoomMember { user, role, muted_until } = member;
        Self { role, muted_until, ..Self::of(user) }
    }
}

/// Oneself first, then by name.
pub fn rows(mut rows: Vec<Row>, me: Option<&UserId>) -> Vec<Row> {
    let me = me.map(UserId::as_str);
    rows.sort_by_cached_key(|row| (u64::from(me != Some(&row.id)), row.name.to_lowercase()));
    rows
}

#[component]
pub fn PersonLine(room: RoomId, row: Row) -> impl IntoView {
    let store = Store::here();
    let Row { id, name, role, muted_until } = row;
    let Ok(id) = UserId::parse(&id) else { return ().into_any() };
    let user = User { id: id.clone(), name: name.clone() };
    let is_me = store.now(|model| model.my_id() == Some(&id));
    let may = {
        let room = room.clone();
        store.slice(move |model| may_do_something(model.rank(&room), is_me, role.into(), model.access(&room)))
    };
    let muted = seconds_until(memo(move || muted_until));
    let muted = memo(move || muted.get().is_some());
    let person = user.clone();
    let label = format!("Options for {name}");
    let button = move || {
        let (person, label) = (person.clone(), label.clone());
        let open = move |_| store.sheet.set(Some(Sheet::Person(person.clone())));
        may.get().then(|| {
            view! {
                <button class="icon-button" type="button" aria-label=label aria-haspopup="dialog" on:click=open>
                    <Icon shape=DOTS/>
                </button>
            }
        })
    };
    view! {
        <li class="person">
            <Avatar user/>
            <span class="who">
                <span class="first">
                    <span class="name" dir="auto">{name}</span>
                    {is_me.then(|| view! { <span class="you">"you"</span> })}
                </span>
                {move || {
                    let muted = muted.get().then(|| view! { <span class="muted">"muted"</span> });
                    let role = text::role(role);
                    (role.is_some() || muted.is_some())
                        .then(|| view! { <span class="standing">{role.map(|role| view! { <span>{role}</span> })} {muted}</span> })
                }}
            </span>
            {move || button()}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oneself_comes_first_then_others_by_name() {
        let row = |id: &str, name: &str| Row::of(User { id: UserId::parse(id).unwrap(), name: name.into() });
        let people = vec![row("1", "Zoe"), row("2", "ben"), row("3", "Ada"), row("4", "Cy")];
        let names: Vec<_> = rows(people, Some(&UserId::parse("4").unwrap())).into_iter().map(|row| row.name).collect();
        assert_eq!(names, ["Cy", "Ada", "ben", "Zoe"]);
    }
}
