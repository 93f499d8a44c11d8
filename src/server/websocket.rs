//! WebSocket (RFC 6455) with per-message compression (RFC 7692), as far as a server needs it: the handshake, what comes,
//! and what goes. It knows nothing of Parlor; [`super::workers`] reads and writes the sockets.
//!
//! Own code, since a library writes each message for each connection anew. Here a message is made into a frame once and
//! the same bytes go to everyone, and an idle connection keeps no buffer. `scripts/conformance` puts it to the cases of
//! Autobahn, by way of `examples/echo.rs`.

mod decoder;
mod deflate;
mod frame;
mod handshake;

pub use decoder::{Decoder, Said, Violation};
pub use deflate::{Deflater, Inflater};
pub use frame::Frame;
pub use handshake::{NoUpgrade, Opened, Upgrade};
