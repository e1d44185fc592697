//! What is published and sent arrives: all of it, in order, once.

use dropcast::hub::{Channel, CloseFrame, Frame, Frames, HubConfig};

use crate::{
    client::Client,
    server::{Probe, Seen, Server, until},
};

const CLASSES: usize = 3;

/// A message that tells each class its number; class 2 gets only the even ones.
fn numbered(number: u64) -> Frames {
    let frame = |class: usize| Frame::text(&format!("{class}:{number}"));
    Frames::new(vec![Some(frame(0)), Some(frame(1)), number.is_multiple_of(2).then(|| frame(2))])
}

fn expected(class: usize, numbers: std::ops::Range<u64>) -> Vec<String> {
    let of_class = numbers.filter(|number| class != 2 || number.is_multiple_of(2));
    of_class.map(|number| format!("{class}:{number}")).collect()
}

fn attach(probe: &Probe, channel: &Channel, class: usize) {
    probe.connection.attach(channel, class, channel.head(), vec![Frame::text("welcome")]).unwrap();
}

#[test]
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

#[test]
fn private_frames_follow_what_was_published_before() {
    let server = Server::start(HubConfig { shards: 1, ..HubConfig::default() });
    let channel = server.hub.channel(CLASSES, 0);
    let (mut client, probe) = server.connect();
    attach(&probe, &channel, 0);
    let mut all = vec!["welcome".to_owned()];
    for number in 0..100 {
        channel.publish(number, numbered(number));
        probe.connection.send(Frame::text(&format!("answer {number}"))).unwrap();
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

#[test]
fn session_answers_from_its_callback() {
    let server = Server::start(HubConfig { shards: 1, ..HubConfig::default() });
    let (mut client, probe) = server.connect_with(|connection, seen| {
        if let Seen::Text(text) = seen {
            connection.send(Frame::text(&text.to_uppercase())).unwrap();
        }
    });
    for word in ["buy", "it", "now"] {
        client.send(word);
        assert_eq!(probe.next(), Seen::Text(word.to_owned()));
        assert_eq!(client.text(), word.to_uppercase());
    }
}
