//! The checks that every journal makes before it writes, so that all of them refuse the same things.

use super::contract::{
    APPEND_BYTES_MAX, APPEND_ENTRIES_MAX, Append, AppendError, CARD_BYTES_MAX, Claim, ClaimError, Position,
    SHOW_NAME_BYTES_MAX, SNAPSHOT_BYTES_MAX, Snapshot,
};
use super::exchange::Mark;
use crate::mistakes::{self, Mistake};

/// What a journal knows about a show besides its entries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Head {
    /// Where the journal ends.
    pub(super) tail: Position,
    /// The time of the last entry; 0 before the first.
    pub(super) at_ms: u64,
    /// The epoch of the newest claim; 0 before the first.
    pub(super) epoch: u64,
    /// The token of the newest claim; `None` before the first and after a release.
    pub(super) token: Option<u128>,
    /// The first entry that is not trimmed.
    pub(super) first_seq: u64,
    /// When the show must next be woken.
    pub(super) wake_at_ms: Option<u64>,
}

impl Default for Head {
    fn default() -> Self {
        Self { tail: Position::default(), at_ms: 0, epoch: 0, token: None, first_seq: 1, wake_at_ms: None }
    }
}

impl Head {
    /// Takes a new claim, which fences every earlier one.
    pub(super) fn claim(&mut self, show: &str, token: u128) -> Claim {
        self.epoch += 1;
        self.token = Some(token);
        Claim { show: show.to_owned(), epoch: self.epoch, token, tail: self.tail, lease: None, inbox: Mark::default() }
    }

    /// Whether this is the newest claim, and not released.
    pub(super) fn holds(&self, epoch: u64, token: u128) -> bool {
        self.epoch == epoch && self.token == Some(token)
    }

    /// Refuses what is written under any but the newest claim.
    pub(super) fn check_claim(&self, epoch: u64, token: u128) -> Result<(), AppendError> {
        let admitted = self.holds(epoch, token) || mistakes::made(Mistake::NoFence);
        if admitted { Ok(()) } else { Err(AppendError::Fenced) }
    }

    /// Moves the head over a well-formed append, or says why it is refused and stays.
    pub(super) fn admit(&mut self, epoch: u64, token: u128, append: &Outline) -> Result<(), AppendError> {
        self.check_claim(epoch, token)?;
        if append.expected != self.tail {
            return Err(AppendError::Moved { tail: self.tail });
        }
        if append.first_at_ms < self.at_ms {
            return Err(invalid(format!(
                "its time {} ms is before the journal's last, {} ms",
                append.first_at_ms, self.at_ms
            )));
        }
        self.tail = append.end;
        self.at_ms = append.last_at_ms;
        self.wake_at_ms = append.wake_at_ms;
        Ok(())
    }
}

/// What of a well-formed append decides whether it is admitted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Outline {
    pub(super) expected: Position,
    /// The position after the last entry.
    pub(super) end: Position,
    pub(super) first_at_ms: u64,
    pub(super) last_at_ms: u64,
    pub(super) wake_at_ms: Option<u64>,
}

impl Outline {
    /// Checks everything about an append that can be checked without the journal: its bounds, numbers, times and
    /// digests.
    pub(super) fn of(append: &Append) -> Result<Self, AppendError> {
        check_bounds(append)?;
        let mut position = append.expected;
        let mut at_ms = 0;
        for entry in &append.entries {
            if position.seq.checked_add(1) != Some(entry.seq) {
                return Err(invalid(format!("entry {} follows {}", entry.seq, position.seq)));
            }
            if entry.at_ms < at_ms {
                return Err(invalid(format!("entry {} goes back in time", entry.seq)));
            }
            if entry.digest != position.digest.chain(entry.seq, entry.at_ms, &entry.body) {
                return Err(invalid(format!("entry {} has a wrong digest", entry.seq)));
            }
            position = entry.position();
            at_ms = entry.at_ms;
        }
        Ok(Self {
            expected: append.expected,
            end: position,
            first_at_ms: append.entries[0].at_ms,
            last_at_ms: at_ms,
            wake_at_ms: append.wake_at_ms,
        })
    }
}

/// Refuses an append that is too large, or empty.
pub(super) fn check_bounds(append: &Append) -> Result<(), AppendError> {
    let entries = append.entries.len();
    if entries == 0 || entries > APPEND_ENTRIES_MAX {
        return Err(invalid(format!("{entries} entries, not 1 to {APPEND_ENTRIES_MAX}")));
    }
    let bytes: usize = append.entries.iter().map(|entry| entry.body.len()).sum();
    if bytes > APPEND_BYTES_MAX {
        return Err(invalid(format!("{bytes} bytes, more than {APPEND_BYTES_MAX}")));
    }
    let card_bytes = append.card.as_ref().map_or(0, bytes::Bytes::len);
    if card_bytes > CARD_BYTES_MAX {
        return Err(invalid(format!("a card of {card_bytes} bytes, more than {CARD_BYTES_MAX}")));
    }
    Ok(())
}

/// Refuses a name that no show can have.
pub(super) fn check_show(show: &str) -> Result<(), ClaimError> {
    if show.is_empty() || show.len() > SHOW_NAME_BYTES_MAX {
        return Err(ClaimError::Invalid(format!("{} bytes, not 1 to {SHOW_NAME_BYTES_MAX}", show.len())));
    }
    Ok(())
}

/// Refuses a snapshot that is too large.
pub(super) fn check_snapshot_bounds(snapshot: &Snapshot) -> Result<(), AppendError> {
    let bytes = snapshot.body.len();
    if bytes > SNAPSHOT_BYTES_MAX {
        return Err(invalid(format!("a snapshot of {bytes} bytes, more than {SNAPSHOT_BYTES_MAX}")));
    }
    Ok(())
}

/// Refuses a snapshot whose position is not one of the journal's. `found` is the journal's own position with the same
/// number, if it still has one.
pub(super) fn check_snapshot_position(snapshot: &Snapshot, found: Option<Position>) -> Result<(), AppendError> {
    if found == Some(snapshot.position) {
        return Ok(());
    }
    Err(invalid(format!("the snapshot's position {} is not one of the journal's", snapshot.position.seq)))
}

/// Refuses a trim past the newest snapshot.
pub(super) fn check_trim(through_seq: u64, snapshot: Option<Position>) -> Result<(), AppendError> {
    let snapshot_seq = snapshot.map_or(0, |position| position.seq);
    if through_seq > snapshot_seq && !mistakes::made(Mistake::TrimWithoutSnapshot) {
        return Err(invalid(format!("a trim through {through_seq} is past the newest snapshot, {snapshot_seq}")));
    }
    Ok(())
}

fn invalid(reason: String) -> AppendError {
    AppendError::Invalid(reason)
}
