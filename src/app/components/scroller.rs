use leptos::html::Div;
use leptos::prelude::*;
use leptos::web_sys::Element;

use crate::app::store::Store;

/// As near to an edge as this, in CSS pixels, is at the edge.
const AT_END: i32 = 48;
const NEAR_START: i32 = 400;

/// Keeps a conversation where its reader is: at the end as it grows, or at the line that is being read.
#[derive(Clone, Copy)]
pub struct Scroller {
    pub log: NodeRef<Div>,
    pub at_end: RwSignal<bool>,
    /// Where the view was when it was last looked at.
    top: StoredValue<i32>,
    /// How far the top of the view is from the end, kept while lines are put before it.
    from_end: StoredValue<Option<i32>>,
}

impl Scroller {
    pub fn new() -> Self {
        let scroller = Self {
            log: NodeRef::new(),
            at_end: RwSignal::new(true),
            top: StoredValue::new(0),
            from_end: StoredValue::new(None),
        };
        scroller.follow_size();
        scroller
    }

    /// A keyboard or a longer draft takes room from the conversation.
    fn follow_size(self) {
        let host = Store::here().host();
        Effect::new(move || {
            if let (Some(host), Some(log)) = (host, self.log.get()) {
                host.on_resize(&log, Box::new(move || self.settle()));
            }
        });
    }

    /// Notes where the reader is. True near the first line.
    pub fn scrolled(self) -> bool {
        let Some(log) = self.log.get_untracked() else { return false };
        let top = log.scroll_top();
        let to_end = log.scroll_height() - top - log.client_height();
        // Lines may have come since the view was moved to the end: only going up is leaving it.
        let goes_up = top < self.top.get_value();
        self.top.set_value(top);
        if to_end < AT_END {
            self.note(true);
        } else if goes_up {
            self.note(false);
        }
        top < NEAR_START
    }

    fn note(self, at_end: bool) {
        if self.at_end.get_untracked() != at_end {
            self.at_end.set(at_end);
        }
    }

    /// To be called just before lines are put before the first one.
    pub fn hold(self) {
        if let Some(log) = self.log.get_untracked() {
            self.from_end.set_value(Some(log.scroll_height() - log.scroll_top()));
        }
    }

    /// To be called after lines have changed: looks again once they have their place.
    pub fn settle_soon(self) {
        request_animation_frame(move || self.settle());
    }

    pub fn to_end(self) {
        self.at_end.set(true);
        self.settle_soon();
    }

    fn settle(self) {
        let (Some(Some(log)), Some(at_end)) = (self.log.try_get_untracked(), self.at_end.try_get_untracked()) else {
            return;
        };
        match self.from_end.try_update_value(Option::take).flatten() {
            Some(from_end) => log.set_scroll_top(log.scroll_height() - from_end),
            None if at_end => scroll_to_end(&log),
            None => {}
        }
    }
}

fn scroll_to_end(log: &Element) {
    log.set_scroll_top(log.scroll_height());
}
