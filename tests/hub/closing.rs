//! The ends of connections, from both sides.

use dropcast::hub::{CloseFrame, CloseReason, Frame, Gone, HubConfig};

use crate::server::{Seen, Server};

#[test]
fn server_closes_after_what_was_sent() {
    let server = Server::start(HubConfig::default());
    let (mut client, probe) = server.connect();
    probe.connection.send(Frame::text("last")).unwrap();
    probe.connection.close(CloseFrame::new(4001, "bye")).unwrap();
    assert_eq!(probe.connection.send(Frame::text("late")), Err(Gone));
    assert_eq!(client.text(), "last");
    assert_eq!(client.close(), (4001, "bye".to_owned()));
    assert_eq!(probe.next(), Seen::Closed(CloseReason::Local(4001)));
}

#[test]
fn client_closes() {
    let server = Server::start(HubConfig::default());
    let (mut client, probe) = server.connect();
    client.0.close(None).unwrap();
    assert_eq!(probe.next(), Seen::Closed(CloseReason::Peer(None)));
}
