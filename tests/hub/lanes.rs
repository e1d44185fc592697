//! What is published and sent arrives: all of it, in order, once.

use std::time::Instant;

use dropcast::hub::{Channel, CloseFrame, Delays, Frames, HubConfig};

use crate::{
    client::Client,
    server::{Probe, Seen, Server, until},
    wire::{on_every_wire, text},
};

on_every_wire!(
    everybody_gets_everything_of_their_class_in_order,
    private_frames_follow_what_was_published_before,
    resumes_from_every_position,
    tag_moves_on_without_a_message,
    several_channels_at_once,
    moves_from_channel_to_channel,
    measures_how_long_a_message_takes_to_everybody,
    session_answers_from_its_callback,
    session_attaches_from_its_callback,
);

const CLASSES: usize = 3;

/// A message that tells each class its number; class 2 gets only the even ones.
fn numbered(number: u64) -> Frames {
    let frame = |class: usize| text(&format!("{class}:{number}"));
    Frames::new(vec![Some(frame(0)), Some(frame(1)), number.is_multiple_of(2).then(|| frame(2))])
}

fn expected(class: usize, numbers: std::ops::Range<u64>) -> Vec<String> {
    let of_class = numbers.filter(|number| class != 2 || number.is_multiple_of(2));
    of_class.map(|number| format!("{class}:{number}")).collect()
}

fn attach(probe: &Probe, channel: &Channel, class: usize) {
    probe.connection.attach(channel, class, channel.head(), vec![text("welcome")]).unwrap();
}

fn everybody_gets_everything_of_their_class_in_order() {
    let server = Server::start(HubConfig { shards: 2, connections_per_turn: 7, ..HubConfig::default() });
    let channel = server.hub.channel(CLASSES, 0);
    let mut clients: Vec<(Client, Probe)> = (0..60).map(|_| server.connect()).collect();
    for (index, (_, probe)) in clients.iter().enumerate() {
        attach(probe, &channel, index % CLASSES);
    }
    until("all are attached", || channel.connections() == [20, 20, 20]);
    for number in 0..500 {
        channel.publish(number + 1, numbered(number));
    }
    for (index, (client, _)) in clients.iter_mut().enumerate() {
        let expected = expected(index % CLASSES, 0..500);
        assert_eq!(client.text(), "welcome");
        assert_eq!(client.texts(expected.len()), expected);
    }
    drop(clients.drain(..30));
    until("half of them left", || channel.connections() == [10, 10, 10]);
    channel.close_all(&CloseFrame::new(4000, "over"));
    for (client, _) in &mut clients {
        assert_eq!(client.close(), (4000, "over".to_owned()));
    }
    until("nobody is left", || channel.connections() == [0, 0, 0] && server.hub.connections() == 0);
}

fn measures_how_long_a_message_takes_to_everybody() {
    let server = Server::start(HubConfig { shards: 2, connections_per_turn: 7, ..HubConfig::default() });
    let channel = server.hub.channel(CLASSES, 0);
    // Nobody is there yet, so it is published and written to nobody.
    channel.publish(1, numbered(0).measured_since(Instant::now()));
    let mut clients: Vec<(Client, Probe)> = (0..60).map(|_| server.connect()).collect();
    for (_, probe) in &clients {
        attach(probe, &channel, 0);
    }
    until("all are attached", || channel.connections() == [60, 0, 0]);
    channel.publish(2, numbered(1));
    channel.publish(3, numbered(2).measured_since(Instant::now()));
    for (client, _) in &mut clients {
        assert_eq!(client.texts(3), ["welcome", "0:1", "0:2"]);
    }
    let count = |delays: Delays| delays.up_to.iter().sum::<u64>() + delays.beyond;
    until("both shards have told everybody", || count(server.hub.measured().written) == 2);
    let measured = server.hub.measured();
    assert_eq!(count(measured.published), 2);
    assert!(count(measured.swept) >= 2, "each shard swept");
}

fn private_frames_follow_what_was_published_before() {
    let server = Server::start(HubConfig { shards: 1, ..HubConfig::default() });
    let channel = server.hub.channel(CLASSES, 0);
    let (mut client, probe) = server.connect();
    attach(&probe, &channel, 0);
    let mut all = vec!["welcome".to_owned()];
    for number in 0..100 {
        channel.publish(number, numbered(number));
        probe.connection.send(text(&format!("answer {number}"))).unwrap();
    }
    all.extend((0..100).flat_map(|number| [format!("0:{number}"), format!("answer {number}")]));
    let mut received = client.texts(all.len());
    let is_answer = |text: &String| text.starts_with("answer");
    for number in 0..100 {
        let place = |text: &str| received.iter().position(|received| received == text).unwrap();
        assert!(place(&format!("0:{number}")) < place(&format!("answer {number}")));
    }
    let answers: Vec<String> = received.extract_if(.., |text| is_answer(text)).collect();
    assert_eq!(answers, (0..100).map(|number| format!("answer {number}")).collect::<Vec<_>>());
    assert_eq!(received[1..], expected(0, 0..100));
}

