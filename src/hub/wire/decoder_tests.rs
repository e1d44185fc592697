use std::io;

use proptest::prelude::*;
use tokio_tungstenite::tungstenite;

use super::*;

const MAX: usize = 1_000;
/// The bit of the second byte that says that the payload is masked.
const MASKED: u8 = 0x80;

/// A client's frame: `first` is the header's first byte.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0xa1, 0x52, 0x13, 0xf4];
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..126 => bytes.push(MASKED + u8::try_from(length).unwrap()),
        length @ 126..65_536 => {
            bytes.push(MASKED + 126);
            bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        length => {
            bytes.push(MASKED + 127);
            bytes.extend((length as u64).to_be_bytes());
        }
    }
    bytes.extend(mask);
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
    bytes
}

/// What the bytes mean, read in pieces that end at `cuts`, with or without compression agreed on.
fn decode(bytes: &[u8], cuts: &[usize], compression: bool) -> (Vec<String>, Result<Flow, Violation>) {
    let mut bytes = bytes.to_vec();
    let (mut decoder, mut inflater) = (Decoder::default(), compression.then(Inflater::default));
    let mut seen = Vec::new();
    let mut from = 0;
    for to in cuts.iter().copied().chain([bytes.len()]) {
        let mut reading = Reading { message_bytes_max: MAX, inflater: inflater.as_mut() };
        let flow = decoder.decode(&mut bytes[from..to], &mut reading, &mut |event| {
            seen.push(format!("{event:?}"));
            Flow::Continue
        });
        if flow != Ok(Flow::Continue) {
            return (seen, flow);
        }
        from = to;
    }
    if let Some(unfinished) = &decoder.unfinished {
        assert!(!unfinished.is_idle(), "an idle decoder keeps nothing");
    }
    (seen, Ok(Flow::Continue))
}

/// Read whole and byte by byte, the bytes must mean the same.
fn check_with(compression: bool, bytes: &[u8], events: &[&str], outcome: Result<Flow, Violation>) {
    let byte_by_byte: Vec<usize> = (0..bytes.len()).collect();
    for cuts in [&[][..], &byte_by_byte] {
        let (seen, flow) = decode(bytes, cuts, compression);
        assert_eq!(seen, events, "{bytes:02x?}");
        assert_eq!(flow, outcome, "{bytes:02x?}");
    }
}

/// What isn't compressed means the same whatever was agreed on.
fn check(bytes: &[u8], events: &[&str], outcome: Result<Flow, Violation>) {
    check_with(false, bytes, events, outcome);
    check_with(true, bytes, events, outcome);
}

/// A message as a client compresses it.
fn deflate(payload: &[u8]) -> Vec<u8> {
    let mut compress = flate2::Compress::new(flate2::Compression::fast(), false);
    let mut deflated = Vec::with_capacity(payload.len() + 100);
    compress.compress_vec(payload, &mut deflated, flate2::FlushCompress::Sync).unwrap();
    deflated.truncate(deflated.len() - 4);
    deflated
}

