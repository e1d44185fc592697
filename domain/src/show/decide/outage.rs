//! What an outage of the journal does to holds.

use super::Decision;
use crate::{
    show::{Fact, Refusal, Show},
    time::Timestamp,
};

/// The most that one outage extends holds by, in milliseconds: one hour. Nobody waits longer for a checkout to come
/// back, and the units belong to others by then.
pub const HOLD_EXTENSION_MS_MAX: u64 = 3_600_000;

/// Refuses a length out of its bounds. Only the time after the last entry counts: before that, the journal was written.
/// Where nothing is held, there is nothing to extend.
pub(super) fn extend_holds(show: &Show, now: Timestamp, by_ms: u64) -> Result<Decision, Refusal> {
    if !(1..=HOLD_EXTENSION_MS_MAX).contains(&by_ms) {
        return Err(Refusal::DurationInvalid { max_ms: HOLD_EXTENSION_MS_MAX });
    }
    let by_ms = by_ms.min(now.0 - show.last_at().0);
    let extends = by_ms > 0 && show.hold_count() > 0;
    Ok(Decision::done(if extends { vec![Fact::HoldsExtended { by_ms }] } else { Vec::new() }))
}
