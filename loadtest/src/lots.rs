//! Lots, drawn anew from what a server publishes.

use sha2::{Digest as _, Sha256};

/// The lot of a viewer: SHA-256 of seed, digest and SHA-256 of the name. The lowest is served first.
pub(crate) fn lot(seed: &[u8], digest: &[u8], viewer: &str) -> [u8; 32] {
    let ticket = Sha256::digest(viewer);
    Sha256::new().chain_update(seed).chain_update(digest).chain_update(ticket).finalize().into()
}

/// Whether a draw that was bound like this may be drawn with the seed.
pub(crate) fn is_bound(commitment: &[u8], seed: &[u8]) -> bool {
    Sha256::digest(seed).as_slice() == commitment
}
