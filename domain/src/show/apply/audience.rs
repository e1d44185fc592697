//! Facts about the audience.

use crate::{
    audience::AudienceCount,
    ids::PrincipalId,
    show::{FoldError, Show},
    time::Timestamp,
};

pub(super) fn take(show: &mut Show, at: Timestamp, node: &PrincipalId, count: &AudienceCount) -> Result<(), FoldError> {
    if show.records.audience.take(at, node, count) { Ok(()) } else { Err(FoldError::Audience(node.clone())) }
}
