//! How a state is stored in a snapshot: the version of its layout, then its bytes.

use bytes::Bytes;
use dropcast_domain::show::{STATE_VERSION, Show};

/// The bytes of a state.
pub(super) fn encode(show: &Show) -> Result<Bytes, postcard::Error> {
    postcard::to_extend(show, STATE_VERSION.to_be_bytes().to_vec()).map(Bytes::from)
}

/// The state of these bytes; `None` when another version of the rules wrote them, so that the facts are folded instead.
pub(super) fn decode(bytes: &[u8]) -> Option<Show> {
    let (version, state) = bytes.split_first_chunk()?;
    if u32::from_be_bytes(*version) != STATE_VERSION {
        return None;
    }
    postcard::from_bytes(state).ok()
}
