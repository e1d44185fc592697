//! `loadtest fan`: what it costs to hand a message to everybody, beside other servers, by the same subscribers.

pub(crate) mod arguments;
mod arrival;
mod check;
pub(crate) mod command;
mod crowd;
mod dialect;
mod error;
mod figures;
mod foreign;
mod frame;
mod handshake;
mod measure;
mod million;
mod peer;
mod plot;
mod processor;
mod publisher;
mod report;
mod run;
mod show;
mod slow;
mod stage;
mod storm;
mod usage;
