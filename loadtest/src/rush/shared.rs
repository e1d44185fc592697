//! What all viewers of a rush share.

use std::{
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};

use super::{arguments::Arguments, choices::Choices, findings::Counters};
use crate::wire::Endpoint;

/// Handshakes at once: a crowd that comes back to a restarted server stands in line instead of overrunning its backlog.
const HANDSHAKES_MAX: usize = 128;

/// What all viewers of a rush share.
pub(super) struct Shared {
    /// The show they watch.
    pub(super) show: String,
    /// Where they connect; each viewer to the next one after it lost a connection.
    pub(super) endpoints: Vec<Endpoint>,
    /// What is done with what is held and offered.
    pub(super) choices: Choices,
    /// Whether there is something to wait for.
    pub(super) lines: bool,
    /// How long one can enter the draw; zero without one.
    pub(super) entry: Duration,
    /// What they did so far.
    pub(super) counters: Counters,
    /// Why the last connection failed or ended, if one did.
    trouble: Mutex<Option<String>>,
    handshakes: Semaphore,
    /// When the host's call left that opens the drop.
    opening_at: OnceLock<Instant>,
    /// When the clock began that everybody's calls and answers are on.
    began: Instant,
}

impl Shared {
    /// For viewers of `show` at one or more endpoints.
    pub(super) fn new(arguments: &Arguments, show: String, endpoints: Vec<Endpoint>) -> Self {
        Self {
            show,
            endpoints,
            choices: arguments.choices(),
            lines: arguments.has_lines(),
            entry: Duration::from_millis(arguments.draw_entry_ms().unwrap_or_default()),
            counters: Counters::default(),
            trouble: Mutex::default(),
            handshakes: Semaphore::new(HANDSHAKES_MAX),
            opening_at: OnceLock::new(),
            began: Instant::now(),
        }
    }

    /// How late it is, on one clock for everybody.
    pub(super) fn clock(&self) -> Duration {
        self.began.elapsed()
    }

    /// When it is so late.
    pub(super) fn moment(&self, on_clock: Duration) -> Instant {
        self.began + on_clock
    }

    /// How late it was at a moment.
    pub(super) fn on_clock(&self, moment: Instant) -> Duration {
        moment.saturating_duration_since(self.began)
    }

    /// The host's call that opens the drop is about to leave; when that is.
    pub(super) fn opens(&self) -> Instant {
        *self.opening_at.get_or_init(Instant::now)
    }

    /// Whether the draw must still take entries, whatever the server's clock says: it opened after the host asked.
    pub(super) fn takes_entries(&self) -> bool {
        self.opening_at.get().is_some_and(|opening_at| opening_at.elapsed() < self.entry)
    }

    /// Why the last connection failed or ended, if one did.
    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers why a connection failed or ended.
    pub(super) fn report_trouble(&self, why: String) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }

    /// Waits for a turn to shake hands, which is over when what it returns is dropped.
    pub(super) async fn handshake_turn(&self) -> Option<SemaphorePermit<'_>> {
        // It fails only for a closed semaphore, and nobody closes this one.
        self.handshakes.acquire().await.ok()
    }
}
