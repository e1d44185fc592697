//! Ready-made WebSocket frames in shared bytes.

use std::{borrow::Cow, fmt, sync::Arc, time::Instant};

use super::wire::{CLOSE_REASON_BYTES_MAX, FIN, Opcode, RSV1};

/// A whole WebSocket message as the server sends it (final, unmasked, its length in the shortest form), made once and
/// shared by all who send it. Cloning copies no bytes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Frame(Arc<[u8]>);

impl Frame {
    /// A text message.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::new(Opcode::Text, text.as_bytes())
    }

    /// A binary message.
    #[must_use]
    pub fn binary(payload: &[u8]) -> Self {
        Self::new(Opcode::Binary, payload)
    }

    /// A close frame. A reason that doesn't fit in a control frame is cut at a character.
    #[must_use]
    pub fn close(close: &CloseFrame) -> Self {
        let mut end = close.reason.len().min(CLOSE_REASON_BYTES_MAX);
        while !close.reason.is_char_boundary(end) {
            end -= 1;
        }
        let reason = &close.reason[..end];
        Self::new(Opcode::Close, &[&close.code.to_be_bytes(), reason.as_bytes()].concat())
    }

    /// The bytes as they go over the wire.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// How many bytes go over the wire.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a frame has a header, so it is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether its payload is compressed.
    #[must_use]
    pub fn is_compressed(&self) -> bool {
        self.0[0] & RSV1 != 0
    }

    pub(super) fn payload(&self) -> &[u8] {
        let header_bytes = match self.0[1] {
            126 => 4,
            127 => HEADER_BYTES_MAX,
            _ => 2,
        };
        &self.0[header_bytes..]
    }

    /// A frame of any kind. Control frames must have at most 125 bytes of payload.
    pub(super) fn new(opcode: Opcode, payload: &[u8]) -> Self {
        Self::with_header(FIN | opcode as u8, payload)
    }

    /// A frame whose header begins with this byte.
    pub(super) fn with_header(first: u8, payload: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(payload.len() + HEADER_BYTES_MAX);
        bytes.push(first);
        push_length(&mut bytes, payload.len());
        bytes.extend_from_slice(payload);
        Self(bytes.into())
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({} bytes)", self.len())
    }
}

/// One message as each class of a channel receives it; a class without a frame receives nothing. Cloning copies a
/// pointer.
#[derive(Clone, Debug)]
pub struct Frames {
    by_class: Arc<[Option<Frame>]>,
    since: Option<Instant>,
}

impl Frames {
    /// The frame of each class, in the order of the classes. Classes beyond the end receive nothing.
    #[must_use]
    pub fn new(by_class: Vec<Option<Frame>>) -> Self {
        Self { by_class: by_class.into(), since: None }
    }

    /// The same frame for each of `classes`.
    #[must_use]
    pub fn same(frame: &Frame, classes: usize) -> Self {
        Self { by_class: std::iter::repeat_n(Some(frame.clone()), classes).collect(), since: None }
    }

    /// The same, and as a critical message it is measured how long after `since` it is published, and written to
    /// everybody.
    #[must_use]
    pub fn measured_since(self, since: Instant) -> Self {
        Self { since: Some(since), ..self }
    }

    pub(super) fn since(&self) -> Option<Instant> {
        self.since
    }

    /// What a class receives.
    #[must_use]
    pub fn get(&self, class: usize) -> Option<&Frame> {
        self.by_class.get(class)?.as_ref()
    }

    /// Whether no class receives anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_class.iter().all(Option::is_none)
    }

    /// The bytes of all frames added up; one that several classes share counts once.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let is_first = |index: usize, frame: &Frame| {
            self.by_class[..index].iter().flatten().all(|earlier| !Arc::ptr_eq(&earlier.0, &frame.0))
        };
        let frames = self.by_class.iter().enumerate().filter_map(|(index, frame)| Some((index, frame.as_ref()?)));
        frames.filter(|(index, frame)| is_first(*index, frame)).map(|(_, frame)| frame.len()).sum()
    }
}

/// Why a connection is closed, as the peer is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CloseFrame {
    /// The close code (RFC 6455, section 7.4).
    pub code: u16,
    /// For people and logs; at most 123 bytes are sent.
    pub reason: Cow<'static, str>,
}

impl CloseFrame {
    /// A code and a reason.
    #[must_use]
    pub fn new(code: u16, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { code, reason: reason.into() }
    }
}

/// An unmasked frame's longest header: two bytes and a 64-bit length.
const HEADER_BYTES_MAX: usize = 10;

fn push_length(bytes: &mut Vec<u8>, length: usize) {
    if let Ok(short) = u8::try_from(length)
        && short < 126
    {
        bytes.push(short);
    } else if let Ok(medium) = u16::try_from(length) {
        bytes.push(126);
        bytes.extend_from_slice(&medium.to_be_bytes());
    } else {
        bytes.push(127);
        bytes.extend_from_slice(&(length as u64).to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_takes_the_shortest_form() {
        let cases: [(usize, &[u8]); 6] = [
            (0, &[0x81, 0]),
            (125, &[0x81, 125]),
            (126, &[0x81, 126, 0, 126]),
            (65_535, &[0x81, 126, 255, 255]),
            (65_536, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
            (70_000, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]),
        ];
        for (length, header) in cases {
            let frame = Frame::text(&"x".repeat(length));
            assert_eq!(&frame.as_bytes()[..header.len()], header);
            assert_eq!(frame.len(), header.len() + length);
            assert_eq!(frame.payload().len(), length);
        }
    }

    #[test]
    fn long_close_reason_is_cut_at_a_character() {
        let frame = Frame::close(&CloseFrame::new(1000, "é".repeat(100)));
        assert_eq!(frame.as_bytes()[..4], [0x88, 124, 3, 232]);
        assert_eq!(std::str::from_utf8(&frame.as_bytes()[4..]), Ok("é".repeat(61).as_str()));
    }

    #[test]
    fn class_beyond_the_end_receives_nothing() {
        let frames = Frames::new(vec![Some(Frame::text("a")), None]);
        assert_eq!(frames.get(0).map(Frame::len), Some(3));
        assert!(frames.get(1).is_none() && frames.get(2).is_none());
        assert_eq!(frames.bytes(), 3);
        assert_eq!(Frames::same(&Frame::text("a"), 6).bytes(), 3, "shared bytes count once");
    }
}
