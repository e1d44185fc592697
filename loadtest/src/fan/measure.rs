//! The measurements themselves.

use std::time::{Duration, Instant};

use super::{crowd::Crowd, error::FanError, usage::Usage};

/// How often a message is published when it is measured how long the last subscriber waits for it.
const BEAT: Duration = Duration::from_secs(1);

/// What a stretch of time with some messages outstanding came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Stretch {
    /// Processor time of the server for a delivery, in microseconds.
    pub(super) processor_us: f64,
    /// Deliveries a second.
    pub(super) per_s: f64,
}

/// Publishes as soon as fewer than `outstanding` messages are on their way, for so long; then waits for the rest.
pub(super) fn stretch(
    crowd: &mut Crowd,
    server: Usage,
    outstanding: usize,
    time: Duration,
) -> Result<Stretch, FanError> {
    // One message beforehand, so that everything that is made once has been.
    fill(crowd, 1)?;
    crowd.drain()?;
    let (deliveries, processor, start) = (crowd.deliveries(), server.processor()?, Instant::now());
    while start.elapsed() < time {
        fill(crowd, outstanding)?;
        let complete = crowd.complete();
        crowd.until("everybody has the next message", |crowd| crowd.complete() > complete)?;
    }
    crowd.drain()?;
    let elapsed = start.elapsed();
    let deliveries = as_float(crowd.deliveries() - deliveries);
    let processor = server.processor()?.saturating_sub(processor);
    Ok(Stretch { processor_us: processor.as_secs_f64() * 1e6 / deliveries, per_s: deliveries / elapsed.as_secs_f64() })
}

fn fill(crowd: &mut Crowd, outstanding: usize) -> Result<(), FanError> {
    while crowd.published() - crowd.complete() < outstanding {
        crowd.publish()?;
    }
    Ok(())
}

/// Publishes a message a second, so often; how long it took each time until the last subscriber had it.
pub(super) fn last(crowd: &mut Crowd, messages: usize) -> Result<Vec<Duration>, FanError> {
    let mut waits = Vec::with_capacity(messages);
    for _ in 0..messages {
        let start = Instant::now();
        crowd.publish()?;
        crowd.drain()?;
        waits.push(start.elapsed());
        crowd.idle(BEAT.saturating_sub(start.elapsed()))?;
    }
    Ok(waits)
}

/// Counts of what is measured are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "the numbers are far smaller")]
pub(super) fn as_float(number: u64) -> f64 {
    number as f64
}
