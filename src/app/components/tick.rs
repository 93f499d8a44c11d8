use super::icon::{CHECK, CLOCK, Icon};
use crate::app::model::Delivery;
use crate::app::prelude::*;

/// How it stands with one's own message.
#[component]
pub fn Tick(#[prop(into)] delivery: Signal<Delivery>) -> impl IntoView {
    live_view(move || {
        let (shape, words) = match delivery.get() {
            Delivery::Sending => (CLOCK, "Sending"),
            Delivery::Stored { .. } => (CHECK, "Stored"),
            Delivery::Refused(_) => return None,
        };
        Some(view! {
            <span class="tick" title=words>
                <Icon shape/>
                <span class="visually-hidden">{words}</span>
            </span>
        })
    })
}