fn resumes_from_every_position() {
    let server = Server::start(HubConfig::default());
    let channel = server.hub.channel(CLASSES, 1_000);
    assert_eq!(channel.position_after(1_000), Some(channel.head()));
    let mut heads = vec![channel.head()];
    for number in 0..40 {
        // Two messages share a tag.
        channel.publish(1_001 + number / 2, numbered(number));
        heads.push(channel.head());
    }
    let resume = |class: usize, from, first: u64| {
        let (mut client, probe) = server.connect();
        probe.connection.attach(&channel, class, from, vec![]).unwrap();
        probe.connection.send(text("end")).unwrap();
        let mut expected = expected(class, first..40);
        expected.push("end".to_owned());
        assert_eq!(client.texts(expected.len()), expected, "from {from:?}");
    };
    for class in 0..CLASSES {
        for (first, head) in (0..).zip(&heads) {
            resume(class, *head, first);
        }
        for tags in 0..=20 {
            resume(class, channel.position_after(1_000 + tags).unwrap(), tags * 2);
        }
    }
    assert_eq!(channel.position_after(999), None, "from before the channel began");
    assert_eq!(channel.position_after(1_021), None, "from what was not published yet");
}

fn tag_moves_on_without_a_message() {
    let server = Server::start(HubConfig::default());
    let channel = server.hub.channel(CLASSES, 0);
    channel.publish(5, Frames::new(vec![None; CLASSES]));
    assert_eq!(channel.position_after(5), Some(channel.head()));
    channel.publish(6, numbered(0));
    assert_eq!(channel.position_after(5), channel.position_after(0));
    assert_ne!(channel.position_after(5), Some(channel.head()));
}

fn several_channels_at_once() {
    let server = Server::start(HubConfig { shards: 2, ..HubConfig::default() });
    let channels: Vec<Channel> = (0..4).map(|_| server.hub.channel(CLASSES, 0)).collect();
    let mut clients: Vec<(Client, Probe)> = (0..40).map(|_| server.connect()).collect();
    for (index, (_, probe)) in clients.iter().enumerate() {
        attach(probe, &channels[index % 4], 0);
    }
    std::thread::scope(|scope| {
        for (index, channel) in channels.iter().enumerate() {
            scope.spawn(move || {
                until("all are attached", || channel.connections()[0] == 10);
                for number in 0..300 {
                    channel.publish(number, Frames::same(&text(&format!("{index}/{number}")), CLASSES));
                }
            });
        }
    });
    for (index, (client, _)) in clients.iter_mut().enumerate() {
        assert_eq!(client.text(), "welcome");
        let expected: Vec<String> = (0..300).map(|number| format!("{}/{number}", index % 4)).collect();
        assert_eq!(client.texts(300), expected);
    }
}

fn moves_from_channel_to_channel() {
    let server = Server::start(HubConfig::default());
    let (first, second) = (server.hub.channel(1, 0), server.hub.channel(1, 0));
    let say = |channel: &Channel, message: &str| channel.publish(0, Frames::same(&text(message), 1));
    let (mut client, probe) = server.connect();
    attach(&probe, &first, 0);
    assert_eq!(client.text(), "welcome");
    say(&first, "a");
    assert_eq!(client.text(), "a");
    attach(&probe, &second, 0);
    assert_eq!(client.text(), "welcome");
    say(&first, "b");
    say(&second, "c");
    assert_eq!(client.text(), "c");
    probe.connection.detach().unwrap();
    until("it has left", || second.connections() == [0]);
    say(&second, "d");
    probe.connection.send(text("private")).unwrap();
    assert_eq!(client.text(), "private");
    assert_eq!(first.connections(), [0]);
}

fn session_answers_from_its_callback() {
    let server = Server::start(HubConfig { shards: 1, ..HubConfig::default() });
    let (mut client, probe) = server.connect_with(|connection, seen| {
        if let Seen::Text(heard) = seen {
            connection.send(text(&heard.to_uppercase())).unwrap();
        }
    });
    for word in ["buy", "it", "now"] {
        client.send(word);
        assert_eq!(probe.next(), Seen::Text(word.to_owned()));
        assert_eq!(client.text(), word.to_uppercase());
    }
}

fn session_attaches_from_its_callback() {
    let server = Server::start(HubConfig::default());
    let channel = server.hub.channel(1, 0);
    let joined = channel.clone();
    let (mut client, _probe) = server.connect_with(move |connection, seen| {
        if *seen == Seen::Opened {
            connection.attach(&joined, 0, joined.head(), vec![text("welcome")]).unwrap();
            joined.publish(1, Frames::same(&text("published in the callback"), 1));
            connection.send(text("sent in the callback")).unwrap();
        }
    });
    assert_eq!(client.texts(3), ["welcome", "published in the callback", "sent in the callback"]);
}
