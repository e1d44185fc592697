//! RFC 6455 as the server's side reads it, with compression (RFC 7692).

mod decoder;
mod deflate;
mod header;
mod inflate;
mod mask;
mod violation;

pub(super) use decoder::{Decoder, Event, Flow, Reading};
pub use deflate::Compressor;
pub(super) use header::{CLOSE_REASON_BYTES_MAX, FIN, Opcode, RSV1};
pub(super) use inflate::Inflater;
pub use violation::Violation;
