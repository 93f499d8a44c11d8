use std::ops::Range;
use std::pin::pin;

use futures_util::future::{Either, select};
use js_sys::{Array, Date, Function, Intl, Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// How a moment is written, in the language and zone of the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Time,
    Day,
    Exact,
}

thread_local! {
    // Making a formatter is a hundred times dearer than using it.
    static TIME: Function = formatter(&[("hour", "2-digit"), ("minute", "2-digit")]);
    static DAY: Function = formatter(&[("weekday", "long"), ("day", "numeric"), ("month", "long"), ("year", "numeric")]);
    static EXACT: Function = formatter(&[("dateStyle", "full"), ("timeStyle", "medium")]);
}

/// The clock of deadlines, which never goes back.
pub fn monotonic_ms() -> u64 {
    window().performance().map_or_else(unix_ms, |performance| performance.now() as u64)
}

pub fn unix_ms() -> u64 {
    Date::now() as u64
}

/// What this comes to, if it does in time.
pub async fn within<T>(ms: i32, work: impl Future<Output = T>) -> Option<T> {
    let late = Promise::new(&mut |resolve, _| {
        // Without a timer there is no limit.
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
    });
    match select(pin!(work), JsFuture::from(late)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

/// The local day around a moment. Days have 23 to 25 hours.
pub fn day_around(at: u64) -> Range<u64> {
    let date = date(at);
    let midnight = |days: i32| {
        let day = date.get_date() as i32 + days;
        Date::new_with_year_month_day(date.get_full_year(), date.get_month() as i32, day).get_time() as u64
    };
    midnight(0)..midnight(1)
}

pub fn text(form: Form, at: u64) -> String {
    let formatter = match form {
        Form::Time => &TIME,
        Form::Day => &DAY,
        Form::Exact => &EXACT,
    };
    let text = formatter.with(|format| format.call1(&JsValue::UNDEFINED, &date(at)));
    text.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// ISO 8601 in UTC; empty for a moment that no calendar has.
pub fn iso(at: u64) -> String {
    let date = date(at);
    if date.get_time().is_nan() { String::new() } else { String::from(date.to_iso_string()) }
}

fn date(at: u64) -> Date {
    Date::new(&JsValue::from_f64(at as f64))
}

fn formatter(options: &[(&str, &str)]) -> Function {
    let object = Object::new();
    for (key, value) in options {
        // A plain object takes every property.
        let _ = Reflect::set(&object, &(*key).into(), &(*value).into());
    }
    Intl::DateTimeFormat::new(&Array::new(), &object).format()
}
