//! Stock as watchers see it, and who waits for it: a line for every SKU in every drop.

use std::collections::{BTreeMap, BTreeSet};

use dropcast_domain::{
    ids::{DropId, Sku},
    show::{DropItemState, Show},
};
use dropcast_proto::v1::{self, server_message::Kind};
use sha2::{Digest as _, Sha256};

use super::registry::Feed;
use crate::hub::Frames;

/// What is available of each line, and who waits for it, as it was last handed over.
#[derive(Debug, Default)]
pub(super) struct StockLines {
    told: BTreeMap<(DropId, Sku), v1::Stock>,
    /// SKUs whose lines may have changed since.
    touched: BTreeSet<Sku>,
    /// Drops whose lines are handed over even if they are the same: they were told as a whole, with the stock of that
    /// moment in the batch.
    retold: BTreeSet<DropId>,
    /// Whether drops may have been taken out since, or SKUs out of drops.
    thinned_out: bool,
}

/// What changed of the lines.
#[derive(Debug, Default)]
pub(super) struct StockChanges {
    latest: Vec<(u64, Frames)>,
    removed: Vec<u64>,
    /// Drops on sale that sold out of something, or have something again: nobody may miss that.
    pub(super) turned: BTreeSet<DropId>,
}

impl StockLines {
    /// The lines of this SKU may have changed.
    pub(super) fn touch(&mut self, sku: &Sku) {
        if !self.touched.contains(sku) {
            self.touched.insert(sku.clone());
        }
    }

    /// The drop is told as a whole.
    pub(super) fn retell(&mut self, drop: DropId) {
        self.retold.insert(drop);
    }

    /// Lines may be gone.
    pub(super) fn thin_out(&mut self) {
        self.thinned_out = true;
    }

    /// The lines that changed since the last call.
    pub(super) fn changes(&mut self, show: &Show, feed: &Feed) -> StockChanges {
        let mut changes = StockChanges::default();
        if std::mem::take(&mut self.thinned_out) {
            self.told.retain(|(drop, sku), _| {
                let is_there = show.drop_items(drop).any(|item| item.sku == sku);
                if !is_there {
                    changes.removed.push(line_key(drop, sku));
                }
                is_there
            });
        }
        let touched = std::mem::take(&mut self.touched);
        let retold = std::mem::take(&mut self.retold);
        if touched.is_empty() && retold.is_empty() {
            return changes;
        }
        for drop in show.drops() {
            let id = &drop.plan().drop;
            let is_retold = retold.contains(id);
            for item in show.drop_items(id).filter(|item| is_retold || touched.contains(item.sku)) {
                let stock = stock_of(id, &item);
                let before = self.told.insert((id.clone(), item.sku.clone()), stock.clone());
                if before.as_ref() == Some(&stock) && !is_retold {
                    continue;
                }
                let turned = |before: v1::Stock| (before.available == 0) != (stock.available == 0);
                if before.is_some_and(turned) && drop.is_running() {
                    changes.turned.insert(id.clone());
                }
                changes.latest.push((line_key(id, item.sku), feed.frames_for_all(Kind::Stock(stock))));
            }
        }
        changes
    }
}

fn stock_of(drop: &DropId, item: &DropItemState<'_>) -> v1::Stock {
    v1::Stock {
        drop: drop.to_string(),
        sku: item.sku.to_string(),
        available: item.available,
        waiting: item.waiting,
        next_place: item.next_place,
    }
}

impl StockChanges {
    /// Makes them known.
    pub(super) fn publish(self, feed: &Feed) {
        for key in self.removed {
            feed.channel.remove_latest(key);
        }
        for (key, frames) in self.latest {
            if feed.channel.set_latest(key, frames).is_err() {
                // Stock beyond the table is still told by snapshots, drops that change, and refusals.
                tracing::warn!(show = %feed.id, "more stock lines than the hub's table of latest values holds");
                break;
            }
        }
    }
}

/// The line's key in the hub's table: made of its names alone, so that it is the same whoever loads the show. The highest
/// bit tells it from the keys of the ticker.
fn line_key(drop: &DropId, sku: &Sku) -> u64 {
    // Neither name can have a space.
    let digest: [u8; 32] = Sha256::digest(format!("{drop} {sku}")).into();
    let prefix = digest.first_chunk().copied().unwrap_or_default();
    u64::from_be_bytes(prefix) | 1 << 63
}
