//! The hub's own sources, with loom's locks and atomics in the place of the standard library's: see
//! `docs/decisions/0003-hub.md` for what is checked.

// Its unit tests are run where the hub lives, with the standard library's.
#[cfg(not(test))]
#[path = "../../src/hub/mod.rs"]
pub mod hub;
