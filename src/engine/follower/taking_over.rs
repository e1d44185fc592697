//! A follower that may become the writer.

use std::time::Duration;

use tokio::time::Instant;

use super::{entries::Strayed, part::Follower};
use crate::{
    engine::{
        context::Context,
        load::{LoadError, Loaded},
    },
    journal::ReadError,
};

/// How many entries are read at once.
const READ_ENTRIES: usize = 1_024;
/// How long to wait before a show that could not be taken over is claimed again: a node that can't read it must leave it
/// to the others.
const CLAIM_AGAIN_AFTER: Duration = Duration::from_secs(1);

impl Follower {
    /// Folds all that the journal has; under this node's claim it grows no more.
    pub(in crate::engine) async fn fold_to_the_end(&mut self) -> Result<(), LoadError> {
        loop {
            let entries =
                self.context.journal.read(self.context.id.as_str(), self.position.seq + 1, READ_ENTRIES).await?;
            if entries.is_empty() {
                return Ok(());
            }
            self.take_entries(&entries).map_err(|strayed| strayed.into_error(self.position.seq + 1))?;
        }
    }

    /// The state is what was loaded; what was folded before is no more.
    pub(in crate::engine) fn start_over(&mut self, mut loaded: Loaded) {
        self.show = loaded.show;
        self.position = loaded.position;
        self.snapshot_seq = loaded.snapshot_seq;
        self.context.recent = std::mem::take(&mut loaded.recent);
        for projection in &mut self.context.projections {
            projection.load(&self.show, self.position);
        }
    }

    /// The show is claimed again a while later.
    pub(in crate::engine) fn retry_claim(&mut self) {
        self.claim_at = Instant::now() + CLAIM_AGAIN_AFTER;
    }

    /// What is left when it follows no more.
    pub(in crate::engine) fn into_context(self) -> Context {
        self.context
    }
}

impl Strayed {
    fn into_error(self, seq: u64) -> LoadError {
        let reason = match self {
            Self::Elsewhere => "the journal doesn't follow on what was folded",
            Self::Unreadable => "this version can't read what the journal has",
        };
        ReadError::Damaged { seq, reason: reason.to_owned() }.into()
    }
}
