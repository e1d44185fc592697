//! A small server of the public protocol, honest by default, that can be told to misbehave.

mod line;
pub(crate) mod rush;
pub(crate) mod server;
mod session;
mod shop;
mod waiting;
pub(crate) mod world;
