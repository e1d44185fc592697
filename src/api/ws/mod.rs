//! The WebSocket: one endpoint for viewers, hosts and brands.

mod answer;
mod close;
mod extensions;
mod handshake;
mod join;
mod messages;
mod session;

pub use close::restarting;
pub use handshake::router;
