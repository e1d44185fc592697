//! Making a show what a plan says.

use super::{Decision, catalogue, plan_bounds, plan_bounds::Invalid, run::expect_not_ended, run_of_show};
use crate::show::{Fact, PlanProblem, Refusal, Show, ShowPlan};

/// The facts between what is and what is wanted, each of which leaves a whole show: what goes away goes first, what
/// comes comes before what needs it.
///
/// Refuses, in this order: an ended show, a plan out of its bounds, a plan that contradicts what happened since.
pub(super) fn plan(show: &Show, wanted: &ShowPlan) -> Result<Decision, Refusal> {
    expect_not_ended(show)?;
    plan_bounds::check(wanted)?;
    settings(show, wanted)?;
    catalogue::check(show, wanted)?;
    run_of_show::check(show, wanted)?;

    let mut facts = Vec::new();
    if show.settings() != Some(&wanted.settings) {
        facts.push(Fact::ShowPlanned(Box::new(wanted.settings.clone())));
    }
    let replanned = run_of_show::remove(show, wanted, &mut facts);
    catalogue::remove(show, wanted, &mut facts);
    catalogue::put(show, wanted, &mut facts);
    run_of_show::put(show, wanted, &replanned, &mut facts);
    Ok(Decision::done(facts))
}

fn settings(show: &Show, wanted: &ShowPlan) -> Result<(), Invalid> {
    let Some(settings) = show.settings() else { return Ok(()) };
    let fixed = |at, reason: &'static str| Err(Invalid::new(at, PlanProblem::Fixed { reason: reason.into() }));
    if settings.brand != wanted.settings.brand {
        return fixed("settings.brand", "a show stays with its brand");
    }
    if settings.currency != wanted.settings.currency && show.reservation_count() > 0 {
        return fixed("settings.currency", "units were held at prices in it");
    }
    Ok(())
}
