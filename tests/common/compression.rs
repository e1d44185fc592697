//! Frames made and taken apart by hand, and compression for clients that have none.

#![allow(dead_code, reason = "each test binary uses its own part of it")]

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};

const COMPRESSED: u8 = 0x40;
const FIN: u8 = 0x80;
const OPCODE: u8 = 0x0f;
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// Takes every whole frame of a server's out of `bytes`, and adds it to `plain` without compression.
pub(crate) fn inflate_frames(bytes: &mut Vec<u8>, plain: &mut Vec<u8>) {
    while let Some((first, payload)) = take_frame(bytes) {
        let payload = if first & COMPRESSED == 0 { payload } else { inflate(&payload) };
        plain.extend(unmasked(first & !COMPRESSED, &payload));
    }
}

/// Takes every whole frame of a client's out of `bytes`, and adds it to `compressed` with its payload compressed.
pub(crate) fn deflate_frames(bytes: &mut Vec<u8>, compressed: &mut Vec<u8>) {
    while let Some((first, payload)) = take_frame(bytes) {
        // Whole messages only; fragments go out as they are, which is allowed.
        let is_message = first & FIN != 0 && matches!(first & OPCODE, 1 | 2);
        let frame = if is_message { frame(first | COMPRESSED, &deflate(&payload)) } else { frame(first, &payload) };
        compressed.extend(frame);
    }
}

/// The bit of the second byte that says that the payload is masked.
const MASKED: u8 = 0x80;

/// A client's frame: `first` is the header's first byte.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0x37, 0xfa, 0x21, 0x3d];
    let mut bytes = vec![first];
    if payload.len() < 126 {
        bytes.push(MASKED + u8::try_from(payload.len()).unwrap());
    } else if let Ok(length) = u16::try_from(payload.len()) {
        bytes.push(MASKED + 126);
        bytes.extend(length.to_be_bytes());
    } else {
        bytes.push(MASKED + 127);
        bytes.extend((payload.len() as u64).to_be_bytes());
    }
    bytes.extend(mask);
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
    bytes
}

/// A message as a client compresses it.
pub(crate) fn deflate(payload: &[u8]) -> Vec<u8> {
    let mut deflated = Vec::with_capacity(payload.len() + 100);
    Compress::new(Compression::fast(), false).compress_vec(payload, &mut deflated, FlushCompress::Sync).unwrap();
    deflated.truncate(deflated.len() - TAIL.len());
    deflated
}

/// A message as its sender wrote it; it takes at most a thousand times as much.
pub(crate) fn inflate(payload: &[u8]) -> Vec<u8> {
    let mut inflated = Vec::with_capacity(payload.len() * 1_100 + 100);
    let whole = [payload, &TAIL].concat();
    Decompress::new(false).decompress_vec(&whole, &mut inflated, FlushDecompress::Sync).unwrap();
    inflated
}

/// The first frame of either side's, whole and without its mask: its first byte and its payload.
fn take_frame(bytes: &mut Vec<u8>) -> Option<(u8, Vec<u8>)> {
    let is_masked = *bytes.get(1)? & 0x80 != 0;
    let (length, mut at) = match bytes[1] & 0x7f {
        126 => (usize::from(u16::from_be_bytes(*bytes[2..].first_chunk()?)), 4),
        127 => (usize::try_from(u64::from_be_bytes(*bytes[2..].first_chunk()?)).unwrap(), 10),
        short => (usize::from(short), 2),
    };
    let mut mask = [0; 4];
    if is_masked {
        mask = *bytes.get(at..)?.first_chunk()?;
        at += mask.len();
    }
    let mut payload = bytes.get(at..at + length)?.to_vec();
    if is_masked {
        payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, key)| *byte ^= key);
    }
    let first = bytes[0];
    bytes.drain(..at + length);
    Some((first, payload))
}

/// A server's frame.
fn unmasked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..126 => bytes.push(u8::try_from(length).unwrap()),
        length @ 126..65_536 => {
            bytes.push(126);
            bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        length => {
            bytes.push(127);
            bytes.extend((length as u64).to_be_bytes());
        }
    }
    bytes.extend_from_slice(payload);
    bytes
}
