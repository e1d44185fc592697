//! Moments, as Unix milliseconds. The rules never ask what time it is: they are told.

use serde::{Deserialize, Serialize};

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The last moment that every clock of the world can write with a four-digit year (RFC 3339 section 1):
    /// 9999-12-30T22:00:00.000Z.
    pub const MAX: Self = Self(253_402_207_200_000);

    /// This moment and `duration_ms` more, at most [`Timestamp::MAX`].
    #[must_use]
    pub fn after_ms(self, duration_ms: u64) -> Self {
        Self(self.0.saturating_add(duration_ms)).min(Self::MAX)
    }
}
