//! Parlor: self-hosted multi-room web chat. `docs/ARCHITECTURE.md` is the map.

pub mod app;
pub mod hub;
pub mod protocol;
#[cfg(feature = "ssr")]
pub mod server;
pub mod session;
