//! After a failover: how this node's history and the journal's differ, and putting back what the journal lost.
//!
//! Positions are compared by digest, never by number or epoch alone, because both can be lost with the entries.

use super::recent::Recent;
use crate::journal::{
    APPEND_BYTES_MAX, APPEND_ENTRIES_MAX, Append, AppendError, Claim, Journal, Position, RawEntry, ReadError,
};

/// How many entries are read at once.
const READ_ENTRIES: usize = 1_024;

/// How the journal stands to what this node knows to have been durable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::engine) enum Standing {
    /// The journal has all of it, and perhaps more.
    Ahead,
    /// The journal ends at this position, and what this node has follows on it: the rest was lost and can be put back.
    Behind(Position),
    /// After this entry the journal goes on otherwise. `None`: nothing that is kept here is in the journal.
    Forked(Option<u64>),
}

/// Compares the journal, which ends at `tail`, with the entries that are kept.
pub(in crate::engine) async fn compare(
    journal: &dyn Journal,
    show: &str,
    recent: &Recent,
    tail: Position,
) -> Result<Standing, ReadError> {
    let end = recent.end();
    if tail == end || end == Position::default() {
        return Ok(Standing::Ahead);
    }
    if tail.seq > end.seq && has(journal, show, end).await? {
        return Ok(Standing::Ahead);
    }
    let common = last_common(journal, show, recent).await?;
    Ok(match common {
        Some(position) if position == tail => Standing::Behind(position),
        other => Standing::Forked(other.map(|position| position.seq)),
    })
}

/// Puts the entries after `from`, where the journal ends, back as they were. All bounds and digests are those under which
/// they were appended first.
pub(in crate::engine) async fn put_back(
    journal: &dyn Journal,
    claim: &Claim,
    recent: &Recent,
    from: Position,
) -> Result<(), AppendError> {
    let mut expected = from;
    let mut lost = recent.after(from.seq).cloned().peekable();
    while lost.peek().is_some() {
        let (mut entries, mut bytes) = (Vec::new(), 0);
        while let Some(entry) = lost.next_if(|entry| {
            let fits = bytes + entry.body.len() <= APPEND_BYTES_MAX && entries.len() < APPEND_ENTRIES_MAX;
            entries.is_empty() || fits
        }) {
            bytes += entry.body.len();
            entries.push(entry);
        }
        let end = entries.last().map_or(expected, RawEntry::position);
        // Whatever the show waits for: it is awake, and says anew when to wake it with what it appends next.
        let wake_at_ms = entries.last().map(|entry| entry.at_ms);
        journal.append(claim, Append { expected, entries, wake_at_ms, ..Append::default() }).await?;
        expected = end;
    }
    Ok(())
}

/// Whether the journal has this position. One whose entry is trimmed stood before what a snapshot stands for, and is
/// taken to be there: a writer snapshots only what it folded.
async fn has(journal: &dyn Journal, show: &str, position: Position) -> Result<bool, ReadError> {
    match journal.read(show, position.seq, 1).await {
        Ok(entries) => Ok(entries.first().is_some_and(|entry| entry.position() == position)),
        Err(ReadError::Gap { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}

/// The last position that both have.
async fn last_common(journal: &dyn Journal, show: &str, recent: &Recent) -> Result<Option<Position>, ReadError> {
    let base = recent.base();
    let mut common = if base.seq == 0 || has(journal, show, base).await? { Some(base) } else { return Ok(None) };
    let mut from_seq = base.seq + 1;
    loop {
        let entries = match journal.read(show, from_seq, READ_ENTRIES).await {
            Ok(entries) => entries,
            Err(ReadError::Gap { first_seq }) => {
                from_seq = first_seq;
                continue;
            }
            Err(error) => return Err(error),
        };
        if entries.is_empty() {
            return Ok(common);
        }
        for entry in &entries {
            if recent.position_at(entry.seq) != Some(entry.position()) {
                return Ok(common);
            }
            common = Some(entry.position());
            from_seq = entry.seq + 1;
        }
    }
}
