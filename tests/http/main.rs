//! The HTTP API over real sockets.

#[path = "../common/mod.rs"]
mod common;

mod access;
mod bad_input;
mod browsers;
mod buying;
mod documents;
mod draws;
mod hoarding;
mod journal;
mod operations;
mod orders_csv;
mod receipts;
mod run;
mod shows;
mod tokens;
mod waitlist;
mod withdrawals;
