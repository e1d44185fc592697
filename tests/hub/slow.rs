//! Readers that stop reading: bounded, told when they come back, and nobody else's problem.

use std::time::Duration;

use dropcast::hub::{Channel, CloseReason, Frame, Frames, HubConfig};

use crate::{
    client::Client,
    server::{PATIENCE, Probe, Seen, Server, until},
    wire::on_every_wire,
};

on_every_wire!(
    reader_that_stops_lags_and_starts_afresh,
    position_that_fell_off_lags_after_the_prelude,
    private_lane_overflows_and_is_rebuilt,
    burst_beyond_the_private_bound_overflows,
    socket_that_takes_nothing_is_dropped,
);

/// Large enough that a few fill every buffer on the way.
const LARGE: usize = 64 * 1_024;
const RING: usize = 16;

fn large(number: usize) -> Frames {
    Frames::same(&Frame::text(&format!("{number:06}{}", "x".repeat(LARGE))), 1)
}

fn start() -> (Server, Channel) {
    let server = Server::start(HubConfig { shards: 1, ring_frames_max: RING, ..HubConfig::default() });
    let channel = server.hub.channel(1, 0);
    (server, channel)
}

fn attach(probe: &Probe, channel: &Channel, prelude: &str) {
    probe.connection.attach(channel, 0, channel.head(), vec![Frame::text(prelude)]).unwrap();
}

/// Keeps the kernel from taking megabytes on the reader's behalf.
fn shrink(client: &Client) {
    socket2::SockRef::from(client.0.get_ref().get_ref().socket()).set_recv_buffer_size(LARGE).unwrap();
}

fn number(text: &str) -> usize {
    text[..6].parse().unwrap()
}

fn reader_that_stops_lags_and_starts_afresh() {
    let (server, channel) = start();
    let (mut slow, slow_probe) = server.connect();
    let (mut quick, quick_probe) = server.connect();
    shrink(&slow);
    attach(&slow_probe, &channel, "welcome");
    attach(&quick_probe, &channel, "welcome");
    assert_eq!((slow.text(), quick.text()), ("welcome".to_owned(), "welcome".to_owned()));
    // Far more than the kernel takes for one connection. Whoever reads gets all of it.
    for message in 0..400 {
        channel.publish(message as u64, large(message));
        assert_eq!(number(&quick.text()), message);
    }
    assert!(server.hub.counters().writes_blocked > 0);
    // It gets what was on its way, without a gap; then it is told, and nothing more comes before the new prelude. A kernel
    // that finds a little room before the client reads lets it be told early, but never twice.
    let mut next = 0;
    let mut told = slow_probe.so_far();
    while told.is_empty() {
        slow.0.get_ref().get_ref().socket().set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        if let Ok(message) = slow.0.read() {
            assert_eq!(number(message.to_text().unwrap()), next);
            next += 1;
        }
        told = slow_probe.so_far();
    }
    assert_eq!(told, [Seen::Lagged]);
    slow.0.get_ref().get_ref().socket().set_read_timeout(Some(PATIENCE)).unwrap();
    assert!(next < 400 - RING);
    channel.publish(400, large(400));
    assert_eq!(number(&quick.text()), 400);
    attach(&slow_probe, &channel, "snapshot");
    channel.publish(401, large(401));
    let mut text = slow.text();
    while text != "snapshot" {
        assert_eq!(number(&text), next);
        next += 1;
        text = slow.text();
    }
    assert!(next < 400, "nothing was sent while it lagged");
    assert_eq!(number(&slow.text()), 401);
    assert_eq!(server.hub.counters().ring_lagged, 1);
    until("its socket has room", || blocked(&server) == 0);
}

/// How many sockets are full.
fn blocked(server: &Server) -> u64 {
    let counters = server.hub.counters();
    counters.writes_blocked - counters.unblocked
}

fn position_that_fell_off_lags_after_the_prelude() {
    let (server, channel) = start();
    let old = channel.head();
    for message in 0..=RING {
        channel.publish(message as u64, Frames::same(&Frame::text("x"), 1));
    }
    let (mut client, probe) = server.connect();
    probe.connection.attach(&channel, 0, old, vec![Frame::text("welcome")]).unwrap();
    assert_eq!(client.text(), "welcome");
    assert_eq!(probe.next(), Seen::Lagged);
    attach(&probe, &channel, "snapshot");
    assert_eq!(client.text(), "snapshot");
}

fn private_lane_overflows_and_is_rebuilt() {
    let (server, channel) = start();
    let (mut client, probe) = server.connect();
    attach(&probe, &channel, "welcome");
    assert_eq!(client.text(), "welcome");
    let answer = Frame::text(&"x".repeat(LARGE));
    until("it overflows", || {
        probe.connection.send(answer.clone()).unwrap();
        server.hub.counters().private_overflows > 0
    });
    // What had begun goes out; what waited is dropped, and so is what is sent until the new prelude.
    while probe.so_far().is_empty() {
        client.0.get_ref().get_ref().socket().set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        client.0.read().ok();
    }
    client.0.get_ref().get_ref().socket().set_read_timeout(Some(PATIENCE)).unwrap();
    probe.connection.send(Frame::text("dropped")).unwrap();
    attach(&probe, &channel, "snapshot");
    probe.connection.send(Frame::text("kept")).unwrap();
    let mut text = client.text();
    while text != "snapshot" {
        assert_eq!(text.len(), LARGE);
        text = client.text();
    }
    assert_eq!(client.text(), "kept");
    assert_eq!(server.hub.counters().ring_lagged, 0);
}

fn burst_beyond_the_private_bound_overflows() {
    let server = Server::start(HubConfig { shards: 1, private_frames_max: 4, ..HubConfig::default() });
    let (mut client, probe) = server.connect_with(|connection, seen| {
        if matches!(seen, Seen::Text(_)) {
            for _ in 0..10 {
                connection.send(Frame::text("answer")).unwrap();
            }
        }
    });
    client.send("go");
    assert_eq!(probe.next(), Seen::Text("go".to_owned()));
    assert_eq!(probe.next(), Seen::Lagged);
    let channel = server.hub.channel(1, 0);
    attach(&probe, &channel, "snapshot");
    assert_eq!(client.text(), "snapshot");
    assert_eq!(server.hub.counters().private_overflows, 1);
}

fn socket_that_takes_nothing_is_dropped() {
    let write_stall_limit = Duration::from_millis(100);
    let close_limit = write_stall_limit;
    let config = HubConfig { ring_frames_max: RING, write_stall_limit, close_limit, ..HubConfig::default() };
    let server = Server::start(config);
    let channel = server.hub.channel(1, 0);
    let (stream, probe) = server.raw();
    attach(&probe, &channel, "welcome");
    let mut message = 0;
    let mut seen = Vec::new();
    until("it is dropped", || {
        message += 1;
        channel.publish(message as u64, large(message));
        seen.extend(probe.so_far());
        matches!(seen.last(), Some(Seen::Closed(_)))
    });
    assert!(server.hub.counters().writes_blocked > 0);
    // The kernel, or the relay, has the same limit and may be the first to act on it.
    let reason = seen.pop();
    assert!(matches!(reason, Some(Seen::Closed(CloseReason::Stalled | CloseReason::Lost(_)))), "{reason:?}");
    until("it has left", || channel.connections() == [0] && blocked(&server) == 0);
    until("its relay has ended, with the client still there", || server.relays() == 0);
    drop(stream);
}
