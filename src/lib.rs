//! Parlor: self-hosted multi-room web chat. `docs/ARCHITECTURE.md` is the map.
#![recursion_limit = "256"] // the types of a whole page of Leptos views nest deeper than the default

pub mod app;
#[cfg(feature = "hydrate")]
pub mod browser;
pub mod hub;
pub mod log;
pub mod planted;
pub mod protocol;
#[cfg(feature = "ssr")]
pub mod server;
pub mod session;

/// Brings the page that the server has rendered to life.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
