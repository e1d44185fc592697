//! The hub over real sockets.

mod client;
mod closing;
mod incoming;
mod lanes;
mod limits;
mod overtaking;
mod server;
mod slow;
mod takeover;
mod ticked;
