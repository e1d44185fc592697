//! Draws: lots that anyone can check.
//!
//! Before the drop opens, its draw is bound to a seed by the seed's hash. When it takes no entries any more, the seed
//! is revealed and mixed with the digest of the journal's last entry, which nobody could know when the seed was made:
//! who knows the seed early can't choose names that win. Who clicks when makes no difference.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Drop, Fairness};
use crate::{ids::PrincipalId, time::Timestamp};

/// 32 bytes that SHA-256 made, or a seed of as many.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Digest(pub [u8; 32]);

/// What decided the order of a draw.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Lots {
    /// When they were drawn.
    pub at: Timestamp,
    /// What the commitment is made of.
    pub seed: Digest,
    /// The digest of the journal's entry before the draw.
    pub digest: Digest,
}

/// How far a drop is with its draw.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DrawStage {
    /// It has none, or the lots are drawn: who clicks first gets what is left.
    Over,
    /// It takes entries.
    Entries,
    /// It takes no entries any more, and the lots are not drawn yet.
    Pending,
}

impl Digest {
    /// SHA-256 of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl Lots {
    /// The ticket of a viewer: SHA-256 of the viewer's name, so that a list of entrants can be shown without their
    /// names.
    pub fn ticket(viewer: &PrincipalId) -> Digest {
        Digest::of(viewer.as_str().as_bytes())
    }

    /// The lot of a ticket: SHA-256 of seed, digest and ticket, 32 bytes each. The lowest is served first.
    pub fn lot(&self, ticket: &Digest) -> Digest {
        let lot = Sha256::new().chain_update(self.seed.0).chain_update(self.digest.0).chain_update(ticket.0);
        Digest(lot.finalize().into())
    }
}

impl Drop {
    /// To which seed its draw is bound: SHA-256 of it.
    pub fn commitment(&self) -> Option<Digest> {
        self.commitment
    }

    /// What decided its draw, once the lots are drawn.
    pub fn lots(&self) -> Option<Lots> {
        self.lots
    }

    /// Whether it draws.
    pub fn draws(&self) -> bool {
        matches!(self.plan.fairness, Fairness::Draw { .. })
    }

    /// Until when its draw takes entries; `None` before it opens, and without a draw.
    pub fn entries_close_at(&self) -> Option<Timestamp> {
        match self.plan.fairness {
            Fairness::FirstCome => None,
            Fairness::Draw { entry_ms } => self.opened_at.map(|opened_at| opened_at.after_ms(entry_ms)),
        }
    }

    /// How far it is with its draw at `now`, once it was opened.
    pub fn draw_stage(&self, now: Timestamp) -> DrawStage {
        match self.entries_close_at() {
            None => DrawStage::Over,
            Some(_) if self.lots.is_some() => DrawStage::Over,
            Some(close_at) if now < close_at => DrawStage::Entries,
            Some(_) => DrawStage::Pending,
        }
    }

    /// Whether it may be opened: a draw is bound to its seed before.
    pub(super) fn is_bound(&self) -> bool {
        !self.draws() || self.commitment.is_some()
    }
}
