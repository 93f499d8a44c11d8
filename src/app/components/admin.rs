//! What administrators see of the server.

use super::ask_form::Outcome;
use crate::app::asking::Asking;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::protocol::api::Administration;

mod admin_people;
mod admin_person;
mod admin_rooms;
mod policy;

use admin_people::AdminPeople;
use admin_rooms::AdminRooms;
use policy::Policy;

#[component]
pub fn Admin() -> impl IntoView {
    let store = Store::here();
    let loading = Asking::new();
    let known = RwSignal::new(None::<Administration>);
    let load = Callback::new(move |()| loading.get("/api/admin", move |all: Administration| known.set(Some(all))));
    effect(move || {
        if store.ready.get() {
            untrack(|| load.run(()));
        }
    });
    let sign_up = memo(move || known.read().as_ref().map(|known| known.sign_up));
    let rooms = memo(move || known.read().as_ref().map(|known| known.rooms.clone()).unwrap_or_default());
    let count = memo(move || known.read().as_ref().map(|known| known.people_count));
    view! {
        <Outcome id="admin" asking=loading/>
        <Policy sign_up/>
        <AdminPeople count/>
        <AdminRooms rooms load/>
    }
}
