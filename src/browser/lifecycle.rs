//! What happens to the page: it is looked at or not, the network comes and goes, a keyboard takes half of it.

use leptos::ev;
use leptos::prelude::{RwSignal, Update, document, window, window_event_listener};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, ResizeObserver, VisualViewport};

use super::driver::input;
use crate::app::Model;

/// For as long as there is a page.
pub fn watch(model: RwSignal<Model>) {
    window_event_listener(ev::online, |_| input(|session, now| session.handle_network(now, true)));
    window_event_listener(ev::offline, |_| input(|session, now| session.handle_network(now, false)));
    window_event_listener(ev::pageshow, |_| input(|session, now| session.handle_wake(now)));
    // Not every browser says of a page that goes for good that it is hidden.
    window_event_listener(ev::pagehide, |_| input(|session, now| session.handle_hide(now)));
    window_event_listener(ev::visibilitychange, move |_| look(model));
    look(model);
    follow_viewport();
}

fn look(model: RwSignal<Model>) {
    let hidden = document().hidden();
    model.update(|model| model.set_hidden(hidden));
    input(|session, now| if hidden { session.handle_hide(now) } else { session.handle_wake(now) });
}

/// Some phones lay their keyboard over the page instead of making it smaller: the style sheet then needs the height
/// that is left.
fn follow_viewport() {
    let Some(viewport) = window().visual_viewport() else { return };
    let changed = {
        let viewport = viewport.clone();
        Closure::<dyn Fn()>::new(move || set_height(&viewport))
    };
    let _ = viewport.add_event_listener_with_callback("resize", changed.as_ref().unchecked_ref());
    changed.forget();
}

fn set_height(viewport: &VisualViewport) {
    let Some(root) = document().document_element() else { return };
    let style = root.unchecked_into::<HtmlElement>().style();
    // A page that is zoomed in to be read keeps its layout.
    if viewport.scale() > 1.01 {
        let _ = style.remove_property("--viewport-height");
    } else {
        let _ = style.set_property("--viewport-height", &format!("{}px", viewport.height()));
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }
}

pub fn matches_media(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|media| media.matches())
}

pub fn on_resize(element: &Element, changed: Box<dyn Fn()>) {
    let callback = Closure::<dyn Fn()>::wrap(changed);
    if let Ok(observer) = ResizeObserver::new(callback.as_ref().unchecked_ref()) {
        observer.observe(element);
        // The browser collects both together with the element.
        callback.into_js_value();
    }
}
