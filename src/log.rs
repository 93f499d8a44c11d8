//! The log: what any engine that keeps it must do, and one that keeps it in memory.
//!
//! An engine commits in batches and gives out the seqs; the server wraps one in threads, the simulator in virtual time.
//! `conformance` is the suite that every engine has to pass.

#[cfg(test)]
pub(crate) mod conformance;
mod engine;
mod memory;
mod page;
mod room_state;
mod secret;
mod types;

pub use engine::{Engine, EngineError, Reader};
pub use memory::{MemoryEngine, MemoryReader};
pub use page::{Page, PageRange};
pub use room_state::{Invite, Member, RoomState};
pub use secret::Secret;
pub use types::{
    Append, AppendError, Appended, Batch, Loaded, LoadedRoom, ReadMark, Ticket, Unavailable, damaged, parlor,
};
