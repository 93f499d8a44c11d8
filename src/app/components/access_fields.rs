use crate::app::prelude::*;
use crate::app::text;
use crate::protocol::limits::{PASSWORD_CHARS_MAX, ROOM_PASSWORD_CHARS_MIN};
use crate::protocol::{Access, Password};

/// Who is to come into a room, and the password if they need one.
#[derive(Clone, Copy)]
pub struct Choice {
    pub access: RwSignal<Access>,
    pub password: RwSignal<String>,
    wrong: RwSignal<Option<String>>,
}

impl Choice {
    pub fn new(access: Access) -> Self {
        Self { access: RwSignal::new(access), password: RwSignal::default(), wrong: RwSignal::new(None) }
    }

    /// What was chosen; nothing if that is not enough, which is said then.
    pub fn take(self) -> Option<(Access, Option<Password>)> {
        let access = self.access.get_untracked();
        if access != Access::Password {
            return Some((access, None));
        }
        let password = self.password.with_untracked(|text| {
            Password::parse(text).ok().filter(|_| text.chars().count() >= ROOM_PASSWORD_CHARS_MIN)
        });
        if password.is_none() {
            self.wrong.set(Some(text::short_password()));
        }
        Some((access, Some(password?)))
    }
}

/// Asks who may come in.
#[component]
pub fn AccessFields(
    /// Of the choice, unique on the page.
    id: &'static str,
    choice: Choice,
) -> impl IntoView {
    let Choice { access, password, wrong } = choice;
    let choose = move |event| {
        let value = event_target_value(&event);
        if let Some(chosen) = Access::ALL.into_iter().find(|access| name(*access) == value) {
            access.set(chosen);
        }
    };
    let options = Access::ALL.map(|each| {
        view! { <option value=name(each) selected=move || access.get() == each>{text::access_choice(each)}</option> }
    });
    let (hint_id, password_id, error_id) = (format!("{id}-hint"), format!("{id}-password"), format!("{id}-error"));
    let described_by = hint_id.clone();
    view! {
        <label for=id>"Who may come in"</label>
        <div class="field">
            <select id=id aria-describedby=described_by prop:value=move || name(access.get()) on:change=choose>
                {options.into_iter().collect_view()}
            </select>
        </div>
        <p class="hint" id=hint_id>{move || text::access_hint(access.get())}</p>
        {move || (access.get() == Access::Password).then(|| view! {
            <label for=password_id.clone()>"Password of the room"</label>
            <div class="field">
                <input
                    id=password_id.clone()
                    type="text"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    maxlength=PASSWORD_CHARS_MAX.to_string()
                    aria-invalid=move || wrong.read().is_some().then_some("true")
                    aria-describedby=error_id.clone()
                    prop:value=move || password.get()
                    on:input=move |event| {
                        wrong.set(None);
                        password.set(event_target_value(&event));
                    }
                />
            </div>
            <p class="field-error" id=error_id.clone() role="alert">{move || wrong.get()}</p>
        })}
    }
}

fn name(access: Access) -> &'static str {
    match access {
        Access::Open => "open",
        Access::Hidden => "hidden",
        Access::Password => "password",
        Access::Invite => "invite",
    }
}
