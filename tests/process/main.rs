//! The real program as its operator meets it: started wrongly and rightly, stopped, out of disk, attacked, and its tools.
#![cfg(target_os = "linux")]

#[path = "../common/process.rs"]
mod process;
#[path = "../common/redis.rs"]
mod redis_server;
#[path = "../common/rush.rs"]
mod rush;
#[path = "../common/shop.rs"]
mod shop;
#[path = "../common/socket.rs"]
mod socket;

mod demo;
mod disk;
mod hostile;
mod on_redis;
mod starting;
mod stopping;
mod tampered;
mod tools;
