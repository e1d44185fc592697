//! What the nodes that share a journal say to each other about a show, as opaque bytes.
//!
//! Commands go to the show's writer through its **inbox**; what does not come back as facts comes back as **notices**,
//! which every node that follows the show hears. A parcel in the inbox stays until an append or a renewal says that it is
//! consumed, so it outlives the writer; a notice may be lost, and whoever waits for one asks again by key.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::contract::{RawEntry, ReadError};

/// The most parcels in a show's inbox; one more is refused at its door.
pub const INBOX_PARCELS_MAX: usize = 1_024;
/// The largest parcel, in bytes.
pub const PARCEL_BYTES_MAX: usize = 2 * 1_024 * 1_024;
/// About how many notices of a show are kept; older ones are forgotten.
pub const NOTICES_KEPT: usize = 4_096;

/// A place in an inbox or among notices: after the parcel or notice that has it. The default is before the first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Mark {
    /// When it was put there, in the journal's milliseconds.
    pub at_ms: u64,
    /// Which of those of that millisecond it is.
    pub number: u64,
}

impl Mark {
    /// The smallest mark after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self { number: self.number + 1, ..self }
    }
}

/// Something for the show's writer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parcel {
    /// Its place in the inbox.
    pub mark: Mark,
    /// What it is. Opaque here.
    pub body: Bytes,
}

/// Something for everybody who follows the show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Notice {
    /// The writer gave the show back: it can be claimed at once.
    Released,
    /// The writer says this. Opaque here.
    Said(Bytes),
}

/// What there is to hear.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Heard {
    /// Entries from the one that was asked for on, in order. Whoever reads checks the chain.
    pub entries: Vec<RawEntry>,
    /// Notices, in order.
    pub notices: Vec<Notice>,
    /// Where to go on listening for notices.
    pub notices_after: Mark,
}

/// Why something could not be handed over.
#[derive(Debug, thiserror::Error)]
pub enum ForwardError {
    /// The inbox is full. It was not handed over.
    #[error("the inbox of the show is full")]
    Full,
    /// It is larger than [`PARCEL_BYTES_MAX`]. It was not handed over.
    #[error("{0} bytes, more than {PARCEL_BYTES_MAX}")]
    TooLarge(usize),
    /// The journal can't be reached. It may have been handed over all the same.
    #[error("the journal is unavailable: {0}")]
    Unavailable(String),
}

/// The nodes' way to each other.
#[async_trait]
pub trait Exchange: Send + Sync + 'static {
    /// Puts a parcel into the show's inbox.
    async fn forward(&self, show: &str, parcel: Bytes) -> Result<(), ForwardError>;

    /// At most `parcels_max` parcels after `after`, in order; waits up to `wait` for the first one, then returns none.
    async fn collect(
        &self,
        show: &str,
        after: Mark,
        parcels_max: usize,
        wait: Duration,
    ) -> Result<Vec<Parcel>, ReadError>;

    /// Says something to whoever follows the show.
    async fn notify(&self, show: &str, notice: Bytes) -> Result<(), ForwardError>;

    /// Entries from `from_seq` on and notices after `notices_after` (`None`: from now on); waits up to `wait` for the
    /// first of either, then returns none. At most [`READ_BYTES_MAX`](super::READ_BYTES_MAX) of entries as
    /// [`Journal::read`](super::Journal::read) does.
    async fn listen(
        &self,
        show: &str,
        from_seq: u64,
        notices_after: Option<Mark>,
        wait: Duration,
    ) -> Result<Heard, ReadError>;
}
