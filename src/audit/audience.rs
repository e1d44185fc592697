//! The audience, added up over the nodes that counted it.

use std::collections::BTreeMap;

use dropcast_proto::v1::{AudienceCounted, TurnedAway};

use super::{AuditAudience, ViolationCode, violation::Findings};

/// What every node counted last.
#[derive(Default, Debug)]
pub(super) struct Audience {
    nodes: BTreeMap<String, AudienceCounted>,
    /// Whether this entry counts.
    counts: bool,
}

impl Audience {
    pub(super) fn count(&mut self, fact: &AudienceCounted, findings: &mut Findings) {
        self.counts = true;
        let before = self.nodes.insert(fact.node.clone(), fact.clone());
        if before.is_some_and(|before| !is_after(fact, &before)) {
            findings.add(ViolationCode::AudienceShrank, format_args!("node {} counted less than before", fact.node));
        }
    }

    /// Ends an entry.
    pub(super) fn end_entry(&mut self, by_system: bool, findings: &mut Findings) {
        if std::mem::take(&mut self.counts) && !by_system {
            findings.add(ViolationCode::AudienceCause, "only the system counts the audience");
        }
    }

    pub(super) fn report(&self) -> AuditAudience {
        let sum = |number: fn(&AudienceCounted) -> u64| self.nodes.values().map(number).fold(0, u64::saturating_add);
        AuditAudience {
            watched: sum(|counted| counted.watched),
            saw: sum(|counted| counted.saw),
            clicked: sum(|counted| counted.clicked),
            clicks: sum(|counted| counted.clicks),
            turned_away: sum(|counted| turned_away(counted).iter().take(4).fold(0, |sum, one| one.saturating_add(sum))),
        }
    }
}

fn is_after(fact: &AudienceCounted, before: &AudienceCounted) -> bool {
    let numbers = |counted: &AudienceCounted| [counted.watched, counted.saw, counted.clicked, counted.clicks];
    let grew = |after: &[u64], before: &[u64]| after.iter().zip(before).all(|(after, before)| after >= before);
    let from = |counted: &AudienceCounted, source: &str| {
        counted.sources.iter().find(|other| other.source == source).map_or(0, |other| other.viewers)
    };
    grew(&numbers(fact), &numbers(before))
        && grew(&turned_away(fact), &turned_away(before))
        && before.sources.iter().all(|source| from(fact, &source.source) >= source.viewers)
}

/// Wishes by why they were turned down, and then units.
fn turned_away(counted: &AudienceCounted) -> [u64; 5] {
    let TurnedAway { sold_out, limited, closed, other, units } = counted.turned_away.unwrap_or_default();
    [sold_out, limited, closed, other, units]
}
