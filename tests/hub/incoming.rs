//! What clients send: messages in any cut, and rubbish.

use std::io::Write;

use dropcast::hub::{CloseReason, HubConfig, Violation};
use proptest::prelude::*;

use crate::{
    client::{Client, answer_to, close_code, frame},
    compression::deflate,
    server::{Seen, Server},
    wire::{Wire, on_every_wire, text},
};

on_every_wire!(
    messages_arrive_whole,
    ping_between_fragments_is_answered,
    leftover_of_the_handshake_is_read_first,
    rubbish_is_closed_with_its_code,
    what_is_no_compression_is_closed_with_its_code,
    compressed_messages_arrive_whole,
    mistake_hurts_nobody_else,
    panicking_session_is_closed_alone,
    nobody_is_starved_by_a_chatty_connection,
);

fn start() -> Server {
    Server::start(HubConfig { shards: 1, message_bytes_max: 1_000, read_bytes_per_turn: 300, ..HubConfig::default() })
}

fn messages_arrive_whole() {
    let server = start();
    let (mut client, probe) = server.connect();
    client.send("");
    client.send("één");
    client.0.send(vec![0, 255].into()).unwrap();
    client.send(&"x".repeat(1_000));
    assert_eq!(probe.next(), Seen::Text(String::new()));
    assert_eq!(probe.next(), Seen::Text("één".to_owned()));
    assert_eq!(probe.next(), Seen::Binary(vec![0, 255]));
    assert_eq!(probe.next(), Seen::Text("x".repeat(1_000)));
}

fn ping_between_fragments_is_answered() {
    let server = start();
    let (mut stream, probe) = server.raw();
    let bytes =
        [frame(0x01, b"buy "), frame(0x89, b"are you there"), frame(0x00, b"it "), frame(0x80, b"now")].concat();
    stream.write_all(&bytes).unwrap();
    let mut pong = [0; 15];
    std::io::Read::read_exact(&mut stream, &mut pong).unwrap();
    assert_eq!(&pong, b"\x8a\x0dare you there");
    assert_eq!(probe.next(), Seen::Text("buy it now".to_owned()));
}

fn leftover_of_the_handshake_is_read_first() {
    let server = start();
    let many: Vec<u8> = (0..100_u8).flat_map(|number| frame(0x82, &[number; 10])).collect();
    let (leftover, rest) = many.split_at(many.len() - 7);
    let (mut stream, probe) = server.adopt(leftover, |_, _| {}).unwrap();
    stream.write_all(rest).unwrap();
    assert_eq!(probe.next(), Seen::Opened);
    for number in 0..100 {
        assert_eq!(probe.next(), Seen::Binary(vec![number; 10]));
    }
}

fn rubbish_is_closed_with_its_code() {
    let server = start();
    let http = b"GET / HTTP/1.1\r\n\r\n".to_vec();
    let mut cases: Vec<(Vec<u8>, Violation, u16)> = vec![
        (vec![0x81, 0x01, b'a'], Violation::Unmasked, 1002),
        (frame(0xa1, b"a"), Violation::ReservedBits, 1002),
        (frame(0x92, b"a"), Violation::ReservedBits, 1002),
        (frame(0xc9, b"a"), Violation::ReservedBits, 1002),
        (frame(0x09, b"a"), Violation::ControlFragmented, 1002),
        (frame(0x89, &[0; 126]), Violation::ControlTooLong, 1002),
        (frame(0x80, b"a"), Violation::UnexpectedContinuation, 1002),
        ([frame(0x01, b"a"), frame(0x81, b"b")].concat(), Violation::ContinuationExpected, 1002),
        (vec![0x81, 0xfe, 0, 1, 0, 0, 0, 0, 0], Violation::BadLength, 1002),
        (vec![0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff], Violation::BadLength, 1002),
        (vec![0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], Violation::BadLength, 1002),
        (frame(0x88, &[3]), Violation::BadClose, 1002),
        (frame(0x88, &1006_u16.to_be_bytes()), Violation::BadClose, 1002),
        (frame(0x88, b"\x03\xe8\xff"), Violation::InvalidUtf8, 1007),
        (frame(0x81, &[0xff]), Violation::InvalidUtf8, 1007),
        ([frame(0x01, b"\xc3"), frame(0x80, b"(")].concat(), Violation::InvalidUtf8, 1007),
        (frame(0x81, &[b'x'; 1_001]), Violation::TooBig, 1009),
        ([frame(0x01, &[b'x'; 900]), frame(0x80, &[b'x'; 101])].concat(), Violation::TooBig, 1009),
        (vec![0x81, 0xff, 0x7f, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4], Violation::TooBig, 1009),
        (http, Violation::ReservedOpcode, 1002),
    ];
    let reserved = [3_u8, 4, 5, 6, 7, 11, 12, 13, 14, 15];
    cases.extend(reserved.map(|opcode| (frame(0x80 | opcode, b"a"), Violation::ReservedOpcode, 1002)));
    if !Wire::current().is_compressed {
        cases.push((frame(0xc1, b"a"), Violation::ReservedBits, 1002));
    }
    are_closed(&server, cases);
}

