use crate::app::asking::Asking;
use crate::app::components::ask_form::Outcome;
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::protocol::LoginId;
use crate::protocol::api::{Account, Device, EndDevice};

/// Where one is signed in, and the end of it.
#[component]
pub fn Devices() -> impl IntoView {
    let store = Store::here();
    let (loading, ending) = (Asking::new(), Asking::new());
    let devices = RwSignal::new(Vec::<Device>::new());
    let load = move || loading.get("/api/account", move |account: Account| devices.set(account.devices));
    let person = store.slice(|model| model.my_id().cloned());
    effect(move || {
        if store.ready.get() && person.read().is_some() {
            untrack(load);
        }
    });
    let end = Callback::new(move |device: LoginId| {
        ending.tell("/api/devices/end", &EndDevice { device }, move || {
            ending.done.set(Some("That device is signed out."));
            load();
        });
    });
    view! {
        <section class="section" aria-labelledby="devices-title">
            <h2 id="devices-title">"Devices"</h2>
            <p>"Where you are signed in. Sign out what you do not know or do not use any more."</p>
            <Outcome id="devices" asking=loading/>
            <ul class="rows" aria-labelledby="devices-title">
                <For each=move || devices.get() key=|device| (device.id.to_string(), device.seen_at) let(device)>
                    <Row device end/>
                </For>
            </ul>
            <Outcome id="end-device" asking=ending/>
        </section>
    }
}

#[component]
fn Row(device: Device, end: Callback<LoginId>) -> impl IntoView {
    let store = Store::here();
    let Device { id, label, seen_at, current, .. } = device;
    let name = format!("Sign out {label}");
    view! {
        <li class="row">
            <div class="what">
                <p class="name">{label} " " {current.then(|| view! { <span class="badge">"this one"</span> })}</p>
                <p class="detail">{if current { "Here now".to_owned() } else { format!("Seen {}", store.moment(seen_at)) }}</p>
            </div>
            {(!current)
                .then(|| {
                    view! {
                        <button class="button quiet" type="button" aria-label=name on:click=move |_| end.run(id.clone())>
                            "Sign out"
                        </button>
                    }
                })}
        </li>
    }
}
