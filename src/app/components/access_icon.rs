use super::icon::{ENVELOPE, EYE_SHUT, Icon, LOCK};
use crate::app::prelude::*;
use crate::app::text;
use crate::protocol::Access;

/// What keeps a room from being open to everyone.
#[component]
pub fn AccessIcon(access: Access) -> impl IntoView {
    let shape = match access {
        Access::Open => return None,
        Access::Hidden => EYE_SHUT,
        Access::Password => LOCK,
        Access::Invite => ENVELOPE,
    };
    Some(view! { <span class="access" title=text::access_choice(access)><Icon shape/></span> })
}
