//! Counts of the audience, which are told anew until they are there.

use std::collections::BTreeMap;

use dropcast::engine::Answer;
use dropcast_domain::show::{Command, Show};

use super::{Check, Violation, snapshots::fold};
use crate::{ledger::Told, world::Run};

pub(super) fn check(run: &Run) -> Vec<Violation> {
    let mut show = Show::default();
    if run.record.line.iter().try_for_each(|raw| fold(&mut show, raw)).is_err() {
        // That is told elsewhere.
        return Vec::new();
    }
    let mut last = BTreeMap::new();
    for call in &run.calls {
        if let (Command::CountAudience { node, count }, Some((Told::Answer(Answer::Accepted(_)), _))) =
            (&call.request.command, &call.told)
            && call.called_at_ms > run.healed_at_ms
        {
            last.insert(node, count);
        }
    }
    last.retain(|node, count| !show.audience().of(node).is_some_and(|known| known.is_after(count)));
    last.into_iter().map(|(node, count)| Violation::new(Check::Audience, format!("{node} counted {count:?}"))).collect()
}
