use leptos::html::Input;

use crate::app::asking::Asking;
use crate::app::components::ask_form::{AskForm, Field, value};
use crate::app::prelude::*;
use crate::app::store::Store;
use crate::protocol::api::ChangeName;
use crate::protocol::{Profile, UserName};

const FORM: &str = "rename";

/// Being called otherwise from now on.
#[component]
pub fn Rename() -> impl IntoView {
    let store = Store::here();
    let asking = Asking::new();
    let input = NodeRef::<Input>::new();
    let name = store.slice(|model| model.me.as_ref().map(|me| me.name.clone()).unwrap_or_default());
    let submit = Callback::new(move |()| match UserName::parse(&value(input)) {
        Ok(name) => {
            let change = ChangeName { name: name.as_str().to_owned() };
            asking.post("/api/name", &change, move |profile: Profile| {
                store.be(profile);
                asking.done.set(Some("Your name is changed."));
            });
        }
        Err(error) => asking.refuse(error),
    });
    view! {
        <section class="section" aria-labelledby="rename-title">
            <h2 id="rename-title">"Name"</h2>
            <p>"What you have said so far keeps the name that you had."</p>
            <AskForm id=FORM asking action="Change name" submit>
                <Field form=FORM id="own-name" label="Your name" autocomplete="username" input asking value=name/>
            </AskForm>
        </section>
    }
}
