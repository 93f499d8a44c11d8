//! The log: what any engine that keeps it must do, and one that keeps it in memory.
//!
//! An engine commits in batches and gives out the seqs; the server wraps one in threads, the simulator in virtual time.
//! `conformance` is the suite that every engine has to pass.

#[cfg(test)]
pub(crate) mod conformance;
mod engine;
mod memory;
mod page;
mod types;

pub use engine::{Engine, EngineError, Reader};
pub use memory::{MemoryEngine, MemoryReader};
pub use page::{Page, PageRange};
pub use types::{
    Append, AppendError, Appended, Batch, Loaded, LoadedRoom, Member, ReadMark, Ticket, Unavailable, damaged, parlor,
};
