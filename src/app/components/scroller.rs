use leptos::html::Div;
use leptos::reactive::send_wrapper_ext::SendOption;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

use crate::app::prelude::*;
use crate::app::store::Store;
use crate::protocol::Seq;

/// As near to an edge as this, in CSS pixels, is at the edge.
const AT_END: i32 = 48;
/// Gaps this near to what is in view are filled, so that a reader seldom gets to see them.
const NEAR: i32 = 400;

/// Keeps a conversation where its reader is: at the end as it grows, or at the line that is being read.
#[derive(Clone, Copy)]
pub struct Scroller {
    pub log: NodeRef<Div>,
    pub at_end: RwSignal<bool>,
    /// Where the view was when it was last looked at.
    top: StoredValue<i32>,
    /// Lines in view and their places, kept while others are put among them. The first that stays is held in place.
    /// While a server renders, on many threads, there are none.
    held: StoredValue<SendOption<Vec<(HtmlElement, i32)>>>,
}

impl Scroller {
    pub fn new() -> Self {
        let scroller = Self {
            log: NodeRef::new(),
            at_end: RwSignal::new(true),
            top: StoredValue::new(0),
            held: StoredValue::new(SendOption::new_local(None)),
        };
        scroller.follow_size();
        scroller
    }

    /// A keyboard or a longer draft takes room from the conversation.
    fn follow_size(self) {
        let host = Store::here().host();
        effect(move || {
            if let (Some(host), Some(log)) = (host, self.log.get()) {
                host.on_resize(&log, Box::new(move || self.settle()));
            }
        });
    }

    /// Notes where the reader is.
    pub fn scrolled(self) {
        let Some(log) = self.log.get_untracked() else { return };
        let (top, before) = (log.scroll_top(), self.top.get_value());
        let to_end = log.scroll_height() - top - log.client_height();
        self.top.set_value(top);
        // Lines may have come since the view was moved to the end: only going up is leaving it.
        if to_end < AT_END {
            self.note(true);
        } else if top < before {
            self.note(false);
        }
    }

    fn note(self, at_end: bool) {
        if self.at_end.get_untracked() != at_end {
            self.at_end.set(at_end);
        }
    }

    /// The place of a gap that is in view or about to be: the `data-before` of its line.
    pub fn gap_nearby(self) -> Option<Seq> {
        // Lines have changed and not found their places: what seems to be in view may not stay there.
        if self.held.try_with_value(|held| held.is_some())? {
            return None;
        }
        let log = self.log.try_get_untracked()??;
        let lines = lines_between(&log, log.scroll_top() - NEAR, log.scroll_top() + log.client_height() + NEAR);
        lines.into_iter().rev().find_map(|line| line.get_attribute("data-before")?.parse().ok())
    }

    /// To be called just before lines change.
    pub fn hold(self) {
        let Some(log) = self.log.get_untracked().filter(|_| !self.at_end.get_untracked()) else { return };
        self.held.update_value(|held| {
            // Lines may change several times before they have their place; the reader saw the first.
            held.update(|held| {
                held.get_or_insert_with(|| lines_in_view(&log));
            });
        });
    }

    pub fn to_end(self) {
        self.at_end.set(true);
        request_animation_frame(move || self.settle());
    }

    /// To be called after lines have changed, once they have their place.
    pub fn settle(self) {
        let (Some(Some(log)), Some(at_end)) = (self.log.try_get_untracked(), self.at_end.try_get_untracked()) else {
            return;
        };
        let mut held = None;
        self.held.update_value(|value| value.update(|value| held = value.take()));
        if at_end {
            log.set_scroll_top(log.scroll_height());
        } else if let Some((line, top)) = held.into_iter().flatten().find(|(line, _)| line.is_connected()) {
            let moved = line.offset_top() - top;
            if moved != 0 {
                log.set_scroll_top(log.scroll_top() + moved);
                // This was not the reader going anywhere.
                self.top.set_value(log.scroll_top());
            }
        }
    }
}

/// Those in the middle first: a gap that comes into view at one side is filled without moving what is read at the
/// other. Only what is said counts, since gaps, days and marks come and go.
fn lines_in_view(log: &Element) -> Vec<(HtmlElement, i32)> {
    let (top, height) = (log.scroll_top(), log.client_height());
    let is_said = |line: &HtmlElement| {
        let classes = line.class_list();
        classes.contains("message") || classes.contains("note")
    };
    let with_top = |line: HtmlElement| {
        let top = line.offset_top();
        (line, top)
    };
    let mut lines: Vec<_> = lines_between(log, top, top + height).into_iter().filter(is_said).map(with_top).collect();
    let lower = lines.split_off(lines.partition_point(|(_, line_top)| *line_top < top + height / 2));
    lower.into_iter().chain(lines.into_iter().rev()).collect()
}

/// The lines of a log that reach between two heights of it. They stand one below the other.
fn lines_between(log: &Element, top: i32, bottom: i32) -> Vec<HtmlElement> {
    let lines = log.children();
    let line = |n: u32| lines.item(n).map(JsCast::unchecked_into::<HtmlElement>);
    let is_above = |n: u32| line(n).is_some_and(|line| line.offset_top() + line.offset_height() <= top);
    let (mut first, mut end) = (0, lines.length());
    while first < end {
        let middle = first + (end - first) / 2;
        if is_above(middle) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    (first..lines.length()).map_while(line).take_while(|line| line.offset_top() < bottom).collect()
}