fn what_is_no_compression_is_closed_with_its_code() {
    if !Wire::current().is_compressed {
        return;
    }
    let cases = vec![
        (frame(0xc1, &[0xff; 9]), Violation::BadCompression, 1007),
        (frame(0xc2, &[0x07]), Violation::BadCompression, 1007),
        (frame(0xc1, &deflate(b"\xff")), Violation::InvalidUtf8, 1007),
        (frame(0xc1, &deflate(&[b'x'; 1_001])), Violation::TooBig, 1009),
        (frame(0xc2, &deflate(&vec![0; 900_000])), Violation::TooBig, 1009),
        (frame(0xc2, &[0; 1_500]), Violation::TooBig, 1009),
        ([frame(0x41, b"a"), frame(0xc0, b"b")].concat(), Violation::ReservedBits, 1002),
        (frame(0xc0, b"a"), Violation::ReservedBits, 1002),
        (frame(0xc8, &[3, 232]), Violation::ReservedBits, 1002),
        (frame(0xca, b""), Violation::ReservedBits, 1002),
    ];
    are_closed(&start(), cases);
}

/// Sends each to a connection of its own, which is closed with the code.
fn are_closed(server: &Server, cases: Vec<(Vec<u8>, Violation, u16)>) {
    let of_code = |code| cases.iter().filter(|(.., each)| *each == code).count() as u64;
    let expected = (of_code(1002), of_code(1007), of_code(1009));
    for (bytes, violation, code) in cases {
        let (stream, probe) = server.raw();
        // What still comes after the mistake must not keep the close frame from arriving.
        let answer = answer_to(stream, &[bytes, vec![0; 10_000]].concat());
        assert_eq!(close_code(&answer), code, "{violation}");
        assert_eq!(probe.next(), Seen::Closed(CloseReason::Violation(violation)));
    }
    let counters = server.hub.counters();
    assert_eq!((counters.protocol_errors, counters.invalid_utf8, counters.messages_too_big), expected);
}

fn compressed_messages_arrive_whole() {
    if !Wire::current().is_compressed {
        return;
    }
    let server = start();
    let (mut stream, probe) = server.raw();
    let long = deflate("één ".repeat(150).as_bytes());
    let (head, tail) = long.split_at(3);
    let bytes = [
        frame(0xc1, &deflate(b"buy")),
        frame(0x81, b"it"),
        frame(0xc2, &[0]),
        frame(0x41, head),
        frame(0x8a, b""),
        frame(0x00, b""),
        frame(0x80, tail),
        frame(0xc2, &deflate(&[7; 1_000])),
    ]
    .concat();
    stream.write_all(&bytes).unwrap();
    assert_eq!(probe.next(), Seen::Text("buy".to_owned()));
    assert_eq!(probe.next(), Seen::Text("it".to_owned()));
    assert_eq!(probe.next(), Seen::Binary(vec![]));
    assert_eq!(probe.next(), Seen::Text("één ".repeat(150)));
    assert_eq!(probe.next(), Seen::Binary(vec![7; 1_000]));
    assert!(server.hub.counters().inflate_nanoseconds > 0);
}

