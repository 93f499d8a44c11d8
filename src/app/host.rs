use std::ops::Range;

use leptos::prelude::RwSignal;
use leptos::web_sys::Element;

use super::model::Model;
use crate::protocol::MessageId;
use crate::protocol::api::ApiError;
use crate::session::Command;

/// What the page needs of the browser around it, beyond its own elements. Nothing of it is used while a server renders.
pub trait Host: Sync {
    /// Starts the session, which changes the model from now on, and calls back once it takes commands.
    fn start(&self, model: RwSignal<Model>, started: Box<dyn FnOnce()>);
    fn command(&self, command: Command);
    /// Asks the server by HTTP: a body is posted. The answer is the text of it.
    fn call(&self, path: String, body: Option<String>, done: Box<dyn FnOnce(Result<String, ApiError>)>);
    fn new_message_id(&self) -> MessageId;

    /// Ms since the Unix epoch.
    fn now(&self) -> u64;
    /// The local day around a moment, from midnight to midnight.
    fn day_around(&self, at: u64) -> Range<u64>;
    fn day_text(&self, at: u64) -> String;
    fn time_text(&self, at: u64) -> String;
    fn exact_time_text(&self, at: u64) -> String;
    /// As the `datetime` of a `<time>`.
    fn iso_time(&self, at: u64) -> String;

    /// Copies the address of this path, and tells whether it could.
    fn copy_address(&self, path: &str, done: Box<dyn FnOnce(bool)>);
    fn copy_text(&self, text: &str, done: Box<dyn FnOnce(bool)>);
    /// The whole address of a path.
    fn address(&self, path: &str) -> String;
    fn reload(&self);
    /// Whether focusing a text box brings no keyboard up over the page.
    fn has_keyboard(&self) -> bool;
    /// Calls back whenever the size of the element changes, for as long as it is on the page.
    fn on_resize(&self, element: &Element, changed: Box<dyn Fn()>);
}
