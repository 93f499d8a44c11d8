use crate::app::prelude::*;

/// A choice among numbers, each with its words.
#[component]
pub fn Select(
    /// Unique on the page.
    id: &'static str,
    label: &'static str,
    options: Vec<(u32, String)>,
    value: RwSignal<u32>,
) -> impl IntoView {
    let choose = move |event| {
        if let Ok(chosen) = event_target_value(&event).parse() {
            value.set(chosen);
        }
    };
    let options = options.into_iter().map(|(number, words)| {
        view! { <option value=number.to_string() selected=move || value.get() == number>{words}</option> }
    });
    view! {
        <label for=id>{label}</label>
        <div class="field">
            <select id=id prop:value=move || value.get().to_string() on:change=choose>{options.collect_view()}</select>
        </div>
    }
}
