//! What a node does about a journal that lost its newest entries: keep them, put them back, or, where another writer has
//! gone on without them, claim again what was promised.

mod heal;
mod promises;
mod recent;

pub(super) use heal::{Standing, compare, put_back};
pub(super) use promises::reclaims;
pub(super) use recent::Recent;
