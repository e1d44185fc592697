//! Closing everybody, spread out over time.

use std::time::{Duration, Instant};

use super::CloseFrame;

/// How a hub is emptied.
pub(super) struct Drain {
    pub(super) started: Instant,
    pub(super) over: Duration,
    /// What a connection is told, by how much of the drain lies behind it when its turn comes (0 to 1).
    pub(super) close: Box<dyn Fn(f64) -> CloseFrame + Send + Sync>,
}

impl Drain {
    /// How many of `connections` are to be closed by `now`.
    pub(super) fn due(&self, now: Instant, connections: usize) -> usize {
        let elapsed = now.saturating_duration_since(self.started);
        if elapsed >= self.over {
            return connections;
        }
        // Below `connections`, since the elapsed time is below the whole.
        usize::try_from(connections as u128 * elapsed.as_nanos() / self.over.as_nanos()).unwrap_or(connections)
    }

    /// When the connection at this place in the order is to be closed.
    pub(super) fn due_at(&self, place: usize, connections: usize) -> Instant {
        self.started + self.over.mul_f64(fraction(place + 1, connections))
    }

    /// What the connection at this place in the order is told.
    pub(super) fn close(&self, place: usize, connections: usize) -> CloseFrame {
        (self.close)(fraction(place, connections))
    }
}

fn fraction(place: usize, connections: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a hub has far fewer than 2^52 connections")]
    let fraction = place as f64 / connections.max(1) as f64;
    fraction.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_evenly() {
        let started = Instant::now();
        let over = Duration::from_secs(10);
        let drain = Drain { started, over, close: Box::new(|fraction| CloseFrame::new(1012, fraction.to_string())) };
        let due = [0, 1, 5, 9, 10, 11].map(|seconds| drain.due(started + Duration::from_secs(seconds), 40));
        assert_eq!(due, [0, 4, 20, 36, 40, 40]);
        assert_eq!(drain.due_at(19, 40), started + Duration::from_secs(5));
        assert_eq!(drain.close(20, 40).reason, "0.5");
        let at_once = Drain { over: Duration::ZERO, ..drain };
        assert_eq!(at_once.due(started, 7), 7);
    }
}
