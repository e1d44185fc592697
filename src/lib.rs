//! The Dropcast server: the event backend for live-stream shopping.

pub mod hub;
pub mod journal;
pub mod show_file;
