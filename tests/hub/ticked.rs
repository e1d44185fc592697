//! Latest values and best-effort messages: conflated to the tick, and the newest always arrives.

use std::time::{Duration, Instant};

use dropcast::hub::{Channel, Frames, HubConfig, LatestFull};

use crate::{
    client::Client,
    server::{Probe, Seen, Server, until},
    wire::{on_every_wire, text},
};

on_every_wire!(
    values_are_conflated_to_the_tick_and_the_newest_arrives,
    newcomer_gets_every_key_once_in_the_order_of_change,
    full_table_says_so,
    class_without_a_frame_is_left_in_peace,
    best_effort_leaves_out_what_a_tick_has_no_room_for,
    publish_costs_one_write_per_connection_and_at_most_one_wake_up,
    quiet_hub_sleeps,
);

const TICK: Duration = Duration::from_millis(100);

fn frames(message: &str) -> Frames {
    Frames::new(vec![Some(text(message)), None])
}

fn attached(server: &Server, channel: &Channel, class: usize) -> (Client, Probe) {
    let (mut client, probe) = server.connect();
    probe.connection.attach(channel, class, channel.head(), vec![text("welcome")]).unwrap();
    assert_eq!(client.text(), "welcome");
    (client, probe)
}

fn values_are_conflated_to_the_tick_and_the_newest_arrives() {
    let server = Server::start(HubConfig { shards: 1, latest_tick: TICK, ..HubConfig::default() });
    let channel = server.hub.channel(2, 0);
    let (mut client, _probe) = attached(&server, &channel, 0);
    let started = Instant::now();
    let mut changes: u32 = 0;
    while started.elapsed() < TICK * 4 {
        changes += 1;
        channel.set_latest(7, frames(&format!("stock {changes}"))).unwrap();
        std::thread::yield_now();
    }
    let newest = format!("stock {changes}");
    let mut received = 0;
    while client.text() != newest {
        received += 1;
    }
    // One at once, then at most one per tick of the time that has passed.
    let ticks = started.elapsed().as_nanos() / TICK.as_nanos();
    assert!(received <= ticks + 1, "{received} values in {ticks} ticks");
    let counters = server.hub.counters();
    assert_eq!(u128::from(counters.latest_conflated) + received + 1, u128::from(changes));
}

fn newcomer_gets_every_key_once_in_the_order_of_change() {
    let server = Server::start(HubConfig::default());
    let channel = server.hub.channel(2, 0);
    let before = channel.head();
    for (key, text) in [(1, "a"), (2, "b"), (3, "c"), (1, "a again")] {
        channel.set_latest(key, frames(text)).unwrap();
    }
    assert!(channel.remove_latest(3));
    assert_eq!(channel.latest(0), [text("b"), text("a again")]);
    assert!(channel.latest(1).is_empty());
    let (mut client, probe) = server.connect();
    probe.connection.attach(&channel, 0, before, vec![]).unwrap();
    assert_eq!(client.texts(2), ["b", "a again"]);
    // Who knows them already gets none of them, unless it asks for all.
    let (mut client, probe) = attached(&server, &channel, 0);
    probe.connection.attach(&channel, 0, channel.head().with_all_latest(), vec![text("resumed")]).unwrap();
    assert_eq!(client.texts(3), ["resumed", "b", "a again"]);
}

fn full_table_says_so() {
    let server = Server::start(HubConfig { latest_keys_max: 1, ..HubConfig::default() });
    let channel = server.hub.channel(2, 0);
    channel.set_latest(1, frames("a")).unwrap();
    assert_eq!(channel.set_latest(2, frames("b")), Err(LatestFull));
    assert_eq!(server.hub.counters().latest_refused, 1);
}

fn class_without_a_frame_is_left_in_peace() {
    let server = Server::start(HubConfig { latest_tick: Duration::from_millis(1), ..HubConfig::default() });
    let channel = server.hub.channel(2, 0);
    let (mut client, probe) = attached(&server, &channel, 1);
    let (mut other, _probe) = attached(&server, &channel, 0);
    channel.set_latest(1, frames("stock")).unwrap();
    channel.publish_best_effort(frames("chat"));
    assert_eq!(other.texts(2), ["stock", "chat"]);
    probe.connection.send(text("private")).unwrap();
    assert_eq!(client.text(), "private");
}

fn best_effort_leaves_out_what_a_tick_has_no_room_for() {
    let config = HubConfig { shards: 1, latest_tick: TICK, best_effort_frames_max: 10, ..HubConfig::default() };
    let server = Server::start(config);
    let channel = server.hub.channel(2, 0);
    let (mut client, _probe) = attached(&server, &channel, 0);
    for number in 0..1_000 {
        channel.publish_best_effort(frames(&number.to_string()));
    }
    let mut received: Vec<u64> = Vec::new();
    while received.last() != Some(&999) {
        received.push(client.text().parse().unwrap());
    }
    assert!(received.is_sorted());
    let left_out = || server.hub.counters().best_effort_left_out;
    until("the rest is counted", || left_out() + received.len() as u64 == 1_000);
}

fn publish_costs_one_write_per_connection_and_at_most_one_wake_up() {
    let server = Server::start(HubConfig { shards: 1, ..HubConfig::default() });
    let channel = server.hub.channel(2, 0);
    let (mut client, _probe) = attached(&server, &channel, 0);
    let before = server.hub.counters();
    channel.publish(1, frames("drop"));
    assert_eq!(client.text(), "drop");
    // What a sweep wrote is counted at its end.
    until("it is counted", || server.hub.counters().write_calls > before.write_calls);
    let after = server.hub.counters();
    assert_eq!(after.write_calls, before.write_calls + 1);
    assert!(after.wakes <= before.wakes + 1);
}

fn quiet_hub_sleeps() {
    let server = Server::start(HubConfig { shards: 1, ..HubConfig::default() });
    let channel = server.hub.channel(2, 0);
    let (_client, probe) = attached(&server, &channel, 0);
    channel.set_latest(1, frames("stock")).unwrap();
    let before = server.hub.counters().turns;
    probe.connection.set_deadline(Some(Instant::now() + TICK * 3)).unwrap();
    assert_eq!(probe.next(), Seen::Deadline);
    let turns = server.hub.counters().turns - before;
    assert!(turns < 10, "{turns} turns in which nothing was to be done");
}
