use std::fmt::Debug;
use std::sync::Arc;

use leptos::children::ViewFn;
use leptos::prelude::*;

use super::live_view;

#[component]
pub fn Show(
    children: ChildrenFn,
    #[prop(into)] when: Signal<bool>,
    #[prop(optional, into)] fallback: ViewFn,
) -> impl IntoView {
    let when = ArcMemo::new(move |_| when.get());
    live_view(move || if when.get() { children() } else { fallback.run() })
}

struct Item {
    /// The debug text of its key, which tells all values of one type apart.
    key: String,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

#[component]
pub fn For<T, I, K, V>(
    each: impl Fn() -> I + Send + 'static,
    key: impl Fn(&T) -> K + Send + 'static,
    children: impl Fn(T) -> V + Send + Sync + 'static,
) -> impl IntoView
where
    T: Send + 'static,
    I: IntoIterator<Item = T>,
    K: Debug,
    V: IntoView + 'static,
{
    let children = Arc::new(children);
    let item = move |value| {
        let children = Arc::clone(&children);
        Item { key: format!("{:?}", key(&value)), view: Box::new(move || children(value).into_any()) }
    };
    let items = Box::new(move || each().into_iter().map(&item).collect());
    view! { <Items each=items/> }
}

#[component]
fn Items(each: Box<dyn Fn() -> Vec<Item> + Send>) -> impl IntoView {
    view! {
        <leptos::control_flow::For each key=|item| item.key.clone() let(item)>
            {(item.view)()}
        </leptos::control_flow::For>
    }
}
