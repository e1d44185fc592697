//! When a writer saves its state, and what is trimmed behind it.

use std::sync::Arc;

use super::{held_back::Release, part::Writer};
use crate::{
    engine::{projection::Publication, state_format},
    journal::{AppendError, Claim, Journal, Snapshot},
    mistakes::{Mistake, made},
};

/// While commands wait, a snapshot waits too, for up to so many times the entries that are due: writing a large state down
/// takes the show's task a while, and nobody in a rush should wait for it.
const PUT_OFF_MAX: u64 = 2;

/// How far snapshots have come.
#[derive(Debug, Default)]
pub(in crate::engine) struct Snapshots {
    /// The entry that the newest one stands for.
    pub(in crate::engine) seq: u64,
}

impl Snapshots {
    /// How many entries come before the next one: at least as many as the last one stands for. A long show's snapshots,
    /// which grow with it, then cost it no more than twice its entries, and loading it folds at most half of them.
    fn next_after(&self, every_entries: u64) -> u64 {
        every_entries.max(self.seq)
    }
}

impl Writer {
    /// Saves the state once what it rests on is durable, beside the appends that follow.
    pub(in crate::engine) fn save_snapshot_now_and_then(&mut self) {
        let entries = self.tail.seq - self.snapshots.seq;
        let due = self.snapshots.next_after(self.context.config.snapshot_every_entries);
        let is_put_off = !self.context.mailbox.is_empty() && entries < due.saturating_mul(PUT_OFF_MAX);
        if entries < due || is_put_off {
            return;
        }
        self.snapshots.seq = self.tail.seq;
        let Some(snapshot) = self.snapshot() else { return };
        let (id, journal, claim) = (self.context.id.clone(), Arc::clone(&self.context.journal), self.claim.clone());
        let keep = self.context.config.keep_entries;
        let save = async move {
            if let Err(error) = save(&*journal, &claim, snapshot, keep).await {
                tracing::warn!(show = %id, %error, "no snapshot was saved; loading the show folds more facts");
            }
        };
        let publication: Publication = Box::new(move || drop(tokio::spawn(save)));
        if made(Mistake::SnapshotOfSpeculation) {
            return self.save_speculation();
        }
        self.held_back.push(self.tail, Release::Publication(publication));
    }

    /// The mistake: what the state is, for what is durable.
    fn save_speculation(&self) {
        let Some(snapshot) = self.snapshot() else { return };
        let (journal, claim) = (Arc::clone(&self.context.journal), self.claim.clone());
        let snapshot = Snapshot { position: self.durable, ..snapshot };
        drop(tokio::spawn(async move { journal.save_snapshot(&claim, snapshot).await }));
    }

    /// Saves what no snapshot stands for yet.
    pub(in crate::engine) async fn save_last_snapshot(&mut self) {
        if self.tail.seq <= self.snapshots.seq {
            return;
        }
        let Some(snapshot) = self.snapshot() else { return };
        let saved = save(&*self.context.journal, &self.claim, snapshot, self.context.config.keep_entries).await;
        if let Err(error) = saved {
            tracing::warn!(show = %self.context.id, %error, "no snapshot was saved; loading the show folds more facts");
        }
    }

    fn snapshot(&self) -> Option<Snapshot> {
        match state_format::encode(&self.show) {
            Ok(body) => Some(Snapshot { position: self.tail, at_ms: self.show.last_at().0, body }),
            Err(error) => {
                tracing::error!(show = %self.context.id, %error, "the state can't be written as a snapshot");
                None
            }
        }
    }
}

/// Saves a snapshot, and trims what it stands for, but for the last `keep_entries`; without a number nothing is trimmed.
async fn save(
    journal: &dyn Journal,
    claim: &Claim,
    snapshot: Snapshot,
    keep_entries: Option<u64>,
) -> Result<(), AppendError> {
    let seq = snapshot.position.seq;
    journal.save_snapshot(claim, snapshot).await?;
    let through_seq = keep_entries.map_or(0, |keep| seq.saturating_sub(keep));
    if through_seq > 0
        && let Err(error) = journal.trim(claim, through_seq).await
    {
        tracing::warn!(show = claim.show, %error, "entries were not trimmed; the next snapshot tries again");
    }
    Ok(())
}
