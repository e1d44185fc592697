//! A show from its journal: the newest snapshot and the facts after it.

use dropcast_domain::show::{Entry, FoldError, Show};

use super::{failover::Recent, state_format};
use crate::{
    codec::{self, DecodeError},
    journal::{Journal, Position, RawEntry, ReadError},
};

/// How many entries are read at once.
const READ_ENTRIES: usize = 1_024;

/// A state and what it is the fold of.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub(super) show: Show,
    pub(super) position: Position,
    /// The position that the snapshot was true for; the empty journal's when there was none.
    pub(super) snapshot_seq: u64,
    /// The last of the entries that were folded.
    pub(super) recent: Recent,
}

/// Why a show can't be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Its journal can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An entry can't be understood.
    #[error("entry {seq}: {source}")]
    Decode {
        /// Which.
        seq: u64,
        /// Why.
        source: DecodeError,
    },
    /// An entry contradicts the ones before it.
    #[error("entry {seq}: {source}")]
    Fold {
        /// Which.
        seq: u64,
        /// Why.
        source: FoldError,
    },
}

/// Folds a show up to the end of its journal.
pub(super) async fn load(journal: &dyn Journal, show: &str) -> Result<Loaded, LoadError> {
    load_through(journal, show, u64::MAX).await
}

/// Folds a show up to the end of its journal, which is known to be at `tail` or after it.
pub(super) async fn load_to(journal: &dyn Journal, show: &str, tail: Position) -> Result<Loaded, LoadError> {
    let loaded = load(journal, show).await?;
    if loaded.position.seq < tail.seq {
        let (seq, reason) =
            (loaded.position.seq + 1, "it can't be read, though the journal goes on after it".to_owned());
        return Err(ReadError::Damaged { seq, reason }.into());
    }
    Ok(loaded)
}

/// Folds a show up to this entry, or to the end of its journal if that comes first; farther if the newest snapshot is.
pub(super) async fn load_through(journal: &dyn Journal, show: &str, through_seq: u64) -> Result<Loaded, LoadError> {
    let mut loaded = from_snapshot(journal, show).await?;
    while loaded.position.seq < through_seq {
        let entries = journal.read(show, loaded.position.seq + 1, READ_ENTRIES).await?;
        if entries.is_empty() {
            break;
        }
        for raw in entries.iter().take_while(|raw| raw.seq <= through_seq) {
            loaded.fold(raw)?;
        }
    }
    Ok(loaded)
}

/// The entries that the journal has after `seq`.
pub(super) async fn entries_after(journal: &dyn Journal, show: &str, seq: u64) -> Result<Vec<RawEntry>, ReadError> {
    let mut entries: Vec<RawEntry> = Vec::new();
    loop {
        let from_seq = entries.last().map_or(seq, |last| last.seq) + 1;
        let more = journal.read(show, from_seq, READ_ENTRIES).await?;
        if more.is_empty() {
            return Ok(entries);
        }
        entries.extend(more);
    }
}

async fn from_snapshot(journal: &dyn Journal, show: &str) -> Result<Loaded, LoadError> {
    let Some(snapshot) = journal.snapshot(show).await? else { return Ok(Loaded::default()) };
    let Some(state) = state_format::decode(&snapshot.body) else { return Ok(Loaded::default()) };
    Ok(Loaded {
        show: state,
        position: snapshot.position,
        snapshot_seq: snapshot.position.seq,
        recent: Recent::starting_at(snapshot.position),
    })
}

impl Loaded {
    fn fold(&mut self, raw: &RawEntry) -> Result<(), LoadError> {
        check_follows(self.position, raw)?;
        fold(&mut self.show, raw)?;
        self.position = raw.position();
        self.recent.push(raw.clone());
        Ok(())
    }
}

/// Whether an entry follows this position.
pub(super) fn check_follows(position: Position, raw: &RawEntry) -> Result<(), ReadError> {
    if RawEntry::following(&position, raw.at_ms, raw.body.clone()) == *raw {
        return Ok(());
    }
    let reason = "its number or digest does not follow from the entry before it".to_owned();
    Err(ReadError::Damaged { seq: raw.seq, reason })
}

/// Takes an entry in; it was checked that it follows.
pub(super) fn fold(show: &mut Show, raw: &RawEntry) -> Result<Entry, LoadError> {
    let entry = codec::decode_entry(raw).map_err(|source| LoadError::Decode { seq: raw.seq, source })?;
    show.fold(&entry).map_err(|source| LoadError::Fold { seq: raw.seq, source })?;
    Ok(entry)
}
