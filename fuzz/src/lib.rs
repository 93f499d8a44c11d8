//! What the fuzz targets do with the steps that libFuzzer draws: both cores in the hands of somebody who keeps to no
//! order, with a model beside them that knows what they owe.

pub mod answer;
pub mod hub_steps;
pub mod names;
pub mod saying;
pub mod session_steps;
pub mod wire;

/// The cores need nothing of the page and the server, which take minutes to compile for this.
#[path = "../../src"]
mod parlor {
    pub mod hub;
    pub mod log;
    pub mod planted;
    pub mod protocol;
    pub mod session;
}

// Where the cores look for each other.
pub use parlor::{hub, log, planted, protocol, session};
