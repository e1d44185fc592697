use dropcast_domain::ids::PrincipalId;

use super::*;
use crate::engine::{Accepted, Answer};

/// As after a failover that lost what was told.
#[test]
fn what_the_loaded_show_does_not_have_is_told_again() {
    let stats = Arc::<ShowStats>::default();
    let viewer = PrincipalId::new("ann").expect("a name");
    let _seat = stats.crowd().seat(Some(&viewer), None);
    let telling = stats.crowd().to_tell(Timestamp(1), true).expect("news");
    telling.answered(Timestamp(1), &Answer::Accepted(Accepted::Done));
    let mut projection = StatsProjection::new(stats);
    assert!(!projection.in_use());
    projection.load(&Show::default(), Position::default());
    assert!(projection.in_use(), "the show is not put away before it has it");
}
