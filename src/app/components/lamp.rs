use crate::app::prelude::*;

/// The light in the parlor: its shade is what is being said.
#[component]
pub fn Lamp() -> impl IntoView {
    view! {
        <svg class="lamp" viewBox="0 0 96 96" aria-hidden="true">
            <circle class="glow" cx="48" cy="42" r="40"/>
            <path class="stand" d="M48 52v26M34 80h28"/>
            <path class="shade" d="M37 18h22a5 5 0 0 1 4.8 3.6l7.6 26A5 5 0 0 1 66.6 54H42l-9 8v-8h-3.6a5 5 0 0 1-4.8-6.4l7.6-26A5 5 0 0 1 37 18z"/>
        </svg>
    }
}
