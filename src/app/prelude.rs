//! The prelude of Leptos, with some of it put in a shape that makes less to download: here code is once for all places
//! where it is used, and there once for each type, be it a closure's.

mod flow;
mod memo;
mod reactive;

pub use flow::{For, Show};
pub use leptos::prelude::*;
pub use memo::{Memo, memo};
pub use reactive::{effect, effect_after, live_view};

/// Without the type of what it makes. Else there is code for each type, and for it in each `Option`, closure and list.
macro_rules! view {
    ($($nodes:tt)*) => {
        ::leptos::prelude::IntoAny::into_any(::leptos::prelude::view! { $($nodes)* }.into_inner())
    };
}
pub(crate) use view;
