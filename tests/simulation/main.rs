//! The whole engine in simulation: several nodes, a journal with faults, a network and a crowd that asks again, in one
//! thread on simulated time, from a seed. After each run everything that was promised is checked from the journal and
//! from what clients were told.
//!
//! `DROPCAST_SIM_SEEDS` and `DROPCAST_SIM_FIRST_SEED` say which worlds, `DROPCAST_SIM_TRACE=1` writes down what happens.

mod brand;
mod checks;
mod chronicle;
mod client;
mod clock;
mod counter;
mod exchange;
mod faults;
mod host;
mod journal;
mod ledger;
mod link;
#[cfg(debug_assertions)]
mod mistakes;
mod node;
mod panics;
mod random;
mod recorder;
mod scenario;
mod seeds;
mod trace;
mod viewer;
mod wire;
mod world;
