//! The hub over real sockets.

mod client;
mod closing;
mod lanes;
mod server;
