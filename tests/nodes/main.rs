//! Many nodes on a real Redis, and what can happen to them: each is the real program as a process of its own, and
//! everything that is killed, frozen, cut or filled up is so for real. Viewers click all the while, and every scenario
//! ends with an audit of what is in the journal and of what they were told.
#![cfg(target_os = "linux")]

#[path = "../common/process.rs"]
mod process;
#[path = "../common/redis.rs"]
mod redis_server;
#[path = "../common/shop.rs"]
mod shop;
#[path = "../common/socket.rs"]
mod socket;

mod books;
mod crowd;
mod direct;
mod house;
mod line;
mod pair;
mod proxy;
mod requests;
mod stage;
mod told;
mod viewer;

mod audience;
mod broken_connections;
mod failback;
mod failover;
mod failover_waiting;
mod memory_full;
mod next_version;
mod redis_away;
mod redis_killed;
mod rolling_restart;
mod scripts_flushed;
mod writer_killed;
mod writer_paused;
