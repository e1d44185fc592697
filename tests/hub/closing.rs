//! The ends of connections, from both sides.

use std::{io::Write, time::Duration};

use dropcast::hub::{CloseFrame, CloseReason, Frames, Gone, HubConfig, Violation};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame as PeerClose, frame::coding::CloseCode};

use crate::{
    client::{answer_to, close_code, frame},
    server::{Seen, Server, until},
    wire::{on_every_wire, text},
};

on_every_wire!(
    server_closes_after_what_was_sent,
    what_was_published_before_a_close_arrives,
    client_closes,
    every_code_is_echoed_or_refused,
    every_code_of_the_servers_arrives,
    close_from_a_callback_silences_the_rest_of_the_read,
    peer_that_never_answers_a_close_is_dropped,
    connection_that_breaks_off_is_lost,
);

fn server_closes_after_what_was_sent() {
    let server = Server::start(HubConfig::default());
    let (mut client, probe) = server.connect();
    probe.connection.send(text("last")).unwrap();
    probe.connection.close(CloseFrame::new(4001, "bye")).unwrap();
    assert_eq!(probe.connection.send(text("late")), Err(Gone));
    assert_eq!(client.text(), "last");
    assert_eq!(client.close(), (4001, "bye".to_owned()));
    assert_eq!(probe.next(), Seen::Closed(CloseReason::Local(4001)));
}

fn what_was_published_before_a_close_arrives() {
    let server = Server::start(HubConfig::default());
    let channel = server.hub.channel(1, 0);
    let (mut client, probe) = server.connect();
    probe.connection.attach(&channel, 0, channel.head(), vec![]).unwrap();
    until("it is attached", || channel.connections() == [1]);
    channel.publish(1, Frames::same(&text("show ended"), 1));
    channel.close_all(&CloseFrame::new(4000, "ended"));
    assert_eq!(client.text(), "show ended");
    assert_eq!(client.close(), (4000, "ended".to_owned()));
    assert_eq!(probe.next(), Seen::Closed(CloseReason::Local(4000)));
}

fn client_closes() {
    let server = Server::start(HubConfig::default());
    let (mut client, probe) = server.connect();
    client.0.close(None).unwrap();
    assert_eq!(probe.next(), Seen::Closed(CloseReason::Peer(None)));
    let (mut client, probe) = server.connect();
    client.0.close(Some(PeerClose { code: CloseCode::Library(4002), reason: "done".into() })).unwrap();
    assert_eq!(client.close().0, 4002);
    assert_eq!(probe.next(), Seen::Closed(CloseReason::Peer(Some(4002))));
}

fn every_code_is_echoed_or_refused() {
    let server = Server::start(HubConfig::default());
    let allowed = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
    for code in allowed {
        let (stream, probe) = server.raw();
        let answer = answer_to(stream, &frame(0x88, &[&u16::to_be_bytes(code)[..], b"why"].concat()));
        assert_eq!(close_code(&answer), code);
        assert_eq!(probe.next(), Seen::Closed(CloseReason::Peer(Some(code))));
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535] {
        let (stream, probe) = server.raw();
        let answer = answer_to(stream, &frame(0x88, &u16::to_be_bytes(code)));
        assert_eq!(close_code(&answer), 1002, "{code}");
        assert_eq!(probe.next(), Seen::Closed(CloseReason::Violation(Violation::BadClose)));
    }
}

fn every_code_of_the_servers_arrives() {
    let server = Server::start(HubConfig::default());
    for code in [1000, 1001, 1003, 1008, 1011, 1012, 1013, 4001, 4003, 4004, 4008] {
        let (mut client, probe) = server.connect();
        let reason = "a reason as long as one may be".repeat(4);
        probe.connection.close(CloseFrame::new(code, reason.clone())).unwrap();
        assert_eq!(client.close(), (code, reason));
        assert_eq!(probe.next(), Seen::Closed(CloseReason::Local(code)));
    }
}

fn close_from_a_callback_silences_the_rest_of_the_read() {
    let server = Server::start(HubConfig::default());
    let (mut client, probe) = server.connect_with(|connection, seen| {
        if matches!(seen, Seen::Text(_)) {
            connection.close(CloseFrame::new(4003, "")).unwrap();
        }
    });
    let bytes = [frame(0x81, b"bad token"), frame(0x81, b"buy")].concat();
    client.0.get_mut().get_mut().write_all(&bytes).unwrap();
    assert_eq!(client.close().0, 4003);
    assert_eq!(probe.next(), Seen::Text("bad token".to_owned()));
    assert_eq!(probe.next(), Seen::Closed(CloseReason::Local(4003)));
}

fn peer_that_never_answers_a_close_is_dropped() {
    let server = Server::start(HubConfig { close_limit: Duration::from_millis(50), ..HubConfig::default() });
    let (mut stream, probe) = server.raw();
    probe.connection.close(CloseFrame::new(1000, "")).unwrap();
    assert_eq!(probe.next(), Seen::Closed(CloseReason::Local(1000)));
    until("the socket is closed", || stream.write_all(&frame(0x81, b"hello?")).is_err());
    // The same for one that was closed for a mistake and never ends its stream.
    let (mut stream, probe) = server.raw();
    stream.write_all(&[0xff, 0xff]).unwrap();
    assert!(matches!(probe.next(), Seen::Closed(CloseReason::Violation(_))));
    assert_eq!(server.hub.counters().close_timeouts, 2);
}

fn connection_that_breaks_off_is_lost() {
    let server = Server::start(HubConfig::default());
    let (stream, probe) = server.raw();
    drop(stream);
    assert!(matches!(probe.next(), Seen::Closed(CloseReason::Lost(_))));
    // Also when its end arrives together with its last message.
    let (mut stream, probe) = server.raw();
    stream.write_all(&frame(0x81, b"last")).unwrap();
    drop(stream);
    assert_eq!(probe.next(), Seen::Text("last".to_owned()));
    assert!(matches!(probe.next(), Seen::Closed(CloseReason::Lost(_))));
    assert_eq!(probe.connection.send(text("gone")), Err(Gone));
}
