//! A latest value never overtakes a critical message that was published before it: what the message says of the same
//! thing is older, and would be believed last.

use std::time::Duration;

use dropcast::hub::{Frames, HubConfig};

use crate::{
    server::Server,
    wire::{on_every_wire, text},
};

on_every_wire!(latest_values_follow_what_was_published_before_them,);

const ROUNDS: u64 = 20_000;
const CLASSES: usize = 1;

fn frames(lane: &str, number: u64) -> Frames {
    Frames::same(&text(&format!("{lane}:{number}")), CLASSES)
}

fn latest_values_follow_what_was_published_before_them() {
    let config = HubConfig { shards: 1, latest_tick: Duration::ZERO, ..HubConfig::default() };
    let server = Server::start(HubConfig { ring_frames_max: usize::try_from(ROUNDS).unwrap() + 1, ..config });
    let channel = server.hub.channel(CLASSES, 0);
    let (mut client, probe) = server.connect();
    probe.connection.attach(&channel, 0, channel.head(), Vec::new()).unwrap();
    let publisher = std::thread::spawn(move || {
        for number in 1..=ROUNDS {
            channel.publish(number, frames("critical", number));
            channel.set_latest(0, frames("latest", number)).unwrap();
        }
    });
    let (mut critical, mut latest) = (0, 0);
    while latest < ROUNDS {
        let received = client.text();
        let (lane, number) = received.split_once(':').unwrap();
        let number: u64 = number.parse().unwrap();
        if lane == "critical" {
            assert_eq!(number, critical + 1);
            critical = number;
        } else {
            assert!(number <= critical, "{number} overtook {}", critical + 1);
            latest = number;
        }
    }
    publisher.join().unwrap();
}
