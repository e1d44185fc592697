//! A show from its journal: the newest snapshot and the facts after it.

use dropcast_domain::show::{FoldError, Show};

use super::state_format;
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
    let mut loaded = from_snapshot(journal, show).await?;
    loop {
        let entries = journal.read(show, loaded.position.seq + 1, READ_ENTRIES).await?;
        if entries.is_empty() {
            return Ok(loaded);
        }
        for raw in &entries {
            loaded.fold(raw)?;
        }
    }
}

/// The positions that the journal has after `seq`.
pub(super) async fn positions_after(journal: &dyn Journal, show: &str, seq: u64) -> Result<Vec<Position>, ReadError> {
    let mut positions: Vec<Position> = Vec::new();
    loop {
        let from_seq = positions.last().map_or(seq, |last| last.seq) + 1;
        let entries = journal.read(show, from_seq, READ_ENTRIES).await?;
        if entries.is_empty() {
            return Ok(positions);
        }
        positions.extend(entries.iter().map(RawEntry::position));
    }
}

async fn from_snapshot(journal: &dyn Journal, show: &str) -> Result<Loaded, LoadError> {
    let Some(snapshot) = journal.snapshot(show).await? else { return Ok(Loaded::default()) };
    let Some(state) = state_format::decode(&snapshot.body) else { return Ok(Loaded::default()) };
    Ok(Loaded { show: state, position: snapshot.position, snapshot_seq: snapshot.position.seq })
}

impl Loaded {
    fn fold(&mut self, raw: &RawEntry) -> Result<(), LoadError> {
        let expected = RawEntry::following(&self.position, raw.at_ms, raw.body.clone());
        if expected != *raw {
            let reason = "its number or digest does not follow from the entry before it".to_owned();
            return Err(ReadError::Damaged { seq: raw.seq, reason }.into());
        }
        let entry = codec::decode_entry(raw).map_err(|source| LoadError::Decode { seq: raw.seq, source })?;
        self.show.fold(&entry).map_err(|source| LoadError::Fold { seq: raw.seq, source })?;
        self.position = raw.position();
        Ok(())
    }
}
