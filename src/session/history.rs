//! Getting what is missing: the exact range of a hole, or what the person scrolls back to. One page at a time, as the
//! protocol wants it, and holes first.

use super::timeline::Wanted;
use super::{Event, Session};
use crate::protocol::{ClientFrame, HistoryPage, Refusal, RoomId};

/// When to ask again after an error that should pass but does not say when.
const ASK_AGAIN_MS: u64 = 2_000;

#[derive(Debug, Default)]
pub struct History {
    asked: Option<Asked>,
    /// Nothing is asked before: the server is not to be overrun.
    hold_until: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    room: RoomId,
    wanted: Wanted,
    purpose: Purpose,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Hole,
    Older,
}

impl History {
    pub fn next_timeout(&self) -> Option<u64> {
        self.hold_until
    }
}

impl Session {
    pub(super) fn ask_history(&mut self, now_ms: u64) {
        self.history.hold_until = self.history.hold_until.filter(|until| *until > now_ms);
        if self.history.asked.is_some() || self.history.hold_until.is_some() {
            return;
        }
        let joined = || self.rooms.iter().filter(|(_, timeline)| timeline.joined);
        let holes = joined().filter_map(|(room, timeline)| Some((room, timeline.hole()?, Purpose::Hole)));
        let older = joined().filter_map(|(room, timeline)| Some((room, timeline.older()?, Purpose::Older)));
        let Some((room, wanted, purpose)) = holes.chain(older).next() else { return };
        let room = room.clone();
        self.history.asked = Some(Asked { room: room.clone(), wanted, purpose });
        self.transmit(&ClientFrame::History { room, before: wanted.before, limit: wanted.limit });
    }

    pub(super) fn history_arrived(&mut self, now_ms: u64, page: HistoryPage) {
        let is_asked = |asked: &mut Asked| asked.room == page.room && asked.wanted.before == page.before;
        let Some(asked) = self.history.asked.take_if(is_asked) else { return };
        let Some(timeline) = self.rooms.get_mut(&page.room) else { return };
        match asked.purpose {
            Purpose::Older => {
                if let Some(page) = timeline.older_arrived(page) {
                    self.show_older(page);
                } else {
                    timeline.older_failed();
                }
            }
            Purpose::Hole => {
                let room = page.room.clone();
                let entries = timeline.fill(page);
                // No step further: the server has another idea of what is missing, and is to replay it.
                if entries.is_empty() && timeline.hole() == Some(asked.wanted) {
                    timeline.drop_early();
                    self.ask_to_join(room);
                } else {
                    self.show(now_ms, &room, entries);
                }
            }
        }
    }

    pub(super) fn history_refused(&mut self, now_ms: u64, refusal: Refusal) {
        let Some(asked) = self.history.asked.take() else { return };
        self.history.hold_until = Some(now_ms + refusal.retry_after_ms.unwrap_or(ASK_AGAIN_MS));
        // A hole is asked for again by itself. A person asks again by scrolling.
        if asked.purpose == Purpose::Older {
            if let Some(timeline) = self.rooms.get_mut(&asked.room) {
                timeline.older_failed();
            }
            self.notify(Event::Problem(refusal));
        }
    }
}
