use leptos::html::Input;
use leptos_router::location::Url;

use super::admin_person::Row;
use crate::app::asking::Asking;
use crate::app::components::ask_form::{AskForm, Field, Outcome, value};
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::app::text;
use crate::protocol::api::{AdminPerson, PeoplePage};

const FORM: &str = "find-people";

/// Everyone on the server, as far as one asks for them.
#[component]
pub fn AdminPeople(count: Memo<Option<u64>>) -> impl IntoView {
    let store = Store::here();
    let (finding, paging) = (Asking::new(), Asking::new());
    let input = NodeRef::<Input>::new();
    let people = RwSignal::new(Vec::<AdminPerson>::new());
    let more = RwSignal::new(false);
    let wanted = RwSignal::new(String::new());
    let find = Callback::new(move |()| {
        wanted.set(value(input).trim().to_owned());
        finding.get(&path(&wanted.get_untracked(), None), move |page: PeoplePage| {
            more.set(page.more);
            people.set(page.people);
        });
    });
    let next = move |_| {
        let after = people.read_untracked().last().map(|last| last.profile.user.name.clone());
        paging.get(&path(&wanted.get_untracked(), after.as_deref()), move |page: PeoplePage| {
            more.set(page.more);
            people.write().extend(page.people);
        });
    };
    let changed = Callback::new(move |now: AdminPerson| {
        let is_it = |person: &&mut AdminPerson| person.profile.user.id == now.profile.user.id;
        if let Some(person) = people.write().iter_mut().find(is_it) {
            *person = now;
        }
    });
    effect(move || {
        if store.ready.get() {
            untrack(|| find.run(()));
        }
    });
    let key = |person: &AdminPerson| {
        let AdminPerson { profile, banned, .. } = person;
        (profile.user.id.to_string(), profile.user.name.clone(), profile.admin, *banned)
    };
    let none = move || people.read().is_empty() && !finding.pending.get();
    view! {
        <section class="section" aria-labelledby="admin-people-title">
            <h2 id="admin-people-title">"People" {move || count.get().map(|count| format!(" ({})", text::thousands(count)))}</h2>
            <AskForm id=FORM asking=finding action="Find" submit=find keeps=true>
                <Field form=FORM id="find" label="Part of a name" autocomplete="off" input asking=finding/>
            </AskForm>
            <ul class="rows" aria-labelledby="admin-people-title">
                <For each=move || people.get() key=key let(person)>
                    <Row person changed/>
                </For>
            </ul>
            <Show when=none>
                <p class="detail">"Nobody is called that."</p>
            </Show>
            <Outcome id="more-people" asking=paging/>
            <Show when=move || more.get()>
                <button class="button quiet" type="button" on:click=next>"Show more"</button>
            </Show>
        </section>
    }
}

fn path(find: &str, after: Option<&str>) -> String {
    let after = after.map(|after| format!("&after={}", Url::escape(after))).unwrap_or_default();
    format!("/api/admin/people?find={}{after}", Url::escape(find))
}
