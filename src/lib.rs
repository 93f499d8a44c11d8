//! Parlor: self-hosted multi-room web chat. `docs/ARCHITECTURE.md` is the map.

pub mod hub;
pub mod protocol;
pub mod session;
