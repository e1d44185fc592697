//! Draws that are due are drawn before anybody is served: who clicks late gains nothing by it.

use dropcast::codec::decode_entry;
use dropcast_domain::show::{DrawStage, Entry, Role, Show};

use super::{Check, Violation, snapshots::fold};
use crate::world::Run;

pub(super) fn check(run: &Run) -> Vec<Violation> {
    let (mut show, mut violations) = (Show::default(), Vec::new());
    for raw in &run.record.line {
        let Ok(entry) = decode_entry(raw) else { return violations };
        if let Some(drop) = undrawn(&show, &entry) {
            let detail = format!("entry {} was decided before the lots of {drop} were drawn", raw.seq);
            violations.push(Violation::new(Check::Draw, detail));
        }
        if fold(&mut show, raw).is_err() {
            // That is told elsewhere.
            return violations;
        }
    }
    violations
}

/// The drop whose lots should be drawn before what somebody asked for.
fn undrawn(show: &Show, entry: &Entry) -> Option<String> {
    let asked = entry.cause.as_ref().is_some_and(|cause| cause.principal.role != Role::System);
    let pending = |drop: &&dropcast_domain::show::Drop| drop.draw_stage(entry.at) == DrawStage::Pending;
    let drop = show.pending_draws().map(|(_, drop)| drop).find(pending).filter(|_| asked)?;
    Some(drop.plan().drop.to_string())
}
