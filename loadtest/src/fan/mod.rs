//! `loadtest fan`: what it costs to hand a message to everybody, beside other servers, by the same subscribers.

pub(crate) mod arguments;
mod check;
pub(crate) mod command;
mod crowd;
mod dialect;
mod error;
mod frame;
mod handshake;
mod measure;
mod peer;
mod processor;
mod usage;
