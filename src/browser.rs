//! The shell around the client's core in a browser: socket, timer, storage, and what happens to the page.

mod clock;
mod copy;
mod database;
mod driver;
mod entropy;
mod http;
mod kept;
mod lifecycle;
mod records;
mod socket;
mod tabs;

use std::ops::Range;

use leptos::prelude::{RwSignal, window};
use leptos::task::spawn_local;
use web_sys::Element;

use crate::app::{Host, Model};
use crate::protocol::MessageId;
use crate::protocol::api::ApiError;
use crate::session::Command;

/// The browser, as the page sees it.
pub struct Browser;

impl Host for Browser {
    fn start(&self, model: RwSignal<Model>, started: Box<dyn FnOnce()>) {
        spawn_local(async move {
            driver::start(model).await;
            lifecycle::watch(model);
            started();
        });
    }

    fn command(&self, command: Command) {
        driver::input(|session, now| session.handle_command(now, command));
    }

    fn call(&self, path: String, body: Option<String>, done: Box<dyn FnOnce(Result<String, ApiError>)>) {
        spawn_local(async move { done(http::call(&path, body).await) });
    }

    fn new_message_id(&self) -> MessageId {
        MessageId::v7(clock::unix_ms(), entropy::random())
    }

    fn now(&self) -> u64 {
        clock::unix_ms()
    }

    fn day_around(&self, at: u64) -> Range<u64> {
        clock::day_around(at)
    }

    fn day_text(&self, at: u64) -> String {
        clock::text(clock::Form::Day, at)
    }

    fn time_text(&self, at: u64) -> String {
        clock::text(clock::Form::Time, at)
    }

    fn exact_time_text(&self, at: u64) -> String {
        clock::text(clock::Form::Exact, at)
    }

    fn iso_time(&self, at: u64) -> String {
        clock::iso(at)
    }

    fn copy_address(&self, path: &str, done: Box<dyn FnOnce(bool)>) {
        copy::copy_address(path, done);
    }

    fn copy_text(&self, text: &str, done: Box<dyn FnOnce(bool)>) {
        copy::copy_text(text.to_owned(), done);
    }

    fn address(&self, path: &str) -> String {
        copy::address(path)
    }

    fn reload(&self) {
        // A page that cannot be reloaded is being left already.
        let _ = window().location().reload();
    }

    fn has_keyboard(&self) -> bool {
        lifecycle::matches_media("(hover: hover) and (pointer: fine)")
    }

    fn on_resize(&self, element: &Element, changed: Box<dyn Fn()>) {
        lifecycle::on_resize(element, changed);
    }
}
