//! `loadtest noop`: a WebSocket server that does nothing with what it is sent, to compare with: what a machine needs to
//! receive clicks at all. It welcomes whoever says hello and answers pings.

pub(crate) mod command;
mod server;
