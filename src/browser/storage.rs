//! What is kept for the next visit. A browser that keeps nothing is a new visitor each time, and all else works.

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{HtmlDocument, Storage};

use crate::protocol::Token;

const TOKEN: &str = "parlor.token";
const YEAR_S: u32 = 365 * 24 * 60 * 60;

pub fn token() -> Option<Token> {
    Token::parse(&local_storage()?.get_item(TOKEN).ok()??).ok()
}

pub fn keep_token(token: &Token) {
    if let Some(storage) = local_storage() {
        let _ = storage.set_item(TOKEN, token.as_str());
    }
}

/// In a cookie, so that the server can greet by name.
pub fn keep_name(name: &str) {
    let value = js_sys::encode_uri_component(name);
    let cookie = format!("parlor_name={value}; Path=/; SameSite=Lax; Max-Age={YEAR_S}");
    let _ = document().unchecked_into::<HtmlDocument>().set_cookie(&cookie);
}

/// Reading the property alone is an error where storage is blocked.
fn local_storage() -> Option<Storage> {
    window().local_storage().ok()?
}
