//! The screen: one model, changed by [`update`]; components that read slices of it and call the [`Store`].

mod asking;
mod bootstrap;
mod components;
mod document;
mod host;
mod lines;
mod model;
mod pages;
mod prelude;
mod shared;
mod start;
mod store;
mod text;

use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

pub use bootstrap::Bootstrap;
pub use document::shell;
pub use host::Host;
pub use model::{Model, update};
use pages::{AccountPage, AdminPage, Layout, Lobby, NotFound, RoomPage};
use prelude::*;
use store::Store;

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let bootstrap = SharedValue::new(|| use_context::<Bootstrap>().unwrap_or_default()).into_inner();
    let store = Store::provide(Model::new(bootstrap));
    let new = store.slice(|model| (model.unread(), model.mentions()));
    let signed_out = store.slice(|model| model.signed_out);
    effect(move || store.start());
    effect(move || {
        if signed_out.get() {
            store.forget_drafts();
        }
    });
    view! {
        // The server writes the head last, when the rest of the page is gone; nothing is unread there.
        <Title formatter=move |page: String| title(new.try_get().unwrap_or_default(), &page)/>
        <Router>
            <Layout>
                <FlatRoutes fallback=NotFound>
                    <Route path=path!("/") view=Lobby/>
                    <Route path=path!("/rooms/:id") view=RoomPage/>
                    <Route path=path!("/account") view=AccountPage/>
                    <Route path=path!("/admin") view=AdminPage/>
                </FlatRoutes>
            </Layout>
        </Router>
    }
}

fn title((unread, mentions): (u64, usize), page: &str) -> String {
    let count = text::title_count(unread, mentions);
    let page = if page.is_empty() { String::new() } else { format!("{page} · ") };
    format!("{count}{page}Parlor")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_names_the_room_and_counts_what_is_new() {
        assert_eq!(title((0, 0), ""), "Parlor");
        assert_eq!(title((0, 0), "General"), "General · Parlor");
        assert_eq!(title((2, 0), "General"), "(2) General · Parlor");
        assert_eq!(title((2, 1), "General"), "(2, @1) General · Parlor");
        assert_eq!(title((1_000, 0), "General"), "(99+) General · Parlor");
    }
}
