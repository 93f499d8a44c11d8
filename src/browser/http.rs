use js_sys::{Object, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, Response};

use super::clock::within;
use crate::protocol::api::ApiError;

/// A server that takes longer for an answer is as good as none.
const ANSWER_WITHIN_MS: i32 = 20_000;

/// Asks the server at this path: a body is posted. Gives the text of its answer.
pub async fn call(path: &str, body: Option<String>) -> Result<String, ApiError> {
    let answer = within(ANSWER_WITHIN_MS, fetch(path, body)).await;
    let Some(Ok((is_good, text))) = answer else { return Err(ApiError::unavailable("there was no answer")) };
    if is_good {
        return Ok(text);
    }
    // What is between here and the server speaks its own language.
    Err(serde_json::from_str(&text).unwrap_or_else(|_| ApiError::unavailable("the answer makes no sense")))
}

async fn fetch(path: &str, body: Option<String>) -> Result<(bool, String), JsValue> {
    let request = RequestInit::new();
    if let Some(body) = body {
        let headers = Object::new();
        Reflect::set(&headers, &"Content-Type".into(), &"application/json".into())?;
        request.set_method("POST");
        request.set_headers(&headers);
        request.set_body(&body.into());
    }
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(path, &request)).await?.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?;
    Ok((response.ok(), text.as_string().unwrap_or_default()))
}
