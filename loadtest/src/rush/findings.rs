//! What viewers saw, each for itself, and what they saw together while it happens.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

use tokio::time::Instant;

use super::own::Own;
use crate::history::Call;

/// A hold that the server said yes to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Acknowledged {
    /// Whom it belongs to.
    pub(super) viewer: String,
    /// The key of the click.
    pub(super) key: String,
    /// The reservation's number.
    pub(super) reservation: u64,
    /// Whether the server also said that it is sold.
    pub(super) sold: bool,
}

/// What one viewer saw.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// When the message came that the drop is open.
    pub(super) drop_seen_at: Option<Instant>,
    /// From the moment a click was meant to be made to its answer, in microseconds.
    pub(super) answer_us: Vec<u64>,
    /// When the last answer to a click came.
    pub(super) last_answer_at: Option<Instant>,
    /// Every hold that was acknowledged, also a second one for the same click.
    pub(super) acknowledged: Vec<Acknowledged>,
    /// Clicks that were refused, by the number of the refusal's code.
    pub(super) refused: BTreeMap<i32, u64>,
    /// What it asked, each time, and what it was told.
    pub(super) calls: Vec<Call>,
    /// Its name.
    pub(super) name: String,
    /// When it was to click first.
    pub(super) first_click_at: Option<Instant>,
    /// What it saw of lines, draws and what is its own.
    pub(super) own: Own,
    /// The first thing that the server complained about.
    pub(super) complaint: Option<String>,
}

/// What the crowd did so far. Each is only ever read to be shown or waited for, so no order between them matters.
#[derive(Debug, Default)]
pub(super) struct Counters {
    /// Viewers that have had their first snapshot.
    pub(super) ready: Counter,
    /// Clicks that came due.
    pub(super) clicked: Counter,
    /// Clicks that were held or refused, or that gave a place in line.
    pub(super) answered: Counter,
    /// Holds and offers that were to be confirmed or given back.
    pub(super) settles: Counter,
    /// Of those, how many were, or were refused.
    pub(super) settles_answered: Counter,
    /// Viewers that got a place in a line or a draw.
    pub(super) waiting: Counter,
    /// Of those, how many know where in line.
    pub(super) standing: Counter,
    /// How often a viewer was told something about what is its own.
    pub(super) told: Counter,
    /// Clicks and confirmations that were sent again because the server said so.
    pub(super) retries: Counter,
    /// Connections that were cut on purpose.
    pub(super) cuts: Counter,
    /// Connections that were opened after the first.
    pub(super) reconnects: Counter,
    /// Of those, how many took up where they left off without a snapshot of the show.
    pub(super) resumes: Counter,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub(super) fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many.
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
