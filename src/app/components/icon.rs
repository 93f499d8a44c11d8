use crate::app::prelude::*;

/// Strokes on a grid of 24 by 24.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape(&'static str);

pub const BACK: Shape = Shape("M15 5l-7 7 7 7");
pub const CHECK: Shape = Shape("M5 12.5l4.5 4.5L19 7.5");
pub const CLOCK: Shape = Shape("M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4.5l3 1.8");
pub const CLOSE: Shape = Shape("M6 6l12 12M18 6L6 18");
pub const DOOR: Shape = Shape("M13 4H6v16h7M10 12h10M16.5 8.5L20 12l-3.5 3.5");
pub const DOWN: Shape = Shape("M12 5v14M6 13l6 6 6-6");
pub const DOTS: Shape = Shape(
    "M6 12a.7.7 0 1 0-1.4 0 .7.7 0 0 0 1.4 0zM12.7 12a.7.7 0 1 0-1.4 0 .7.7 0 0 0 1.4 0zM19.4 12a.7.7 0 1 0-1.4 0 .7.7 0 0 0 1.4 0z",
);
pub const ENVELOPE: Shape = Shape("M4 6h16v12H4zM4 7l8 6 8-6");
pub const EYE_SHUT: Shape =
    Shape("M3 10c2.4 3.2 5.4 4.8 9 4.8s6.6-1.6 9-4.8M12 14.8V18M6.2 13.2L4.2 16M17.8 13.2l2 2.8");
pub const LOCK: Shape = Shape("M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3");
pub const LINK: Shape = Shape(
    "M10 14a4 4 0 0 0 5.7 0l3.1-3.1a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3.1 3.1a4 4 0 0 0 5.7 5.7L12 17.7",
);
pub const PEOPLE: Shape = Shape(
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6M16 4.5a3.3 3.3 0 0 1 0 6.2M18 14.5c2 .8 3.2 2.6 3.5 5.5",
);
pub const PERSON: Shape = Shape("M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6");
pub const PLUS: Shape = Shape("M12 5v14M5 12h14");
pub const SEND: Shape = Shape("M12 20V5M5.5 11.5L12 5l6.5 6.5");
pub const SHIELD: Shape = Shape("M12 3.5l7.5 2.8v5.2c0 4.6-3.1 7.6-7.5 9-4.4-1.4-7.5-4.4-7.5-9V6.3z");

/// A picture beside a name, never instead of one.
#[component]
pub fn Icon(shape: Shape) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=shape.0/>
        </svg>
    }
}
