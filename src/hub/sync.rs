//! What threads meet at: the standard library's, or in the model (`model/`) loom's, which tries every order in which
//! threads can take their turns.

#[cfg(model)]
pub(super) use loom::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize},
};
#[cfg(not(model))]
pub(super) use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize},
};

#[cfg(model)]
pub(super) use super::scenarios::Waker;
#[cfg(not(model))]
pub(super) use mio::Waker;
