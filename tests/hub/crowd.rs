//! A crowd that reads nothing: each costs one write that fails, and nobody waits for it.

use dropcast::hub::{Frame, Frames, HubConfig};

use crate::{
    client::Client,
    server::{Server, until},
};

const DEAF: u64 = 50;
const RING: usize = 16;
const LARGE: usize = 64 * 1_024;
const MESSAGES: u64 = 500;

#[test]
fn who_takes_nothing_is_not_tried_again() {
    let server = Server::start(HubConfig { shards: 1, ring_frames_max: RING, ..HubConfig::default() });
    let channel = server.hub.channel(1, 0);
    let attach = |probe: &crate::server::Probe| {
        probe.connection.attach(&channel, 0, channel.head(), vec![Frame::text("welcome")]).unwrap();
    };
    let deaf: Vec<_> = (0..DEAF).map(|_| server.raw()).collect();
    for (_, probe) in &deaf {
        attach(probe);
    }
    let (mut quick, probe) = server.connect();
    attach(&probe);
    assert_eq!(quick.text(), "welcome");
    let mut tag = 0;
    let mut tell = |quick: &mut Client, text: String| {
        tag += 1;
        channel.publish(tag, Frames::same(&Frame::text(&text), 1));
        assert_eq!(quick.text(), text);
    };
    // Until every buffer on the way to the others is full; those of the last to be are filled up a while longer.
    while server.hub.counters().writes_blocked < DEAF {
        tell(&mut quick, "x".repeat(LARGE));
    }
    (0..RING).for_each(|_| tell(&mut quick, "x".repeat(LARGE)));
    let before = server.hub.counters();
    (0..MESSAGES).for_each(|message| tell(&mut quick, message.to_string()));
    until("the last sweep is counted", || server.hub.counters().write_calls >= before.write_calls + MESSAGES);
    let after = server.hub.counters();
    // The kernel may still find a little room for one or the other.
    let tries = after.write_calls - before.write_calls - MESSAGES;
    assert!(tries <= 2 * DEAF, "{tries} writes to {DEAF} who take nothing");
    assert!(server.hub.connections() as u64 == DEAF + 1, "nobody is dropped before the stall limit");
    drop(deaf);
}
