//! What is asked of the kernel for every connection.
#![cfg(target_os = "linux")]

use std::time::Duration;

use bytes::Bytes;
use dropcast::hub::{Connection, HubConfig, Message, Session};
use socket2::SockRef;

use crate::server::Server;

struct Deaf;

impl Session for Deaf {
    fn message(&mut self, _: &Connection, _: Message<'_>) {}

    fn lagged(&mut self, _: &Connection) {}
}

#[test]
fn what_is_written_goes_at_once_and_what_waits_is_bounded() {
    let write_stall_limit = Duration::from_secs(7);
    let server = Server::start(HubConfig { write_stall_limit, unsent_bytes_max: 12_345, ..HubConfig::default() });
    let (_client, accepted) = server.pair().unwrap();
    let same_socket = accepted.try_clone().unwrap();
    server.hub.adopt(accepted, Bytes::new(), Box::new(Deaf)).unwrap();
    let socket = SockRef::from(&same_socket);
    assert!(socket.tcp_nodelay().unwrap());
    assert_eq!(socket.tcp_user_timeout().unwrap(), Some(write_stall_limit));
    assert_eq!(socket.tcp_notsent_lowat().unwrap(), 12_345);
}
