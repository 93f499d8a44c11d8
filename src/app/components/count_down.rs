use std::time::Duration;

use crate::app::prelude::*;
use crate::app::store::Store;

/// The seconds until a moment, in ms since the Unix epoch. Nothing once it has come, and for a moment of 0.
pub fn seconds_until(moment: Memo<u64>) -> Memo<Option<u64>> {
    let host = Store::here().host();
    let now = RwSignal::new(host.map_or(0, |host| host.now()));
    let left = memo(move || {
        let ms = moment.get().checked_sub(now.get()).filter(|ms| *ms > 0)?;
        host.map(|_| ms.div_ceil(1_000))
    });
    let look = move || {
        if let Some(host) = host {
            now.set(host.now());
        }
    };
    effect(move || {
        moment.track();
        look();
    });
    effect(move || {
        now.track();
        if left.get().is_some() {
            after_a_second(look);
        }
    });
    left
}

/// Second by second to nothing, from whenever there is something to wait for.
pub fn count_down(seconds: impl Fn() -> Option<u64> + Send + Sync + 'static) -> RwSignal<Option<u64>> {
    let left = RwSignal::new(None);
    effect(move || left.set(seconds()));
    effect(move || {
        if let Some(now) = left.get() {
            after_a_second(move || left.set(now.checked_sub(1).filter(|next| *next > 0)));
        }
    });
    left
}

fn after_a_second(then: impl FnOnce() + 'static) {
    if let Ok(timer) = set_timeout_with_handle(then, Duration::from_secs(1)) {
        on_cleanup(move || timer.clear());
    }
}
