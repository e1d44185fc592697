//! What is counted of the audience.

use std::collections::BTreeMap;

use dropcast_domain::{
    audience::{AudienceCount, TurnedAway},
    ids::{NameError, PrincipalId, SourceId},
    show::Fact,
};
use dropcast_proto::v1;

use super::DecodeError;

pub(super) fn to_wire(node: &PrincipalId, count: &AudienceCount) -> v1::AudienceCounted {
    v1::AudienceCounted {
        node: node.to_string(),
        viewers: count.viewers,
        watched: count.watched,
        saw: count.saw,
        clicked: count.clicked,
        clicks: count.clicks,
        turned_away: Some(turned_away_view(&count.turned_away)),
        sources: source_counts(&count.sources),
    }
}

pub(super) fn from_wire(fact: v1::AudienceCounted) -> Result<Fact, DecodeError> {
    let turned_away = fact.turned_away.unwrap_or_default();
    let v1::TurnedAway { sold_out, limited, closed, other, units } = turned_away;
    let source = |counted: v1::SourceCount| Ok((SourceId::new(&counted.source)?, counted.viewers));
    let count = AudienceCount {
        viewers: fact.viewers,
        watched: fact.watched,
        saw: fact.saw,
        clicked: fact.clicked,
        clicks: fact.clicks,
        turned_away: TurnedAway { sold_out, limited, closed, other, units },
        sources: fact.sources.into_iter().map(source).collect::<Result<_, NameError>>()?,
    };
    Ok(Fact::AudienceCounted { node: PrincipalId::new(&fact.node)?, count: Box::new(count) })
}

/// How often units were asked for in vain, and why.
pub fn turned_away_view(turned_away: &TurnedAway) -> v1::TurnedAway {
    let &TurnedAway { sold_out, limited, closed, other, units } = turned_away;
    v1::TurnedAway { sold_out, limited, closed, other, units }
}

/// How many came from where, in the order of the names.
pub fn source_counts(sources: &BTreeMap<SourceId, u64>) -> Vec<v1::SourceCount> {
    let count =
        |(source, viewers): (&SourceId, &u64)| v1::SourceCount { source: source.to_string(), viewers: *viewers };
    sources.iter().map(count).collect()
}
