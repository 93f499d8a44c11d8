use leptos::prelude::{document, window};
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlDocument, HtmlElement, HtmlTextAreaElement};

/// Copies the address of a path on this server, and tells whether it could.
pub fn copy_address(path: &str, done: Box<dyn FnOnce(bool)>) {
    copy_text(address(path), done);
}

pub fn copy_text(text: String, done: Box<dyn FnOnce(bool)>) {
    spawn_local(async move { done(copy(&text).await) });
}

pub fn address(path: &str) -> String {
    format!("{}{path}", window().location().origin().unwrap_or_default())
}

/// The clipboard exists only on secure pages; a server on a home network often has none.
async fn copy(text: &str) -> bool {
    if js_sys::Reflect::has(&window().navigator(), &"clipboard".into()).unwrap_or(false) {
        let written = window().navigator().clipboard().write_text(text);
        if JsFuture::from(written).await.is_ok() {
            return true;
        }
    }
    copy_selected(text).unwrap_or(false)
}

/// The way of older browsers: select a text on the page, and copy what is selected.
fn copy_selected(text: &str) -> Result<bool, JsValue> {
    let document = document().unchecked_into::<HtmlDocument>();
    let focused = document.active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
    let area = document.create_element("textarea")?.unchecked_into::<HtmlTextAreaElement>();
    area.set_value(text);
    // Under a sheet nothing can be selected, so it has to be in it.
    let parent = document.query_selector("dialog[open]")?.or_else(|| document.body().map(Into::into));
    parent.ok_or(JsValue::NULL)?.append_child(&area)?;
    area.select();
    let copied = document.exec_command("copy");
    area.remove();
    if let Some(focused) = focused {
        focused.focus()?;
    }
    copied
}
