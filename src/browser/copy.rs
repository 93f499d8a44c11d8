use leptos::prelude::{document, window};
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlDocument, HtmlElement, HtmlTextAreaElement};

/// Copies the address of a path on this server, and tells whether it could.
pub fn copy_address(path: &str, done: Box<dyn FnOnce(bool)>) {
    let text = format!("{}{path}", window().location().origin().unwrap_or_default());
    spawn_local(async move { done(copy(&text).await) });
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
    document.body().ok_or(JsValue::NULL)?.append_child(&area)?;
    area.select();
    let copied = document.exec_command("copy");
    area.remove();
    if let Some(focused) = focused {
        focused.focus()?;
    }
    copied
}
