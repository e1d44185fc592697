//! What a message is, told from its first bytes.

use super::frame::Kind;

/// What every numbered message starts with.
const MARK: &[u8] = b"dropcast-fan ";
const DIGITS: usize = 16;
/// The length of a numbered message.
const MESSAGE_BYTES: usize = 200;

/// How a server speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Dialect {
    /// Messages of [`numbered`], alone or wrapped in a protocol of the server's.
    Numbered,
    /// Dropcast's own in text frames.
    Json,
    /// Dropcast's own in binary frames.
    Protobuf,
}

/// What was heard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Heard {
    /// A message that everybody gets, with a number that grows.
    Message(u64),
    /// The newest of some values: there may have been others before.
    Latest,
    /// A message that may be left out.
    BestEffort,
    /// From now on messages come.
    Ready,
    /// The server complains.
    Problem,
    /// Something else, for this subscriber alone.
    Other,
}

/// A message of 200 bytes with a number.
pub(super) fn numbered(number: u64) -> Vec<u8> {
    let mut message = MARK.to_vec();
    message.extend(format!("{number:0DIGITS$}").as_bytes());
    message.resize(MESSAGE_BYTES, b'.');
    message
}

impl Dialect {
    /// Tells what a frame's payload says, in order.
    pub(super) fn hear<E>(
        self,
        kind: Kind,
        payload: &[u8],
        heard: &mut impl FnMut(Heard) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Numbered => hear_numbered(payload, heard),
            Self::Json if kind == Kind::Text => heard(hear_json(payload)),
            Self::Protobuf if kind == Kind::Binary => heard(hear_protobuf(payload)),
            Self::Json | Self::Protobuf => heard(Heard::Problem),
        }
    }
}

/// The hub alone also has the other lanes; a server with a protocol of its own may wrap a message, and put several into one frame.
fn hear_numbered<E>(mut payload: &[u8], heard: &mut impl FnMut(Heard) -> Result<(), E>) -> Result<(), E> {
    if payload.starts_with(b"latest ") {
        return heard(Heard::Latest);
    }
    if payload.starts_with(b"best-effort ") {
        return heard(Heard::BestEffort);
    }
    while payload.len() >= MESSAGE_BYTES {
        if let Some(number) = payload.strip_prefix(MARK).and_then(|rest| digits(rest.get(..DIGITS)?, 10)) {
            heard(Heard::Message(number))?;
            payload = &payload[MESSAGE_BYTES..];
        } else {
            payload = &payload[1..];
        }
    }
    Ok(())
}

fn hear_json(payload: &[u8]) -> Heard {
    let Some(name) = payload.strip_prefix(b"{\"").and_then(|rest| rest.split(|byte| *byte == b'"').next()) else {
        return Heard::Problem;
    };
    match name {
        b"show_changed" | b"catalogue_changed" | b"drop_changed" | b"drop_removed" => {
            // `":{"cursor":"` lies between the name and the cursor.
            let cursor = payload.get(name.len() + 15..).and_then(position);
            cursor.map_or(Heard::Problem, Heard::Message)
        }
        b"stock" | b"audience" => Heard::Latest,
        b"snapshot" => Heard::Ready,
        b"problem" => Heard::Problem,
        _ => Heard::Other,
    }
}

fn hear_protobuf(mut payload: &[u8]) -> Heard {
    let Ok(tag) = prost::encoding::decode_varint(&mut payload) else { return Heard::Problem };
    match tag >> 3 {
        20..=23 => {
            // The length of the message, then the tag and the length of its first field, which is the cursor.
            let length = prost::encoding::decode_varint(&mut payload);
            let cursor = length.ok().and_then(|_| position(payload.get(2..)?));
            cursor.map_or(Heard::Problem, Heard::Message)
        }
        40.. => Heard::Latest,
        2 => Heard::Ready,
        7 => Heard::Problem,
        _ => Heard::Other,
    }
}

/// The position in the journal that a cursor starts with.
fn position(cursor: &[u8]) -> Option<u64> {
    digits(cursor.get(..16)?, 16)
}

fn digits(text: &[u8], radix: u64) -> Option<u64> {
    text.iter().try_fold(0_u64, |number, byte| {
        let digit = char::from(*byte).to_digit(16).map(u64::from).filter(|digit| *digit < radix)?;
        number.checked_mul(radix)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use dropcast_proto::v1::{
        Audience, DropChanged, Problem, ServerMessage, ShowChanged, Snapshot, Welcome, server_message::Kind as Is,
    };
    use prost::Message as _;

    use super::*;

    fn hear(dialect: Dialect, kind: Kind, payload: &[u8]) -> Vec<Heard> {
        let mut all = Vec::new();
        let result: Result<(), ()> = dialect.hear(kind, payload, &mut |heard| {
            all.push(heard);
            Ok(())
        });
        result.map(|()| all).unwrap()
    }

    #[test]
    fn numbered_messages_are_found_inside_of_others() {
        let (one, two) = (numbered(7), numbered(1_234_567));
        assert_eq!((one.len(), two.len()), (200, 200));
        let numbered = |payload: &[u8]| hear(Dialect::Numbered, Kind::Text, payload);
        assert_eq!(numbered(&one), [Heard::Message(7)]);
        let wrapped = [b"MSG fan 200\r\n", one.as_slice(), b"\r\nMSG fan 200\r\n", two.as_slice(), b"\r\n"].concat();
        assert_eq!(numbered(&wrapped), [Heard::Message(7), Heard::Message(1_234_567)]);
        assert_eq!(numbered(&one[..199]), []);
        assert_eq!([numbered(b"latest 1"), numbered(b"best-effort 1")].concat(), [Heard::Latest, Heard::BestEffort]);
    }

    #[test]
    fn dropcast_is_understood_in_both_encodings() {
        let cursor = "00000000000000ffa1b2c3d4e5f60718".to_owned();
        let cases = [
            (Is::Welcome(Welcome::default()), Heard::Other),
            (Is::Snapshot(Snapshot::default()), Heard::Ready),
            (Is::DropChanged(DropChanged { cursor: cursor.clone(), drop: None }), Heard::Message(255)),
            (Is::ShowChanged(ShowChanged { cursor, show: None }), Heard::Message(255)),
            (Is::Audience(Audience::default()), Heard::Latest),
            (Is::Problem(Problem::default()), Heard::Problem),
        ];
        for (is, heard) in cases {
            let message = ServerMessage { kind: Some(is) };
            let json = serde_json::to_string(&message).unwrap();
            assert_eq!(hear(Dialect::Json, Kind::Text, json.as_bytes()), [heard], "{json}");
            assert_eq!(hear(Dialect::Protobuf, Kind::Binary, &message.encode_to_vec()), [heard], "{json}");
        }
        assert_eq!(hear(Dialect::Json, Kind::Binary, b"{}"), [Heard::Problem]);
    }
}
