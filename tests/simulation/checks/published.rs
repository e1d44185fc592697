//! What nodes made known against what was durable.

use dropcast::journal::Position;

use super::{Check, Violation};
use crate::{chronicle::Moment, recorder::Load, world::Run};

pub(super) fn check(run: &Run) -> Vec<Violation> {
    run.loads.iter().filter_map(|load| wrong(run, load)).map(|what| Violation::new(Check::Published, what)).collect()
}

fn wrong(run: &Run, load: &Load) -> Option<String> {
    let Load { node, from, at, .. } = load;
    if !is_durable(run, *from, *at) {
        return Some(format!("node {node} loaded {}, which was not durable", from.seq));
    }
    let mut before = *from;
    for (position, at) in &load.published {
        if !is_durable(run, *position, *at) {
            return Some(format!("node {node} made {} known before it was durable", position.seq));
        }
        if run.record.parents.get(&position.digest) != Some(&before) {
            return Some(format!("node {node} made {} known after {}", position.seq, before.seq));
        }
        before = *position;
    }
    None
}

fn is_durable(run: &Run, position: Position, at: Moment) -> bool {
    position == Position::default() || run.record.since.get(&position.digest).is_some_and(|since| *since <= at)
}
