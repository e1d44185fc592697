//! When which buyer clicks: an open loop. The arrivals are laid down before the rush and take no notice of answers.

use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use tokio::{sync::mpsc::UnboundedSender, time::Instant};

use super::{arguments::Arguments, findings::Counters};

/// The shortest sleep between arrivals: at a high rate a few clicks leave together, at most this late, instead of
/// waking up for each.
const STEP: Duration = Duration::from_micros(200);

/// What happens to a viewer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Event {
    /// It clicks; the click's number, and when it is meant to be made.
    Click(u32, Instant),
    /// Its connection is cut.
    Cut,
}

/// What happens to which viewer, in the order of time.
#[derive(Debug)]
pub(super) struct Schedule {
    arrivals: Vec<Arrival>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Arrival {
    after: Duration,
    viewer: u32,
    /// The click's number; `None` for a cut.
    click: Option<u32>,
}

impl Schedule {
    /// Clicks at an even rate, each by a buyer picked at random (the buyers are the first viewers), and cuts of
    /// different viewers at random moments in the middle of them.
    pub(super) fn new(arguments: &Arguments) -> Self {
        let mut random = StdRng::seed_from_u64(arguments.seed);
        let every_s = f64::from(arguments.clicks_per_second).recip();
        let clicks = (0..arguments.clicks).map(|number| Arrival {
            after: Duration::from_secs_f64(f64::from(number) * every_s),
            viewer: random.random_range(0..arguments.buyers),
            click: Some(number),
        });
        let mut arrivals: Vec<_> = clicks.collect();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a u32, rounded")]
        let cuts = (f64::from(arguments.viewers) * arguments.cut).round() as usize;
        let cut = rand::seq::index::sample(&mut random, arguments.viewers as usize, cuts);
        arrivals.extend(cut.into_iter().zip(0_u32..).map(|(viewer, _)| Arrival {
            after: arguments.click_window().mul_f64(random.random_range(0.1..0.9)),
            viewer: u32::try_from(viewer).unwrap_or_default(),
            click: None,
        }));
        arrivals.sort_by_key(|arrival| arrival.after);
        Self { arrivals }
    }

    /// Makes it happen, from `start` on, on the calling thread; returns when the last arrival left. The channels are
    /// unbounded because an open loop never waits: what can wait in them is bounded by the number of clicks.
    pub(super) fn play(&self, start: Instant, viewers: &[UnboundedSender<Event>], counters: &Counters) {
        for arrival in &self.arrivals {
            let due = start + arrival.after;
            let early = due.saturating_duration_since(Instant::now());
            if !early.is_zero() {
                std::thread::sleep(early.max(STEP));
            }
            let event = arrival.click.map_or(Event::Cut, |number| Event::Click(number, due));
            // A viewer that the server turned away for good takes no events; its clicks count as unanswered.
            let _ = viewers[arrival.viewer as usize].send(event);
            if arrival.click.is_some() {
                counters.clicked.count();
            }
        }
    }
}
