//! RFC 6455 as the server's side reads it.

mod decoder;
mod header;
mod mask;
mod violation;

pub(super) use decoder::{Decoder, Event, Flow};
pub(super) use header::{CLOSE_REASON_BYTES_MAX, FIN, Opcode};
pub use violation::Violation;
