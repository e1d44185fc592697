//! The part of a plan that is about drops.

use std::collections::BTreeSet;

use super::{
    catalogue::skus,
    plan_bounds::{At, Invalid},
};
use crate::{
    ids::DropId,
    show::{Drop, DropPhase, Fact, PlanProblem, Show, ShowPlan},
};

/// Whether the run of show can come to be this: what was opened stays as it is.
pub(super) fn check(show: &Show, wanted: &ShowPlan) -> Result<(), Invalid> {
    let fixed = |drop: &&Drop| show.is_fixed(drop);
    for (position, plan) in wanted.drops.iter().enumerate() {
        let Some(drop) = show.drop(&plan.drop).filter(fixed) else { continue };
        if let Some(field) = drop.plan.first_change(plan) {
            let reason = match drop.phase {
                DropPhase::Planned if !drop.was_undone => {
                    "a promise was kept in the drop; only its title and its place can change"
                }
                _ => "the drop was opened; only its title and its place can change",
            };
            let problem = PlanProblem::Fixed { reason: reason.into() };
            return Err(Invalid::new(&format!("drops[{position}].{field}"), problem));
        }
    }
    let kept: BTreeSet<_> = wanted.drops.iter().map(|drop| &drop.drop).collect();
    let left_out = show.drops().filter(fixed).find(|drop| !kept.contains(&drop.plan.drop));
    let reason = |drop: &Drop| match drop.phase {
        DropPhase::Planned if !drop.was_undone => "a promise was kept in it",
        _ => "it was opened",
    };
    let problem = |drop: &Drop| PlanProblem::LeftOut { name: drop.plan.drop.to_string(), reason: reason(drop).into() };
    left_out.map_or(Ok(()), |drop| Err(problem(drop))).at("drops")
}

/// Takes the drops out that the plan leaves out, and those that sell what the catalogue loses: these are put in anew.
/// Returns the drops that were taken out.
pub(super) fn remove(show: &Show, wanted: &ShowPlan, facts: &mut Vec<Fact>) -> BTreeSet<DropId> {
    let kept: BTreeSet<_> = wanted.drops.iter().map(|drop| &drop.drop).collect();
    let listed = skus(wanted);
    let goes = |drop: &&Drop| {
        !kept.contains(&drop.plan.drop) || drop.plan.items.iter().any(|item| !listed.contains(&item.sku))
    };
    let gone: Vec<_> = show.drops().filter(goes).map(|drop| drop.plan.drop.clone()).collect();
    facts.extend(gone.iter().map(|drop| Fact::DropUnplanned { drop: drop.clone() }));
    gone.into_iter().collect()
}

/// Puts in what is new, changed, or was taken out to be put in anew.
pub(super) fn put(show: &Show, wanted: &ShowPlan, removed: &BTreeSet<DropId>, facts: &mut Vec<Fact>) {
    for (place, plan) in (0..).zip(&wanted.drops) {
        let before = show.drop(&plan.drop).filter(|_| !removed.contains(&plan.drop));
        if before.is_none_or(|before| before.place != place || before.plan != *plan) {
            facts.push(Fact::DropPlanned { plan: Box::new(plan.clone()), place });
        }
    }
}
