//! Snapshots, and what was seen of the show, against the facts.

use std::collections::BTreeMap;

use dropcast::{
    codec::decode_entry,
    journal::{Digest, Position, RawEntry, Snapshot},
};
use dropcast_domain::show::{STATE_VERSION, Show};

use super::{Check, Violation};
use crate::{recorder::Look, world::Run};

pub(super) fn check(run: &Run) -> Vec<Violation> {
    let mut violations = Vec::new();
    violations.extend(trimmed(run));
    let mut wanted: BTreeMap<Digest, Vec<&Snapshot>> = BTreeMap::new();
    for snapshot in &run.record.snapshots {
        wanted.entry(snapshot.position.digest).or_default().push(snapshot);
    }
    let mut looks: BTreeMap<Digest, Vec<&Look>> = BTreeMap::new();
    for look in &run.looks {
        looks.entry(look.position.digest).or_default().push(look);
        let since = run.record.since.get(&look.position.digest);
        let is_durable = look.position == Position::default() || since.is_some_and(|since| *since <= look.at);
        violations.extend((!is_durable).then(|| seen(look, "was not durable")));
    }
    let mut show = Show::default();
    let mut position = Position::default();
    for raw in [None].into_iter().chain(run.record.line.iter().map(Some)) {
        if let Some(raw) = raw {
            if let Err(violation) = fold(&mut show, raw) {
                violations.push(violation);
                return violations;
            }
            position = raw.position();
        }
        for snapshot in wanted.remove(&position.digest).into_iter().flatten() {
            violations.extend(differs(&show, snapshot).map(|detail| Violation::new(Check::Snapshot, detail)));
        }
        for look in looks.remove(&position.digest).into_iter().flatten() {
            let is_so = postcard::to_stdvec(&show).is_ok_and(|state| state == look.state);
            violations.extend((!is_so).then(|| seen(look, "is not what the facts come to")));
        }
    }
    // What a failover lost may have had snapshots of its own.
    let lost =
        wanted.into_values().flatten().filter(|snapshot| !run.record.since.contains_key(&snapshot.position.digest));
    violations.extend(lost.map(|snapshot| {
        Violation::new(Check::Snapshot, format!("a snapshot stands at {}, where nothing was", snapshot.position.seq))
    }));
    violations
}

fn seen(look: &Look, what: &str) -> Violation {
    Violation::new(Check::Look, format!("what node {} showed at {} {what}", look.node, look.position.seq))
}

/// Takes an entry into a state.
pub(super) fn fold(show: &mut Show, raw: &RawEntry) -> Result<(), Violation> {
    let wrong = |error: String| Violation::new(Check::Fold, format!("entry {}: {error}", raw.seq));
    let entry = decode_entry(raw).map_err(|error| wrong(error.to_string()))?;
    show.fold(&entry).map_err(|error| wrong(error.to_string()))
}

/// A show must be loadable from what is left.
fn trimmed(run: &Run) -> Option<Violation> {
    let snapshot_seq = run.end.snapshot.as_ref().map_or(0, |snapshot| snapshot.position.seq);
    let detail = format!("entries before {} are gone, a snapshot stands for {snapshot_seq}", run.end.first_seq);
    (run.end.first_seq > snapshot_seq + 1).then(|| Violation::new(Check::Trimmed, detail))
}

fn differs(show: &Show, snapshot: &Snapshot) -> Option<String> {
    let seq = snapshot.position.seq;
    let Some((version, state)) = snapshot.body.split_first_chunk() else {
        return Some(format!("the snapshot at {seq} has no version"));
    };
    if u32::from_be_bytes(*version) != STATE_VERSION {
        return Some(format!("the snapshot at {seq} is of another version"));
    }
    match postcard::from_bytes::<Show>(state) {
        Err(error) => Some(format!("the snapshot at {seq} can't be read: {error}")),
        Ok(state) if state != *show => Some(format!("the snapshot at {seq} is not what the facts come to")),
        Ok(_) => None,
    }
}
