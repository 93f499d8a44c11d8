//! The one place where the screen meets the browser.

use super::host::Host;

/// There is none while a server renders.
#[cfg(feature = "hydrate")]
pub const HOST: Option<&dyn Host> = Some(&crate::browser::Browser);
#[cfg(not(feature = "hydrate"))]
pub const HOST: Option<&dyn Host> = None;
