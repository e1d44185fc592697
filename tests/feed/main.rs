//! What watchers receive over real sockets adds up to what is true.

#[path = "../common/compression.rs"]
mod compression;

mod audience;
mod house;
mod joining;
mod numbers;
mod picture;
mod private;
mod random;
mod resuming;
mod script;
mod waiting;
mod watcher;
