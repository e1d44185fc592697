//! The seeds of draws.

use std::fmt;

use dropcast_domain::{
    ids::{DropId, ShowId},
    show::Digest,
};
use ring::hmac;

/// What tells the seeds of draws from whatever else the secret makes.
const PURPOSE: &str = "dropcast draw";

/// Makes the seed of every draw out of the deployment's secret: the same on every node, and after every crash.
#[derive(Clone)]
pub struct Seeds(hmac::Key);

impl Seeds {
    /// The seeds of this secret.
    pub fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The seed of a drop's draw: HMAC-SHA256 of the names, which have no spaces.
    pub fn of(&self, show: &ShowId, drop: &DropId) -> Digest {
        let tag = hmac::sign(&self.0, format!("{PURPOSE} {show} {drop}").as_bytes());
        let mut seed = Digest::default();
        seed.0.copy_from_slice(tag.as_ref());
        seed
    }

    /// What binds a drop's draw to its seed: SHA-256 of it.
    pub fn commitment(&self, show: &ShowId, drop: &DropId) -> Digest {
        Digest::of(&self.of(show, drop).0)
    }
}

impl fmt::Debug for Seeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
