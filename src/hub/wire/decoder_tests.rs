use proptest::prelude::*;

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

/// What the bytes mean, read in pieces that end at `cuts`.
fn decode(bytes: &[u8], cuts: &[usize]) -> (Vec<String>, Result<Flow, Violation>) {
    let mut bytes = bytes.to_vec();
    let mut decoder = Decoder::default();
    let mut seen = Vec::new();
    let mut from = 0;
    for to in cuts.iter().copied().chain([bytes.len()]) {
        let flow = decoder.decode(&mut bytes[from..to], MAX, &mut |event| {
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
fn check(bytes: &[u8], events: &[&str], outcome: Result<Flow, Violation>) {
    let byte_by_byte: Vec<usize> = (0..bytes.len()).collect();
    for cuts in [&[][..], &byte_by_byte] {
        let (seen, flow) = decode(bytes, cuts);
        assert_eq!(seen, events, "{bytes:02x?}");
        assert_eq!(flow, outcome, "{bytes:02x?}");
    }
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
    check(&frame(0xc1, b"a"), &[], Err(Violation::ReservedBits));
    check(&frame(0x83, b"a"), &[], Err(Violation::ReservedOpcode));
    check(&frame(0x09, b"a"), &[], Err(Violation::ControlFragmented));
    check(&frame(0x89, &[0; 126]), &[], Err(Violation::ControlTooLong));
}

#[test]
fn promise_of_a_large_frame_reserves_nothing() {
    let mut header = frame(0x82, &[0; MAX])[..8].to_vec();
    let mut decoder = Decoder::default();
    assert_eq!(decoder.decode(&mut header, MAX, &mut |_| Flow::Continue), Ok(Flow::Continue));
    assert_eq!(decoder.unfinished.unwrap().message.capacity(), 0);
}

#[test]
fn receiver_can_stop() {
    let mut bytes = [frame(0x81, b"a"), frame(0x81, b"b")].concat();
    let mut seen = 0;
    let flow = Decoder::default().decode(&mut bytes, MAX, &mut |_| {
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

proptest! {
    #[test]
    fn cuts_change_nothing(bytes in stream(), seeds in prop::collection::vec(any::<prop::sample::Index>(), 0..20)) {
        let mut cuts: Vec<usize> = seeds.iter().map(|seed| seed.index(bytes.len())).collect();
        cuts.sort_unstable();
        prop_assert_eq!(decode(&bytes, &cuts), decode(&bytes, &[]));
    }

    #[test]
    fn rubbish_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400), cut in any::<prop::sample::Index>()) {
        let cut = cut.index(bytes.len() + 1);
        prop_assert_eq!(decode(&bytes, &[cut]), decode(&bytes, &[]));
    }
}
