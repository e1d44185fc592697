//! Counts of the audience: whatever a failover lost of them is told anew, as long as the show takes it.

use std::collections::{BTreeMap, BTreeSet};

use dropcast::engine::Answer;
use dropcast_domain::show::{Command, Refusal, Show};

use super::{Check, Violation, snapshots::fold};
use crate::{ledger::Told, world::Run};

pub(super) fn check(run: &Run) -> Vec<Violation> {
    let mut show = Show::default();
    if run.record.line.iter().try_for_each(|raw| fold(&mut show, raw)).is_err() {
        // That is told elsewhere.
        return Vec::new();
    }
    let mut last = BTreeMap::new();
    let mut too_late = BTreeSet::new();
    for call in &run.calls {
        let Command::CountAudience { node, count } = &call.request.command else { continue };
        match &call.told {
            Some((Told::Answer(Answer::Accepted(_)), _)) => drop(last.insert(node, count)),
            Some((Told::Answer(Answer::Refused(Refusal::ShowEnded)), _)) => drop(too_late.insert(node)),
            _ => {}
        }
    }
    last.retain(|node, _| !too_late.contains(node));
    last.retain(|node, count| !show.audience().of(node).cloned().unwrap_or_default().is_after(count));
    last.into_iter().map(|(node, count)| Violation::new(Check::Audience, format!("{node} counted {count:?}"))).collect()
}