fn mistake_hurts_nobody_else() {
    let server = start();
    let (mut client, probe) = server.connect_with(|connection, seen| {
        if let Seen::Text(heard) = seen {
            connection.send(text(heard)).unwrap();
        }
    });
    for _ in 0..10 {
        let (stream, _probe) = server.raw();
        answer_to(stream, &[0xff; 500]);
        client.send("still here?");
        assert_eq!(client.text(), "still here?");
        assert_eq!(probe.next(), Seen::Text("still here?".to_owned()));
    }
}

fn panicking_session_is_closed_alone() {
    let server = start();
    let (mut other, _other_probe) = server.connect_with(|connection, seen| {
        if matches!(seen, Seen::Text(_)) {
            connection.send(text("fine")).unwrap();
        }
    });
    let (mut client, probe) = server.connect_with(|_, seen| assert!(!matches!(seen, Seen::Text(_)), "a bug"));
    client.send("boom");
    assert_eq!(client.close().0, 1011);
    assert_eq!(probe.next(), Seen::Closed(CloseReason::SessionPanicked));
    other.send("and you?");
    assert_eq!(other.text(), "fine");
}

fn nobody_is_starved_by_a_chatty_connection() {
    let server = start();
    let (mut chatty, _probe) = server.raw();
    chatty.socket().set_write_timeout(Some(std::time::Duration::from_millis(5))).unwrap();
    let flood = frame(0x82, &[1; 50]).repeat(2_000);
    let (mut client, _probe) = server.connect_with(|connection, seen| {
        if matches!(seen, Seen::Text(_)) {
            connection.send(text("answer")).unwrap();
        }
    });
    for _ in 0..20 {
        // Cut off in the middle at worst: then what follows is rubbish, and closed.
        chatty.write_all(&flood).ok();
        client.send("me too");
        assert_eq!(client.text(), "answer");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    /// A valid stream, sent in arbitrary pieces, is heard as tungstenite would have sent it.
    #[test]
    fn cuts_change_nothing(
        wire in prop::sample::select(Wire::ALL.to_vec()),
        messages in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..300), 1_usize..4), 1..20),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..10),
    ) {
        wire.use_it();
        let server = start();
        let (mut stream, probe) = server.raw();
        stream.socket().set_nodelay(true).unwrap();
        let bytes: Vec<u8> = messages.iter().flat_map(|(payload, pieces)| fragmented(wire, payload, *pieces)).collect();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        let mut from = 0;
        for to in cuts.into_iter().chain([bytes.len()]) {
            stream.write_all(&bytes[from..to]).unwrap();
            from = to;
        }
        for (payload, _) in &messages {
            prop_assert_eq!(probe.next(), Seen::Binary(payload.clone()));
        }
        // And the connection is in order: a close is answered.
        let mut client = Client::new(stream);
        client.0.close(None).unwrap();
        prop_assert_eq!(probe.next(), Seen::Closed(CloseReason::Peer(None)));
    }
}

/// A message in so many fragments, with a pong before each.
fn fragmented(wire: Wire, payload: &[u8], pieces: usize) -> Vec<u8> {
    let (compressed, payload) = if wire.is_compressed { (0x40, deflate(payload)) } else { (0, payload.to_vec()) };
    let size = payload.len().div_ceil(pieces).max(1);
    let mut chunks: Vec<&[u8]> = payload.chunks(size).collect();
    if chunks.is_empty() {
        chunks.push(&[]);
    }
    let last = chunks.len() - 1;
    let frames = chunks.iter().enumerate().flat_map(|(index, chunk)| {
        let opcode = if index == 0 { 0x02 | compressed } else { 0x00 };
        let fin = if index == last { 0x80 } else { 0x00 };
        [frame(0x8a, b"pong"), frame(fin | opcode, chunk)].concat()
    });
    frames.collect()
}
