//! How a state is stored in a snapshot: the version of its layout, then its bytes.

use bytes::Bytes;
use dropcast_domain::show::{STATE_VERSION, Show};

/// About what a reservation takes, with its viewer and its key, in bytes.
const RESERVATION_BYTES: usize = 128;

/// The bytes of a state.
pub(super) fn encode(show: &Show) -> Result<Bytes, postcard::Error> {
    let mut bytes = Vec::with_capacity(show.reservation_count() * RESERVATION_BYTES);
    bytes.extend(STATE_VERSION.to_be_bytes());
    postcard::to_extend(show, bytes).map(Bytes::from)
}

/// The state of these bytes; `None` when another version of the rules wrote them, so that the facts are folded instead.
pub(super) fn decode(bytes: &[u8]) -> Option<Show> {
    let (version, state) = bytes.split_first_chunk()?;
    if u32::from_be_bytes(*version) != STATE_VERSION {
        return None;
    }
    postcard::from_bytes(state).ok()
}
