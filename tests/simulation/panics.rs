//! Panics of tasks, which their runtime swallows: counted, so that none goes unseen.

use std::{cell::Cell, sync::Once};

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// From now on the panics of every thread are counted, beside being told as usual.
pub(crate) fn watch() {
    static WATCH: Once = Once::new();
    WATCH.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            COUNT.set(COUNT.get() + 1);
            usual(panic);
        }));
    });
}

/// How many panics this thread has seen.
pub(crate) fn count() -> u64 {
    COUNT.get()
}
