//! The journal on Redis, where it is more than the conformance suite asks: leases, order over broken connections, full
//! memory, replicas, the index of wake times, what nodes say to each other, archives, and what is found out at start.
//! Every test has a Redis of its own.
#![cfg(target_os = "linux")]

#[path = "../common/redis.rs"]
mod redis_server;

mod archive;
mod checks;
mod cluster;
mod connections;
mod exchange;
mod fixture;
mod leases;
mod memory;
mod proxy;
mod replicas;
mod snapshots;
mod tls;
mod wakes;
