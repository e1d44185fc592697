//! The header of a client's frame (RFC 6455, section 5.2).

use super::{Violation, mask::Mask};

/// The bit that marks the last frame of a message.
pub(in crate::hub) const FIN: u8 = 0x80;
/// The bit that marks a compressed message, on its first frame (RFC 7692, section 6).
pub(in crate::hub) const RSV1: u8 = 0x40;
/// The longest reason in a close frame: a control frame's payload without the code.
pub(in crate::hub) const CLOSE_REASON_BYTES_MAX: usize = CONTROL_BYTES_MAX - 2;
/// The most payload of a control frame (section 5.5).
pub(super) const CONTROL_BYTES_MAX: usize = 125;
/// The longest header of a masked frame.
pub(super) const HEADER_BYTES_MAX: usize = 14;

const RESERVED_BITS: u8 = 0x70;
const OPCODE_BITS: u8 = 0x0f;
const MASK_BIT: u8 = 0x80;
const LENGTH_BITS: u8 = 0x7f;

/// What a frame is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(in crate::hub) enum Opcode {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

impl Opcode {
    pub(super) fn is_control(self) -> bool {
        self as u8 >= Self::Close as u8
    }

    fn from_bits(bits: u8) -> Result<Self, Violation> {
        Ok(match bits {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return Err(Violation::ReservedOpcode),
        })
    }
}

/// A header that was read whole and allows a frame to follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Header {
    pub(super) is_final: bool,
    /// Whether it is the first frame of a compressed message.
    pub(super) is_compressed: bool,
    pub(super) opcode: Opcode,
    pub(super) mask: Mask,
    /// Bytes of payload that follow. May be far above what is allowed, so nothing is reserved for it.
    pub(super) length: u64,
}

/// Reads a header from the beginning of `bytes`: it and its own length, or `None` when more bytes are needed.
/// What is wrong is said as soon as it can be seen. Messages may be compressed only if `compression` was agreed on.
pub(super) fn parse(bytes: &[u8], compression: bool) -> Result<Option<(Header, usize)>, Violation> {
    let Some(&first) = bytes.first() else { return Ok(None) };
    let opcode = Opcode::from_bits(first & OPCODE_BITS)?;
    let is_final = first & FIN != 0;
    let is_compressed = first & RSV1 != 0;
    let begins_message = matches!(opcode, Opcode::Text | Opcode::Binary);
    if first & RESERVED_BITS & !RSV1 != 0 || is_compressed && !(compression && begins_message) {
        return Err(Violation::ReservedBits);
    }
    if opcode.is_control() && !is_final {
        return Err(Violation::ControlFragmented);
    }
    let Some(&second) = bytes.get(1) else { return Ok(None) };
    if second & MASK_BIT == 0 {
        return Err(Violation::Unmasked);
    }
    if opcode.is_control() && usize::from(second & LENGTH_BITS) > CONTROL_BYTES_MAX {
        return Err(Violation::ControlTooLong);
    }
    let Some((length, mask_at)) = parse_length(second & LENGTH_BITS, &bytes[2..])? else { return Ok(None) };
    let Some(mask) = bytes[mask_at..].first_chunk() else { return Ok(None) };
    Ok(Some((Header { is_final, is_compressed, opcode, mask: *mask, length }, mask_at + mask.len())))
}

/// The payload's length and where the mask begins.
fn parse_length(short: u8, extended: &[u8]) -> Result<Option<(u64, usize)>, Violation> {
    let (length, bytes, shortest) = match short {
        126 => (extended.first_chunk().map(|bytes| u64::from(u16::from_be_bytes(*bytes))), 2, 126),
        127 => (extended.first_chunk().map(|bytes| u64::from_be_bytes(*bytes)), 8, 65_536),
        _ => (Some(u64::from(short)), 0, 0),
    };
    match length {
        None => Ok(None),
        Some(length) if length < shortest || length > u64::MAX / 2 => Err(Violation::BadLength),
        Some(length) => Ok(Some((length, 2 + bytes))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Parsed = Result<Option<(Header, usize)>, Violation>;

    #[test]
    fn headers() {
        let whole = |is_final, opcode, length, bytes| {
            let is_compressed = false;
            Ok(Some((Header { is_final, is_compressed, opcode, mask: [1, 2, 3, 4], length }, bytes)))
        };
        let cases: [(&[u8], Parsed); 20] = [
            (&[], Ok(None)),
            (&[0x81], Ok(None)),
            (&[0x81, 0x80, 1, 2, 3], Ok(None)),
            (&[0x81, 0x80, 1, 2, 3, 4], whole(true, Opcode::Text, 0, 6)),
            (&[0x02, 0xfd, 1, 2, 3, 4], whole(false, Opcode::Binary, 125, 6)),
            (&[0x80, 0x85, 1, 2, 3, 4, 9], whole(true, Opcode::Continuation, 5, 6)),
            (&[0x81, 0xfe, 0], Ok(None)),
            (&[0x81, 0xfe, 0, 126, 1, 2, 3, 4], whole(true, Opcode::Text, 126, 8)),
            (&[0x81, 0xfe, 0, 125], Err(Violation::BadLength)),
            (&[0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4], whole(true, Opcode::Text, 65_536, 14)),
            (&[0x81, 0xff, 0, 0, 0, 0, 0, 0, 255, 255], Err(Violation::BadLength)),
            (&[0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], Err(Violation::BadLength)),
            (&[0x88, 0x80, 1, 2, 3, 4], whole(true, Opcode::Close, 0, 6)),
            (&[0x89, 0xfd, 1, 2, 3, 4], whole(true, Opcode::Ping, 125, 6)),
            (&[0x89, 0xfe], Err(Violation::ControlTooLong)),
            (&[0x09], Err(Violation::ControlFragmented)),
            (&[0x81, 0x00], Err(Violation::Unmasked)),
            (&[0xc1], Err(Violation::ReservedBits)),
            (&[0x91], Err(Violation::ReservedBits)),
            (&[0x83], Err(Violation::ReservedOpcode)),
        ];
        for (bytes, expected) in cases {
            assert_eq!(parse(bytes, false), expected, "{bytes:02x?}");
        }
    }

    #[test]
    fn only_the_first_frame_of_a_message_says_that_it_is_compressed() {
        for first in [0xc1, 0x42] {
            let read = parse(&[first, 0x80, 1, 2, 3, 4], true);
            assert_eq!(read.map(|read| read.map(|(header, _)| header.is_compressed)), Ok(Some(true)));
            assert_eq!(parse(&[first], false), Err(Violation::ReservedBits));
        }
        for first in [0xc0, 0x40, 0xc8, 0xc9, 0xca] {
            assert_eq!(parse(&[first], true), Err(Violation::ReservedBits));
        }
        for first in [0xa1, 0x91, 0xe1, 0xd1] {
            assert_eq!(parse(&[first], true), Err(Violation::ReservedBits));
        }
    }

    #[test]
    fn reserved_opcodes() {
        for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
            assert_eq!(parse(&[FIN | opcode], true), Err(Violation::ReservedOpcode));
        }
    }
}
