use crate::app::asking::Asking;
use crate::app::components::ask_form::AskForm;
use crate::app::prelude::*;
use crate::app::text;
use crate::protocol::api::{ChangeSignUp, SignUp};

const POLICIES: [SignUp; 3] = [SignUp::Open, SignUp::Invite, SignUp::Password];

/// Who may come in for the first time.
#[component]
pub fn Policy(sign_up: Memo<Option<SignUp>>) -> impl IntoView {
    let asking = Asking::new();
    let chosen = RwSignal::new(None::<SignUp>);
    let current = move || chosen.get().or(sign_up.get());
    let submit = Callback::new(move |()| {
        if let Some(sign_up) = untrack(current) {
            asking
                .tell("/api/admin/sign-up", &ChangeSignUp { sign_up }, move || asking.done.set(Some("It is so now.")));
        }
    });
    let choice = move |policy: SignUp| {
        let (name, words) = text::sign_up(policy);
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="sign-up"
                    prop:checked=move || current() == Some(policy)
                    on:change=move |_| {
                        chosen.set(Some(policy));
                        asking.forget();
                    }
                />
                <span><strong>{name}</strong> " " <span class="detail">{words}</span></span>
            </label>
        }
    };
    view! {
        <section class="section" aria-labelledby="policy-title">
            <h2 id="policy-title">"Newcomers"</h2>
            <AskForm id="policy" asking action="Save" submit keeps=true>
                <fieldset>
                    <legend>"Who may come in for the first time"</legend>
                    {POLICIES.map(choice)}
                </fieldset>
            </AskForm>
        </section>
    }
}
