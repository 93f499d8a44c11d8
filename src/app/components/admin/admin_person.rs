use crate::app::asking::Asking;
use crate::app::components::ask_form::Outcome;
use crate::app::components::avatar::Avatar;
use crate::app::components::confirm::Confirm;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::protocol::User;
use crate::protocol::api::{AdminPerson, ChangePerson};

/// A person, and what an administrator may do about them.
#[component]
pub fn Row(person: AdminPerson, changed: Callback<AdminPerson>) -> impl IntoView {
    let store = Store::here();
    let AdminPerson { profile, banned, seen_at, .. } = person;
    let (user, admin) = (profile.user.clone(), profile.admin);
    let is_me = store.slice(|model| model.my_id().cloned()).get_untracked().as_ref() == Some(&user.id);
    let badges = [
        (is_me, "you"),
        (admin, "administrator"),
        (banned, "banned"),
        (!profile.secured, "guest"),
        (profile.secured, "secured"),
    ];
    let badges = badges.into_iter().filter(|(has, _)| *has);
    let badges = badges.map(|(_, badge)| view! { <span class="badge">{badge}</span> " " }).collect_view();
    let name = user.name.clone();
    view! {
        <li class="row">
            <Avatar user=user.clone()/>
            <div class="what">
                <p class="name"><span dir="auto">{name}</span> " " {badges}</p>
                <p class="detail">{format!("Seen {}", store.moment(seen_at))}</p>
            </div>
            {(!is_me).then(|| view! {
                <div class="deeds">
                    <Ban user=user.clone() banned changed/>
                    <MakeAdmin user admin changed/>
                </div>
            })}
        </li>
    }
}

#[component]
fn Ban(user: User, banned: bool, changed: Callback<AdminPerson>) -> impl IntoView {
    let asking = Asking::new();
    let User { id, name } = user;
    let question = format!("{name} is signed out everywhere at once and cannot come back. Ban?");
    let form = format!("ban-{id}");
    let turn = Callback::new(move |()| {
        let change = ChangePerson { user: id.clone(), banned: Some(!banned), admin: None };
        asking.post("/api/admin/person", &change, move |now| _ = changed.try_run(now));
    });
    if banned {
        view! { <Undo id=form asking label="Unban" about=name undo=turn/> }
    } else {
        view! { <Confirm id=form asking label="Ban" about=name question action="Ban" submit=turn/> }
    }
}

#[component]
fn MakeAdmin(user: User, admin: bool, changed: Callback<AdminPerson>) -> impl IntoView {
    let asking = Asking::new();
    let User { id, name } = user;
    let question = format!("{name} will be able to do all that you can do here. Go on?");
    let form = format!("admin-{id}");
    let turn = Callback::new(move |()| {
        let change = ChangePerson { user: id.clone(), banned: None, admin: Some(!admin) };
        asking.post("/api/admin/person", &change, move |now| _ = changed.try_run(now));
    });
    if admin {
        view! { <Undo id=form asking label="Unmake administrator" about=name undo=turn/> }
    } else {
        view! {
            <Confirm id=form asking label="Make administrator" about=name question action="Make administrator" submit=turn/>
        }
    }
}

/// What was done can be undone, and so needs no second thought.
#[component]
fn Undo(id: String, asking: Asking, label: &'static str, about: String, undo: Callback<()>) -> impl IntoView {
    let name = format!("{label}: {about}");
    view! {
        <Outcome id asking/>
        <button
            class="button quiet"
            type="button"
            aria-label=name
            aria-disabled=move || (!asking.is_free()).then_some("true")
            on:click=move |_| undo.run(())
        >
            {label}
        </button>
    }
}
