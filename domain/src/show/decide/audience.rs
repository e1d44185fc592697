//! What nodes count of the audience.

use super::Decision;
use crate::{
    audience::{AudienceCount, SOURCES_MAX},
    ids::PrincipalId,
    show::{Fact, Refusal, Show},
    time::Timestamp,
};

/// For how long after its end a show takes counts, in milliseconds: nodes tell with a delay.
pub const COUNTED_AFTER_END_MS: u64 = 60_000;

/// Refuses, in this order: a show that ended long ago, more sources than are told apart.
pub(super) fn count(
    show: &Show,
    now: Timestamp,
    node: &PrincipalId,
    count: &AudienceCount,
) -> Result<Decision, Refusal> {
    if show.ended_at().is_some_and(|ended_at| ended_at.after_ms(COUNTED_AFTER_END_MS) <= now) {
        return Err(Refusal::ShowEnded);
    }
    if count.sources.len() > SOURCES_MAX {
        return Err(Refusal::Full { bound: "SOURCES_MAX".into() });
    }
    let is_newest = show.audience().of(node).is_none_or(|before| count.is_after(before));
    let fact = || Fact::AudienceCounted { node: node.clone(), count: Box::new(count.clone()) };
    Ok(Decision::done(is_newest.then(fact).into_iter().collect()))
}
