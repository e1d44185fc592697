//! Draws, drawn again: whether the seed is the one that was shown before, and in which order it puts whom.

use std::fmt::Write as _;

use dropcast_proto::v1::LotsDrawn;
use sha2::{Digest as _, Sha256};

use super::{AuditDraw, ViolationCode, violation::Findings};
use crate::journal::Digest;

/// The draw of one drop; that of a drop without one stays as it begins.
#[derive(Default, Debug)]
pub(super) struct Draw {
    commitment: Option<Vec<u8>>,
    lots: Option<Lots>,
    /// How many places the lots decided.
    entrants: u64,
}

/// What decides the order of a draw.
#[derive(Clone, Debug)]
pub(super) struct Lots {
    seed: Vec<u8>,
    digest: Vec<u8>,
}

impl Lots {
    /// A viewer's lot; the lowest is served first.
    pub(super) fn lot(&self, viewer: &str) -> [u8; 32] {
        let ticket = Sha256::digest(viewer.as_bytes());
        Sha256::new().chain_update(&self.seed).chain_update(&self.digest).chain_update(ticket).finalize().into()
    }
}

impl Draw {
    pub(super) fn is_bound(&self) -> bool {
        self.commitment.is_some()
    }

    pub(super) fn is_drawn(&self) -> bool {
        self.lots.is_some()
    }

    pub(super) fn lots(&self) -> Option<&Lots> {
        self.lots.as_ref()
    }

    /// Before it opens a draw can be bound anew.
    pub(super) fn commit(&mut self, commitment: &[u8]) {
        self.commitment = Some(commitment.to_vec());
    }

    /// The seed must be the one it is bound to, and mixed with what nobody knew when that was made.
    pub(super) fn draw(&mut self, fact: &LotsDrawn, before: &Digest, findings: &mut Findings) {
        let LotsDrawn { drop, seed, digest } = fact;
        let commitment = Sha256::digest(seed);
        if self.commitment.as_deref() != Some(commitment.as_slice()) {
            let detail = format_args!("the seed of drop {drop} makes the commitment {}", hex(&commitment));
            findings.add(ViolationCode::SeedDiffers, detail);
        }
        if digest != &before.0 {
            let detail = format_args!("drop {drop} is drawn with {}, not {before}", hex(digest));
            findings.add(ViolationCode::DrawDigest, detail);
        }
        self.lots = Some(Lots { seed: seed.clone(), digest: digest.clone() });
    }

    /// So many places were decided by the lots.
    pub(super) fn decided(&mut self, entrants: u64) {
        self.entrants = entrants;
    }

    /// `None` for one that is bound to nothing.
    pub(super) fn report(&self, drop: &str, entered: u64) -> Option<AuditDraw> {
        Some(AuditDraw {
            drop: drop.to_owned(),
            commitment: hex(self.commitment.as_ref()?),
            seed: self.lots.as_ref().map(|lots| hex(&lots.seed)),
            digest: self.lots.as_ref().map(|lots| hex(&lots.digest)),
            entrants: if self.is_drawn() { self.entrants } else { entered },
            drawn: self.is_drawn(),
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a text can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
