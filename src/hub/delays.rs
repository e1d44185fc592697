//! How long what everybody receives takes on its way.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::{Duration, Instant},
};

/// Upper bounds of what delays are counted by, in seconds: from one write to a hub that is in trouble.
pub const DELAY_SECONDS: [f64; 14] =
    [0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0];

/// Delays of one kind so far, by how long they were.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Delays {
    /// How many were up to each bound of [`DELAY_SECONDS`] and beyond the one before.
    pub up_to: [u64; DELAY_SECONDS.len()],
    /// How many were beyond the last bound.
    pub beyond: u64,
    /// All of them together.
    pub sum: Duration,
}

/// What a hub measures. It happens a few times a second per show and shard, so any thread adds to the same numbers.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Measured {
    /// From when a message [is measured since](super::Frames::measured_since) until it was published.
    pub published: Delays,
    /// From then until a shard had offered it to the last connection of its channel, once per shard that has any. A
    /// connection whose socket is full has been offered it; it gets it when there is room.
    pub written: Delays,
    /// How long a shard took to write what is new in a channel to all its connections.
    pub swept: Delays,
}

/// The same while it is added to.
#[derive(Default)]
pub(super) struct Measurements {
    pub(super) published: Delaying,
    pub(super) written: Delaying,
    pub(super) swept: Delaying,
}

#[derive(Default)]
pub(super) struct Delaying {
    up_to: [AtomicU64; DELAY_SECONDS.len()],
    beyond: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Measurements {
    pub(super) fn get(&self) -> Measured {
        Measured { published: self.published.get(), written: self.written.get(), swept: self.swept.get() }
    }
}

impl Delaying {
    /// Counts what began then and ends now.
    pub(super) fn ended(&self, since: Instant) {
        self.add(since.elapsed());
    }

    fn add(&self, delay: Duration) {
        let bound = DELAY_SECONDS.iter().position(|bound| delay.as_secs_f64() <= *bound);
        bound.map_or(&self.beyond, |bound| &self.up_to[bound]).fetch_add(1, Relaxed);
        self.nanoseconds.fetch_add(u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX), Relaxed);
    }

    fn get(&self) -> Delays {
        Delays {
            up_to: std::array::from_fn(|bound| self.up_to[bound].load(Relaxed)),
            beyond: self.beyond.load(Relaxed),
            sum: Duration::from_nanos(self.nanoseconds.load(Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_counts_up_to_its_bound() {
        let delaying = Delaying::default();
        for micros in [0, 100, 101, 5_000_000, 5_000_001] {
            delaying.add(Duration::from_micros(micros));
        }
        let delays = delaying.get();
        assert_eq!((delays.up_to[0], delays.up_to[1], delays.up_to[13], delays.beyond), (2, 1, 1, 1));
        assert_eq!(delays.up_to.iter().sum::<u64>(), 4);
        assert_eq!(delays.sum, Duration::from_micros(10_000_202));
    }
}
