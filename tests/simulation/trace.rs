//! Simulated time, and what happened when: equal seeds make equal traces, byte for byte.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use sha2::{Digest as _, Sha256};

/// When every world begins, in Unix milliseconds.
pub(crate) const BEGIN_MS: u64 = 1_760_000_000_000;

/// The world's time: the journal's, and every node's but for how far its clock is off.
#[derive(Clone)]
pub(crate) struct Time(Arc<AtomicU64>);

impl Time {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(BEGIN_MS)))
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn advance_ms(&self, by_ms: u64) {
        self.0.fetch_add(by_ms, Ordering::Relaxed);
    }
}

/// A record of everything that happened, in order.
#[derive(Clone)]
pub(crate) struct Trace {
    time: Time,
    pages: Arc<Mutex<Pages>>,
}

#[derive(Default)]
struct Pages {
    hasher: Sha256,
    lines: Option<String>,
}

impl Trace {
    /// A trace that keeps its lines, or only what they hash to.
    pub(crate) fn new(time: Time, keeps_lines: bool) -> Self {
        let pages = Pages { lines: keeps_lines.then(String::new), ..Pages::default() };
        Self { time, pages: Arc::new(Mutex::new(pages)) }
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.time.now_ms()
    }

    /// Adds a line.
    pub(crate) fn note(&self, who: impl fmt::Display, what: fmt::Arguments<'_>) {
        let line = format!("{:>7} {who} {what}\n", self.time.now_ms() - BEGIN_MS);
        let mut pages = self.pages.lock().unwrap();
        pages.hasher.update(&line);
        if let Some(lines) = &mut pages.lines {
            lines.push_str(&line);
        }
    }

    /// What all lines hash to.
    pub(crate) fn hash(&self) -> [u8; 32] {
        self.pages.lock().unwrap().hasher.clone().finalize().into()
    }

    /// The lines, where they were kept.
    pub(crate) fn lines(&self) -> String {
        self.pages.lock().unwrap().lines.clone().unwrap_or_default()
    }
}

/// The longest that a value is written out.
const BRIEF_BYTES_MAX: usize = 200;

/// The beginning of what a value looks like.
pub(crate) fn brief(value: &impl fmt::Debug) -> String {
    struct Brief(String);
    impl fmt::Write for Brief {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.push_str(text);
            if self.0.len() < BRIEF_BYTES_MAX { Ok(()) } else { Err(fmt::Error) }
        }
    }
    let mut brief = Brief(String::new());
    // The error says that there would be more.
    let _ = fmt::write(&mut brief, format_args!("{value:?}"));
    brief.0
}
