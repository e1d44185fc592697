//! The close codes of the protocol, beside those of RFC 6455 section 7.4.1. `docs/protocol/README.md` says for each
//! whether the client should come back.

use crate::hub::CloseFrame;

/// How long a client is asked to stay away when the server can't take it now.
const RETRY_AFTER_MS: u64 = 1_000;

/// A frame of the wrong type for the subprotocol.
pub(super) fn wrong_frame_type() -> CloseFrame {
    CloseFrame::new(1003, "text frames carry JSON, binary frames protobuf: use those of the subprotocol")
}

/// Too much that could not be read.
pub(super) fn rubbish() -> CloseFrame {
    CloseFrame::new(1008, "too many messages that can't be read")
}

/// The show can't be loaded now.
pub(super) fn try_again_later() -> CloseFrame {
    CloseFrame::new(1013, format!("retry_after_ms={RETRY_AFTER_MS}"))
}

/// The token is missing, wrong or has run out.
pub(super) fn token(reason: &'static str) -> CloseFrame {
    CloseFrame::new(4001, reason)
}

/// The token is not for this show.
pub(super) fn forbidden() -> CloseFrame {
    CloseFrame::new(4003, "this token is not for this show")
}

/// There is no such show.
pub(super) fn show_unknown() -> CloseFrame {
    CloseFrame::new(4004, "there is no such show")
}

/// Nothing was said in time.
pub(super) fn silent() -> CloseFrame {
    CloseFrame::new(4008, "say hello within five seconds")
}

/// The node is stopping: come back after `retry_after_ms`.
pub fn restarting(retry_after_ms: u64) -> CloseFrame {
    CloseFrame::new(1012, format!("retry_after_ms={retry_after_ms}"))
}
