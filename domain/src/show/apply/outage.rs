//! Facts about outages of the journal.

use crate::{
    show::{FoldError, Show, read::position},
    time::Timestamp,
};

pub(super) fn extend_holds(show: &mut Show, at: Timestamp, by_ms: u64) -> Result<(), FoldError> {
    let since_ms = at.0.saturating_sub(show.last_at().0);
    if !(1..=since_ms).contains(&by_ms) {
        return Err(FoldError::Extension { by_ms, since_ms });
    }
    for id in show.index.deadlines.held() {
        if let Some(record) = position(id.0).and_then(|position| show.records.reservations.get_mut(position)) {
            record.expires_at = record.expires_at.after_ms(by_ms);
        }
    }
    show.index.deadlines.extend_holds(by_ms);
    Ok(())
}
