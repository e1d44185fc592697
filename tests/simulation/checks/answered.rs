//! Nobody is left without an answer.

use super::{Check, Violation};
use crate::{ledger::Told, world::Run};

pub(super) fn check(run: &Run) -> Vec<Violation> {
    let mut violations: Vec<_> =
        run.unsettled.iter().map(|what| Violation::new(Check::Answered, what.clone())).collect();
    for call in &run.calls {
        let what = match &call.told {
            None => "has no answer",
            Some((Told::Dropped, _)) => "was dropped without an answer",
            Some(_) => continue,
        };
        let (who, key) = (&call.request.principal.id, &call.request.key);
        violations.push(Violation::new(Check::Answered, format!("{who} {key:?} at node {} {what}", call.node)));
    }
    if run.panics > 0 {
        violations.push(Violation::new(Check::Panic, format!("{} panics", run.panics)));
    }
    violations
}
