//! The two threads of the log.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;

use tracing::error;

use super::StoreEvent;
use super::database::{Database, Reader};
use crate::hub::{Append, AppendError, PageRequest, Unavailable};

/// Appends in one commit, at most, so that an answer never waits for an endless batch.
const BATCH_MAX: usize = 1_024;

/// Group commit: waits for nothing but work, and takes what has queued while the last commit ran.
pub fn write(mut database: Database, queue: &Receiver<Append>, health: &AtomicBool, answer: impl Fn(StoreEvent)) {
    while let Ok(first) = queue.recv() {
        let batch: Vec<Append> = std::iter::once(first).chain(queue.try_iter().take(BATCH_MAX - 1)).collect();
        let committed = database.commit(&batch);
        health.store(committed.is_ok(), Ordering::Relaxed);
        let results = committed.unwrap_or_else(|cause| {
            error!(%cause, appends = batch.len(), "a commit has failed");
            batch.iter().map(|_| Err(AppendError::Unavailable)).collect()
        });
        for (append, result) in batch.iter().zip(results) {
            answer(StoreEvent::Appended(append.ticket, result));
        }
    }
}

pub fn read(reader: &Reader, requests: &Receiver<PageRequest>, answer: impl Fn(StoreEvent)) {
    while let Ok(request) = requests.recv() {
        let page = reader.page(&request).map_err(|cause| {
            error!(%cause, room = %request.room, "a page cannot be read");
            Unavailable
        });
        answer(StoreEvent::Page(request, page));
    }
}
