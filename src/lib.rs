//! The Dropcast server: the event backend for live-stream shopping.

pub mod api;
pub mod app;
pub mod audit;
pub mod cli;
pub mod clock;
pub mod codec;
pub mod config;
pub mod demo;
pub mod effects;
pub mod engine;
pub mod feed;
pub mod hub;
pub mod journal;
pub mod mistakes;
pub mod show_file;
pub mod stats;
pub mod telemetry;
