//! Bounds and timers.

use std::time::{Duration, Instant};

use dropcast::hub::{CloseFrame, CloseReason, CompressionConfig, HubConfig, Refusal};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    server::{Seen, Server, until},
    wire::{on_every_wire, text},
};

on_every_wire!(
    full_hub_refuses,
    peer_that_answers_no_ping_is_dropped,
    deadline_is_told_once_and_never_early,
    silent_newcomer_is_closed_by_its_session,
    drain_spreads_the_closes,
    shutdown_tells_everybody_and_ends,
);

fn full_hub_refuses() {
    let server = Server::start(HubConfig { shards: 2, connections_max: 3, ..HubConfig::default() });
    let mut clients: Vec<_> = (0..3).map(|_| server.connect()).collect();
    assert_eq!(server.hub.refusal(), Some(Refusal::Full));
    let refused = server.adopt(&[], |_, _| {}).err().unwrap();
    assert_eq!(refused.refusal, Refusal::Full);
    let gone = clients.pop();
    drop(gone);
    until("there is room again", || server.hub.refusal().is_none());
    server.connect();
}

#[test]
fn bad_bounds_are_refused() {
    let cases = [
        HubConfig { shards: 0, ..HubConfig::default() },
        HubConfig { shards: 257, ..HubConfig::default() },
        HubConfig { ring_frames_max: 0, ..HubConfig::default() },
        HubConfig { read_bytes_per_turn: 0, ..HubConfig::default() },
        HubConfig { connections_per_turn: 0, ..HubConfig::default() },
        HubConfig { idle_limit: Duration::from_secs(1), ..HubConfig::default() },
        HubConfig { compression: Some(CompressionConfig { level: 10, bytes_min: 0 }), ..HubConfig::default() },
    ];
    for config in cases {
        let error = dropcast::hub::Hub::start(config).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    }
}

fn peer_that_answers_no_ping_is_dropped() {
    let (ping_after, idle_limit) = (Duration::from_millis(50), Duration::from_millis(150));
    let server = Server::start(HubConfig { ping_after, idle_limit, ..HubConfig::default() });
    let started = Instant::now();
    let (mut deaf, deaf_probe) = server.raw();
    let (mut client, probe) = server.connect();
    // Reading, tungstenite answers; the other peer only takes note.
    client.0.get_ref().socket().set_read_timeout(Some(Duration::from_millis(10))).unwrap();
    let mut pings = 0;
    let mut is_over = false;
    while !is_over || pings < 3 {
        if let Ok(Message::Ping(_)) = client.0.read() {
            pings += 1;
        }
        is_over |= deaf_probe.so_far().contains(&Seen::Closed(CloseReason::Idle));
        assert!(started.elapsed() < crate::server::PATIENCE);
    }
    assert!(started.elapsed() >= idle_limit);
    let mut heard = Vec::new();
    std::io::Read::read_to_end(&mut deaf, &mut heard).ok();
    assert_eq!(heard, [0x89, 0], "one ping, and the end");
    assert!(probe.connection.is_open());
    assert_eq!(server.hub.counters().idle, 1);
}

fn deadline_is_told_once_and_never_early() {
    let server = Server::start(HubConfig::default());
    let (mut client, probe) = server.connect();
    let deadline = Instant::now() + Duration::from_millis(60);
    probe.connection.set_deadline(Some(Instant::now() + Duration::from_secs(3_600))).unwrap();
    probe.connection.set_deadline(Some(deadline)).unwrap();
    assert_eq!(probe.next(), Seen::Deadline);
    assert!(Instant::now() >= deadline);
    // One that is past is due at once; one that is taken back never.
    probe.connection.set_deadline(Some(deadline)).unwrap();
    assert_eq!(probe.next(), Seen::Deadline);
    probe.connection.set_deadline(Some(Instant::now() + Duration::from_millis(30))).unwrap();
    probe.connection.set_deadline(None).unwrap();
    let (_other, other_probe) = server.connect();
    other_probe.connection.set_deadline(Some(Instant::now() + Duration::from_millis(100))).unwrap();
    assert_eq!(other_probe.next(), Seen::Deadline);
    assert_eq!(probe.so_far(), []);
    client.send("still here");
    assert_eq!(probe.next(), Seen::Text("still here".to_owned()));
}

fn silent_newcomer_is_closed_by_its_session() {
    let server = Server::start(HubConfig::default());
    let (mut client, probe) = server.connect_with(|connection, seen| match seen {
        Seen::Opened => connection.set_deadline(Some(Instant::now() + Duration::from_millis(40))).unwrap(),
        Seen::Deadline => connection.close(CloseFrame::new(4408, "say something")).unwrap(),
        _ => {}
    });
    assert_eq!(client.close(), (4408, "say something".to_owned()));
    assert_eq!(probe.next(), Seen::Deadline);
    assert_eq!(probe.next(), Seen::Closed(CloseReason::Local(4408)));
}

fn drain_spreads_the_closes() {
    let server = Server::start(HubConfig { shards: 2, ..HubConfig::default() });
    let mut clients: Vec<_> = (0..40).map(|_| server.connect()).collect();
    let over = Duration::from_millis(300);
    let started = Instant::now();
    server.hub.drain(over, |fraction| {
        let delay = Duration::from_secs(1) + Duration::from_secs(1).mul_f64(fraction);
        CloseFrame::new(1012, format!("retry_after_ms={}", delay.as_millis()))
    });
    assert_eq!(server.hub.refusal(), Some(Refusal::Draining));
    assert_eq!(server.adopt(&[], |_, _| {}).err().unwrap().refusal, Refusal::Draining);
    let mut delays = Vec::new();
    for (client, probe) in &mut clients {
        let (code, reason) = loop {
            if let Message::Close(Some(close)) = client.0.read().unwrap() {
                break (u16::from(close.code), close.reason.to_string());
            }
        };
        client.0.flush().ok();
        assert_eq!(code, 1012);
        delays.push(reason.strip_prefix("retry_after_ms=").unwrap().parse::<u64>().unwrap());
        assert_eq!(probe.closed(), CloseReason::Local(1012));
    }
    assert!(started.elapsed() >= over, "spread over the time given");
    delays.sort_unstable();
    delays.dedup();
    assert_eq!(delays.len(), 20, "each shard spreads its connections evenly: {delays:?}");
    assert!(delays[0] == 1_000 && delays[19] == 1_950);
    until("all have left", || server.hub.connections() == 0);
}

fn shutdown_tells_everybody_and_ends() {
    let server = Server::start(HubConfig { shards: 2, ..HubConfig::default() });
    let mut clients: Vec<_> = (0..10).map(|_| server.connect()).collect();
    server.hub.shutdown(crate::server::PATIENCE).unwrap();
    for (client, probe) in &mut clients {
        assert_eq!(client.close().0, 1001);
        assert_eq!(probe.next(), Seen::Closed(CloseReason::Stopped));
        assert!(probe.connection.send(text("late")).is_err());
    }
    assert_eq!(server.hub.connections(), 0);
    assert_eq!(server.adopt(&[], |_, _| {}).err().unwrap().refusal, Refusal::Draining);
    server.hub.shutdown(crate::server::PATIENCE).unwrap();
}
