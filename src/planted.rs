//! Bugs that tests plant, one at a time, to see that the simulator finds them. Without the feature `planted-bugs`
//! nothing can be planted, and the compiler leaves the questions out.

use std::cell::Cell;

/// What chat servers and clients have really got wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// The server says `accepted` before the message is on disk.
    AckBeforeCommit,
    /// The log takes a message that is sent again for a new one.
    ResendWithoutDedup,
    /// The server replays first and subscribes then: what is committed in between is never sent.
    ReplayBeforeSubscribe,
    /// The client saves the cursor first and the entries then.
    CursorBeforeData,
    /// The client shows what comes next, whatever its seq.
    GapIgnored,
    /// Whoever is taken out of a room goes on getting its entries.
    RemovedStaysSubscribed,
}

thread_local! {
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
}

/// For all that runs on this thread from now on.
#[cfg(feature = "planted-bugs")]
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

pub(crate) fn has(bug: Bug) -> bool {
    cfg!(feature = "planted-bugs") && PLANTED.get() == Some(bug)
}
