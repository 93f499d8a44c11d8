use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::prelude::*;
use super::store::Store;
use super::text;
use crate::protocol::ErrorCode;
use crate::protocol::api::ApiError;

type Answer = Box<dyn FnOnce(&str) -> Result<(), serde_json::Error>>;

/// What a form asks the server, one question at a time, and what has come of the last one.
#[derive(Clone, Copy)]
pub struct Asking {
    pub store: Store,
    words: fn(ErrorCode) -> &'static str,
    pub pending: RwSignal<bool>,
    /// Why it could not be done, in words.
    pub failure: RwSignal<Option<String>>,
    /// Why the server did not do it.
    pub code: RwSignal<Option<ErrorCode>>,
    /// The server looks at the next question in so many seconds.
    pub wait: RwSignal<u64>,
    /// It was done, in words.
    pub done: RwSignal<Option<&'static str>>,
}

impl Asking {
    pub fn new() -> Self {
        Self::with_words(text::failure)
    }

    /// With words of its own for why something could not be done.
    pub fn with_words(words: fn(ErrorCode) -> &'static str) -> Self {
        Self {
            store: Store::here(),
            words,
            pending: RwSignal::new(false),
            failure: RwSignal::new(None),
            code: RwSignal::new(None),
            wait: RwSignal::new(0),
            done: RwSignal::new(None),
        }
    }

    /// Whether a question can be asked now, which a form that is gone cannot.
    pub fn is_free(self) -> bool {
        self.pending.try_get() == Some(false) && self.wait.try_get() == Some(0)
    }

    /// What was typed is wrong, as is seen without asking.
    pub fn refuse(self, words: impl ToString) {
        self.forget();
        self.failure.set(Some(words.to_string()));
    }

    /// What was said of the last question is of no interest any more.
    pub fn forget(self) {
        self.code.set(None);
        self.failure.set(None);
        self.done.set(None);
    }

    pub fn get<R: DeserializeOwned>(self, path: &str, then: impl FnOnce(R) + 'static) {
        self.ask(path, None, Box::new(move |text| serde_json::from_str(text).map(then)));
    }

    pub fn post<R: DeserializeOwned>(self, path: &str, what: &impl Serialize, then: impl FnOnce(R) + 'static) {
        self.ask(path, Some(json(what)), Box::new(move |text| serde_json::from_str(text).map(then)));
    }

    /// Posts something that is answered by success alone.
    pub fn tell(self, path: &str, what: &impl Serialize, then: impl FnOnce() + 'static) {
        self.ask(
            path,
            Some(json(what)),
            Box::new(move |_| {
                then();
                Ok(())
            }),
        );
    }

    fn ask(self, path: &str, body: Option<String>, then: Answer) {
        let Some(host) = self.store.host().filter(|_| untrack(|| self.is_free())) else { return };
        self.forget();
        self.pending.set(true);
        let answered = move |answer: Result<String, ApiError>| {
            self.pending.set(false);
            let read = |text: String| then(&text).map_err(|_| ApiError::unavailable("the answer makes no sense"));
            if let Err(error) = answer.and_then(read) {
                self.fail(&error);
            }
        };
        host.call(path.to_owned(), body, Box::new(answered));
    }

    fn fail(self, error: &ApiError) {
        self.code.set(Some(error.code));
        self.failure.set(Some((self.words)(error.code).to_owned()));
        if let (Some(ms), Some(host)) = (error.retry_after_ms, self.store.host()) {
            self.count_down(host.now() + ms);
        }
    }

    fn count_down(self, until: u64) {
        let Some(host) = self.store.host() else { return };
        let seconds = until.saturating_sub(host.now()).div_ceil(1_000);
        self.wait.set(seconds);
        // A form that is gone has nobody to tell.
        if seconds > 0 && !self.wait.is_disposed() {
            set_timeout(move || self.count_down(until), Duration::from_secs(1));
        }
    }
}

fn json(what: &impl Serialize) -> String {
    // What is asked holds nothing that JSON has not.
    serde_json::to_string(what).unwrap_or_default()
}
