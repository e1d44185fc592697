//! The hub over real sockets: plain and with TLS, compressed and not.

#[path = "../common/certificates.rs"]
mod certificates;
mod client;
mod closing;
#[path = "../common/compression.rs"]
mod compression;
mod crowd;
mod incoming;
mod lanes;
mod limits;
mod options;
mod overtaking;
mod server;
mod slow;
mod takeover;
mod ticked;
mod wire;
