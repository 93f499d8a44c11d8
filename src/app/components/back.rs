use super::icon::{BACK, Icon};
use crate::app::prelude::*;

/// The way back to the list of rooms, where there is no room for it beside the page.
#[component]
pub fn Back() -> impl IntoView {
    view! {
        <a class="icon-button back" href="/" aria-label="All rooms">
            <Icon shape=BACK/>
        </a>
    }
}
