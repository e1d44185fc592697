//! Domain ↔ protobuf: the only place that knows both.

mod entry;
mod fact;
mod names;
mod request;
mod view;

pub use entry::{DecodeError, decode_entry, encode_entry, export_entry};
pub use request::{MessageProblem, Wish, read_command};
pub use view::*;
