//! The body of an entry, written straight from what it says.
//!
//! A rush makes one entry for every click. Its facts are written without making their twins in `proto/` first, which would
//! cost a dozen allocations; the other kinds are rare and take the ordinary way. Either way the bytes are those that
//! prost writes, which a test compares: they are hashed and stay for good.

use bytes::{BufMut as _, Bytes, BytesMut};
use dropcast_domain::show::{Cause, Entry, Fact, KeyBinding, Outcome};
use prost::{Message as _, encoding::encode_varint};

use super::{fact, names::InWire as _};

/// How much memory is taken at a time for bodies: enough for some hundred clicks.
const BLOCK_BYTES: usize = 64 * 1_024;
/// The most bytes of a length, a 32-bit number in sevens.
const LENGTH_BYTES_MAX: usize = 5;

/// Writes the bodies of entries, many into one piece of memory, which lives as long as any of them.
#[derive(Default)]
pub struct BodyWriter(BytesMut);

impl BodyWriter {
    /// The body of an entry, as it is stored and hashed.
    pub fn write(&mut self, entry: &Entry) -> Bytes {
        let Self(buffer) = self;
        if buffer.capacity() < BLOCK_BYTES / 64 {
            buffer.reserve(BLOCK_BYTES);
        }
        if let Some(cause) = &entry.cause {
            nested(buffer, 1, |buffer| write_cause(buffer, cause));
        }
        for fact in &entry.facts {
            nested(buffer, 2, |buffer| write_fact(buffer, fact));
        }
        buffer.split().freeze()
    }
}

fn write_cause(buffer: &mut BytesMut, cause: &Cause) {
    number(buffer, 1, u64::from(cause.principal.role.wire().unsigned_abs()));
    text(buffer, 2, cause.principal.id.as_str());
    if let Some(binding) = &cause.binding {
        nested(buffer, 3, |buffer| write_binding(buffer, binding));
    }
}

fn write_binding(buffer: &mut BytesMut, binding: &KeyBinding) {
    binding.key.with_text(|key| text(buffer, 1, key));
    bytes(buffer, 2, &binding.fingerprint.0);
    nested(buffer, 3, |buffer| match binding.outcome {
        Outcome::Done => nested(buffer, 1, |_| {}),
        // Which of them it is has to be told, also where the number is zero.
        Outcome::Reservation(id) => told_number(buffer, 2, id.0),
        Outcome::Order(id) => told_number(buffer, 3, id.0),
        Outcome::Waiter(id) => told_number(buffer, 4, id.0),
    });
}

fn write_fact(buffer: &mut BytesMut, fact: &Fact) {
    match fact {
        Fact::ReservationHeld { reservation, viewer, drop, sku, quantity, unit_price_minor, expires_at } => {
            nested(buffer, 17, |buffer| {
                number(buffer, 1, reservation.0);
                text(buffer, 2, viewer.as_str());
                text(buffer, 3, drop.as_str());
                text(buffer, 4, sku.as_str());
                number(buffer, 5, u64::from(*quantity));
                number(buffer, 6, *unit_price_minor);
                number(buffer, 7, expires_at.0);
            });
        }
        Fact::ReservationSold { reservation } => nested(buffer, 18, |buffer| number(buffer, 1, reservation.0)),
        Fact::ReservationReleased { reservation } => nested(buffer, 19, |buffer| number(buffer, 1, reservation.0)),
        Fact::ReservationExpired { reservation } => nested(buffer, 20, |buffer| number(buffer, 1, reservation.0)),
        Fact::OrderPlaced { order, reservation, total_minor } => nested(buffer, 21, |buffer| {
            number(buffer, 1, order.0);
            number(buffer, 2, reservation.0);
            number(buffer, 3, *total_minor);
        }),
        Fact::WaitlistJoined { waiter, viewer, drop, sku, quantity } => nested(buffer, 33, |buffer| {
            number(buffer, 1, waiter.0);
            text(buffer, 2, viewer.as_str());
            text(buffer, 3, drop.as_str());
            text(buffer, 4, sku.as_str());
            number(buffer, 5, u64::from(*quantity));
        }),
        rare => {
            let written = fact::to_wire(rare).encode(buffer);
            debug_assert_eq!(written, Ok(()), "memory grows as it is needed");
        }
    }
}

/// The kinds of a field, in the low three bits of its tag.
const VARINT: u64 = 0;
const LENGTH_DELIMITED: u64 = 2;

fn tag(buffer: &mut BytesMut, field: u64, kind: u64) {
    encode_varint(field << 3 | kind, buffer);
}

/// A number that is left out when it is zero.
fn number(buffer: &mut BytesMut, field: u64, value: u64) {
    if value != 0 {
        told_number(buffer, field, value);
    }
}

fn told_number(buffer: &mut BytesMut, field: u64, value: u64) {
    tag(buffer, field, VARINT);
    encode_varint(value, buffer);
}

fn text(buffer: &mut BytesMut, field: u64, value: &str) {
    bytes(buffer, field, value.as_bytes());
}

/// Bytes that are left out when there are none.
fn bytes(buffer: &mut BytesMut, field: u64, value: &[u8]) {
    if !value.is_empty() {
        tag(buffer, field, LENGTH_DELIMITED);
        encode_varint(value.len() as u64, buffer);
        buffer.put_slice(value);
    }
}

/// A message within a message. Its length comes before it and is known after it: most take one byte for it, so that much
/// is left free, and what turns out longer is moved.
fn nested(buffer: &mut BytesMut, field: u64, write: impl FnOnce(&mut BytesMut)) {
    tag(buffer, field, LENGTH_DELIMITED);
    let start = buffer.len() + 1;
    buffer.put_u8(0);
    write(buffer);
    let mut length = [0; LENGTH_BYTES_MAX];
    let length_bytes = {
        let mut rest = &mut length[..];
        encode_varint((buffer.len() - start) as u64, &mut rest);
        LENGTH_BYTES_MAX - rest.len()
    };
    if length_bytes > 1 {
        let end = buffer.len();
        buffer.put_bytes(0, length_bytes - 1);
        buffer.copy_within(start..end, start + length_bytes - 1);
    }
    buffer[start - 1..start - 1 + length_bytes].copy_from_slice(&length[..length_bytes]);
}
