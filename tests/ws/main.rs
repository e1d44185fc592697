//! The WebSocket of the real program over real sockets, used well, badly and maliciously.
#![cfg(target_os = "linux")]

#[path = "../common/certificates.rs"]
mod certificates;
#[path = "../common/compression.rs"]
mod compression;
#[path = "../common/process.rs"]
mod process;
#[path = "../common/shop.rs"]
mod shop;
#[path = "../common/socket.rs"]
mod socket;

mod admission;
mod agreement;
mod audience;
mod commands;
mod counted;
mod frames;
mod handshakes;
mod hello;
mod receipts;
mod resume;
mod slow;
mod tokens;
mod waitlist;
mod wires;
