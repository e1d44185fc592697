//! TLS, where the server ends it itself. See `docs/decisions/0010-tls-and-compression.md`.

mod acceptor;
mod relay;

pub use acceptor::{TlsError, acceptor};
pub use relay::{RelayLimits, TlsStream, relay, socket_pair};