#[test]
fn messages() {
    let go = Ok(Flow::Continue);
    check(&frame(0x81, b"buy"), &[r#"Text("buy")"#], go);
    check(&frame(0x81, b""), &[r#"Text("")"#], go);
    check(&frame(0x82, &[0, 255]), &["Binary([0, 255])"], go);
    check(&frame(0x89, b"hi"), &["Ping([104, 105])"], go);
    check(&frame(0x8a, b"hi"), &["Pong"], go);
    check(&[frame(0x81, b"a"), frame(0x81, b"b")].concat(), &[r#"Text("a")"#, r#"Text("b")"#], go);
    let long = "x".repeat(MAX);
    check(&frame(0x81, long.as_bytes()), &[&format!("Text({long:?})")], go);
    check(&frame(0x01, b"half"), &[], go);
}

#[test]
fn fragments_with_control_frames_in_between() {
    let bytes =
        [frame(0x01, b"f\xc3"), frame(0x89, b"1"), frame(0x00, b""), frame(0x8a, b""), frame(0x80, b"\xa9!")].concat();
    check(&bytes, &["Ping([49])", "Pong", r#"Text("fé!")"#], Ok(Flow::Continue));
    let bytes = [frame(0x02, b"a"), frame(0x80, b"b"), frame(0x81, b"c")].concat();
    check(&bytes, &["Binary([97, 98])", r#"Text("c")"#], Ok(Flow::Continue));
}

#[test]
fn closes() {
    check(&frame(0x88, b""), &["Close(None)"], Ok(Flow::Stop));
    check(&frame(0x88, &[0x03, 0xe8]), &["Close(Some(1000))"], Ok(Flow::Stop));
    check(&frame(0x88, b"\x0f\xa0why"), &["Close(Some(4000))"], Ok(Flow::Stop));
    check(&[frame(0x88, b""), frame(0x81, b"late")].concat(), &["Close(None)"], Ok(Flow::Stop));
    check(&frame(0x88, &[0x03]), &[], Err(Violation::BadClose));
    check(&frame(0x88, b"\x03\xe8\xff"), &[], Err(Violation::InvalidUtf8));
    for code in [0_u16, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535] {
        check(&frame(0x88, &code.to_be_bytes()), &[], Err(Violation::BadClose));
    }
}

#[test]
fn violations() {
    check(&frame(0x81, &[0xff]), &[], Err(Violation::InvalidUtf8));
    check(&[frame(0x01, b"\xc3"), frame(0x80, b"(")].concat(), &[], Err(Violation::InvalidUtf8));
    check(&frame(0x81, &[b'x'; MAX + 1]), &[], Err(Violation::TooBig));
    check(&[frame(0x02, &[0; MAX]), frame(0x80, &[0])].concat(), &[], Err(Violation::TooBig));
    check(&frame(0x80, b"a"), &[], Err(Violation::UnexpectedContinuation));
    check(&[frame(0x01, b"a"), frame(0x81, b"b")].concat(), &[], Err(Violation::ContinuationExpected));
    check(&[frame(0x01, b"a"), frame(0x02, b"b")].concat(), &[], Err(Violation::ContinuationExpected));
    check(&[frame(0x81, b"a"), vec![0x81, 0x01, b'b']].concat(), &[r#"Text("a")"#], Err(Violation::Unmasked));
    check_with(false, &frame(0xc1, b"a"), &[], Err(Violation::ReservedBits));
    check(&frame(0xa1, b"a"), &[], Err(Violation::ReservedBits));
    check(&frame(0x83, b"a"), &[], Err(Violation::ReservedOpcode));
    check(&frame(0x09, b"a"), &[], Err(Violation::ControlFragmented));
    check(&frame(0x89, &[0; 126]), &[], Err(Violation::ControlTooLong));
}

#[test]
fn compressed_messages() {
    let go = Ok(Flow::Continue);
    let check = |bytes: &[u8], events: &[&str], outcome| check_with(true, bytes, events, outcome);
    check(&frame(0xc1, &deflate(b"buy")), &[r#"Text("buy")"#], go);
    check(&frame(0xc1, &[0]), &[r#"Text("")"#], go);
    check(&frame(0xc2, &deflate(&[7; 9])), &["Binary([7, 7, 7, 7, 7, 7, 7, 7, 7])"], go);
    check(&[frame(0xc1, &deflate(b"a")), frame(0x81, b"b")].concat(), &[r#"Text("a")"#, r#"Text("b")"#], go);
    // In fragments, with a ping in between; the next message is not compressed.
    let payload = deflate("één".as_bytes());
    let (head, tail) = payload.split_at(2);
    let bytes = [frame(0x41, head), frame(0x89, b"1"), frame(0x00, b""), frame(0x80, tail), frame(0x81, b"x")].concat();
    check(&bytes, &["Ping([49])", r#"Text("één")"#, r#"Text("x")"#], go);
    check(&frame(0xc1, &deflate("x".repeat(MAX).as_bytes())), &[&format!("Text({:?})", "x".repeat(MAX))], go);
    // What can't be compressed may take a little more than the bound.
    let stored = [&[0x00, 0xe8, 0x03, 0x17, 0xfc][..], &[7; MAX], &[0]].concat();
    check(&frame(0xc2, &stored), &[&format!("Binary({:?})", [7; MAX])], go);
}

#[test]
fn compressed_violations() {
    let check = |bytes: &[u8], outcome| check_with(true, bytes, &[], Err(outcome));
    check(&frame(0xc1, &deflate(&[b'x'; MAX + 1])), Violation::TooBig);
    check(&frame(0xc1, &deflate(&vec![0; 1_000_000])), Violation::TooBig);
    check(&frame(0xc1, &[0xff; 9]), Violation::BadCompression);
    check(&frame(0xc1, &deflate(&[0xc3, 0x28])), Violation::InvalidUtf8);
    check(&frame(0xc2, &[0; 2 * MAX]), Violation::TooBig);
    check(&[frame(0x41, b"a"), frame(0xc0, b"b")].concat(), Violation::ReservedBits);
    check(&[frame(0x01, b"a"), frame(0x40, b"b")].concat(), Violation::ReservedBits);
    check(&frame(0xc9, b""), Violation::ReservedBits);
    check(&frame(0xc8, &[3, 232]), Violation::ReservedBits);
    check(&frame(0xa1, b"a"), Violation::ReservedBits);
    let endless = [frame(0x41, &[0; 900]), frame(0x00, &[0; 900])].concat();
    check(&endless, Violation::TooBig);
}

#[test]
fn promise_of_a_large_frame_reserves_nothing() {
    let mut header = frame(0x82, &[0; MAX])[..8].to_vec();
    let mut decoder = Decoder::default();
    let mut reading = Reading { message_bytes_max: MAX, inflater: None };
    assert_eq!(decoder.decode(&mut header, &mut reading, &mut |_| Flow::Continue), Ok(Flow::Continue));
    assert_eq!(decoder.unfinished.unwrap().message.capacity(), 0);
}

#[test]
fn receiver_can_stop() {
    let mut bytes = [frame(0x81, b"a"), frame(0x81, b"b")].concat();
    let mut seen = 0;
    let mut reading = Reading { message_bytes_max: MAX, inflater: None };
    let flow = Decoder::default().decode(&mut bytes, &mut reading, &mut |_| {
        seen += 1;
        Flow::Stop
    });
    assert_eq!((flow, seen), (Ok(Flow::Stop), 1));
}

/// Any valid stream: data messages in fragments, control frames in between.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let fragment = prop::collection::vec(any::<u8>(), 0..200);
    let control =
        prop::option::of((prop::sample::select(&[0x89_u8, 0x8a]), prop::collection::vec(any::<u8>(), 0..126)));
    let message = prop::collection::vec((fragment, control), 1..5).prop_map(|fragments| {
        let last = fragments.len() - 1;
        let frames = fragments.iter().enumerate().flat_map(|(index, (payload, control))| {
            let opcode = if index == 0 { 0x02 } else { 0x00 };
            let fin = if index == last { 0x80 } else { 0x00 };
            [control.as_ref().map(|(first, payload)| frame(*first, payload)), Some(frame(fin | opcode, payload))]
        });
        frames.flatten().collect::<Vec<_>>().concat()
    });
    prop::collection::vec(message, 1..6).prop_map(|messages| messages.concat())
}

/// What tungstenite's server makes of the same bytes: what it heard, and whether it ended with a mistake.
fn reference(bytes: &[u8]) -> (Vec<String>, bool) {
    let config =
        tungstenite::protocol::WebSocketConfig::default().max_message_size(Some(MAX)).max_frame_size(Some(MAX));
    let wire = Wire(io::Cursor::new(bytes.to_vec()));
    let mut socket = tungstenite::WebSocket::from_raw_socket(wire, tungstenite::protocol::Role::Server, Some(config));
    let mut seen = Vec::new();
    loop {
        seen.push(match socket.read() {
            Ok(tungstenite::Message::Text(text)) => format!("{:?}", Event::Text(&text)),
            Ok(tungstenite::Message::Binary(bytes)) => format!("{:?}", Event::Binary(&bytes)),
            Ok(tungstenite::Message::Ping(bytes)) => format!("{:?}", Event::Ping(&bytes)),
            Ok(tungstenite::Message::Pong(_)) => format!("{:?}", Event::Pong),
            // What it makes of a code that must not be sent.
            Ok(tungstenite::Message::Close(Some(close))) if u16::from(close.code) == 1002 => return (seen, true),
            Ok(tungstenite::Message::Close(close)) => {
                seen.push(format!("{:?}", Event::Close(close.map(|close| close.code.into()))));
                return (seen, false);
            }
            Ok(tungstenite::Message::Frame(_)) => unreachable!("only written"),
            // The bytes are over.
            Err(tungstenite::Error::Io(_)) => return (seen, false),
            Err(tungstenite::Error::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake)) => {
                return (seen, false);
            }
            Err(_) => return (seen, true),
        });
    }
}

/// Bytes to read; what is written is nobody's.
struct Wire(io::Cursor<Vec<u8>>);

impl io::Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl io::Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Frames with any first byte: right ones, and every mistake that a header can hold.
fn frames() -> impl Strategy<Value = Vec<u8>> {
    let first = prop_oneof![
        8 => prop::sample::select(&[0x81_u8, 0x82, 0x01, 0x02, 0x00, 0x80, 0x89, 0x8a][..]),
        1 => Just(0x88),
        1 => any::<u8>(),
    ];
    let payload = prop_oneof![
        6 => "[a-zé]{0,40}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..300),
        1 => prop::sample::select(&[1000_u16, 1005, 1006, 1011, 2999, 3000, 4999][..]).prop_map(|code| code.to_be_bytes().into()),
        1 => (990_usize..1_010).prop_map(|length| vec![b'x'; length]),
    ];
    let is_masked = prop::bool::weighted(0.97);
    let frame = (first, payload, is_masked).prop_map(|(first, payload, is_masked)| {
        // The reference finds bad UTF-8 in the middle of a message, the hub at its end.
        let is_final = first & 0x80 != 0;
        let payload = if is_final { payload } else { vec![b'x'; payload.len()] };
        let mut bytes = frame(first, &payload);
        if !is_masked {
            bytes[1] &= !MASKED;
        }
        bytes
    });
    prop::collection::vec(frame, 1..12).prop_map(|frames| frames.concat())
}

proptest! {
    #[test]
    fn cuts_change_nothing(bytes in stream(), seeds in prop::collection::vec(any::<prop::sample::Index>(), 0..20)) {
        let mut cuts: Vec<usize> = seeds.iter().map(|seed| seed.index(bytes.len())).collect();
        cuts.sort_unstable();
        prop_assert_eq!(decode(&bytes, &cuts, true), decode(&bytes, &[], false));
    }

    #[test]
    fn rubbish_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400), cut in any::<prop::sample::Index>()) {
        let cut = cut.index(bytes.len() + 1);
        for compression in [false, true] {
            prop_assert_eq!(decode(&bytes, &[cut], compression), decode(&bytes, &[], compression));
        }
    }

    /// What is heard, and whether it ends with a mistake, is as the reference says, wherever the bytes are cut.
    #[test]
    fn means_what_the_reference_says(
        bytes in frames(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        let (seen, flow) = decode(&bytes, &cuts, false);
        prop_assert_eq!((seen, flow.is_err()), reference(&bytes));
    }
}
