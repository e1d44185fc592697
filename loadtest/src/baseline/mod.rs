//! `loadtest baseline`: what one would otherwise write, to compare with. An axum server whose every click is one Lua
//! script on Redis. It speaks as much of the public protocol as a click needs, so that one client measures both.

pub(crate) mod command;
mod server;
mod session;
mod stock;
