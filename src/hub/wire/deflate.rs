//! Compressing what many receive (RFC 7692): every message by itself, so that it is done once for all of them.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

use flate2::{Compress, Compression, FlushCompress};

use super::{FIN, RSV1};
use crate::hub::{CompressionConfig, Counters, Frame, inbox::lock};

/// What ends a flushed block and is left out of a message (RFC 7692, section 7.2.1).
pub(super) const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// Makes compressed frames of plain ones, from any thread. It keeps as many compressors (some 260,000 bytes each) as
/// ever were at work at once.
pub struct Compressor {
    level: Compression,
    bytes_min: usize,
    idle: Mutex<Vec<Compress>>,
    messages: AtomicU64,
    nanoseconds: AtomicU64,
    bytes_spared: AtomicU64,
}

impl Compressor {
    pub(in crate::hub) fn new(config: &CompressionConfig) -> Self {
        Self {
            level: Compression::new(config.level),
            bytes_min: config.bytes_min,
            idle: Mutex::default(),
            messages: AtomicU64::new(0),
            nanoseconds: AtomicU64::new(0),
            bytes_spared: AtomicU64::new(0),
        }
    }

    /// The message compressed, for connections that agreed to that. The frame itself, which they understand as well,
    /// when its payload is below [`bytes_min`](CompressionConfig::bytes_min) or would not become smaller.
    #[must_use]
    pub fn compress(&self, plain: &Frame) -> Frame {
        if plain.payload().len() < self.bytes_min || plain.is_compressed() {
            return plain.clone();
        }
        let started = Instant::now();
        let mut compress = lock(&self.idle).pop().unwrap_or_else(|| Compress::new(self.level, false));
        let deflated = deflate(&mut compress, plain.payload());
        lock(&self.idle).push(compress);
        self.messages.fetch_add(1, Relaxed);
        self.nanoseconds.fetch_add(u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX), Relaxed);
        deflated.map_or_else(|| plain.clone(), |payload| Frame::with_header(plain.as_bytes()[0] | FIN | RSV1, &payload))
    }

    /// Notes that `compressed` goes to so many instead of `plain`.
    pub fn count_spared(&self, plain: &Frame, compressed: &Frame, receivers: usize) {
        let spared = plain.len().saturating_sub(compressed.len()) * receivers;
        self.bytes_spared.fetch_add(spared as u64, Relaxed);
    }

    pub(in crate::hub) fn add_to(&self, counters: &mut Counters) {
        counters.messages_deflated += self.messages.load(Relaxed);
        counters.deflate_nanoseconds += self.nanoseconds.load(Relaxed);
        counters.bytes_spared += self.bytes_spared.load(Relaxed);
    }
}

/// The payload compressed, if that makes it smaller.
fn deflate(compress: &mut Compress, payload: &[u8]) -> Option<Vec<u8>> {
    let mut deflated = Vec::with_capacity(payload.len() + TAIL.len());
    let room = deflated.capacity();
    let result = compress.compress_vec(payload, &mut deflated, FlushCompress::Sync);
    // With room left, everything was flushed (zlib.h, deflate).
    let is_whole = result.is_ok() && compress.total_in() == payload.len() as u64 && deflated.len() < room;
    compress.reset();
    let length = deflated.strip_suffix(&TAIL)?.len();
    deflated.truncate(length);
    (is_whole && length < payload.len()).then_some(deflated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::wire::Inflater;

    fn compressor(bytes_min: usize) -> Compressor {
        Compressor::new(&CompressionConfig { level: 6, bytes_min })
    }

    #[test]
    fn what_is_compressed_is_understood_and_compressed_alike_every_time() {
        let compressor = compressor(0);
        let text = r#"{"stock":{"drop":"opening","sku":"scarf-red","available":8}}"#.repeat(20);
        let plain = Frame::text(&text);
        let compressed = compressor.compress(&plain);
        assert_eq!(compressed.as_bytes()[0], 0xc1);
        assert!(compressed.len() < plain.len() / 5, "{} bytes", compressed.len());
        assert_eq!(Inflater::default().inflate(compressed.payload(), text.len()), Ok(text.as_bytes()));
        assert!(compressor.compress(&Frame::binary(&[7; 10_000])).is_compressed());
        assert_eq!(compressor.compress(&plain), compressed, "nothing is remembered from message to message");
        assert_eq!(compressor.compress(&compressed), compressed);
    }

    #[test]
    fn what_does_not_become_smaller_stays_as_it_is() {
        let noise: Vec<u8> = (0_u32..5_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 11).to_le_bytes()[1]).collect();
        let small = Frame::text("{}");
        for (frame, bytes_min) in [(Frame::binary(&[]), 0), (small, 0), (Frame::text(&"x".repeat(99)), 100)] {
            assert_eq!(compressor(bytes_min).compress(&frame), frame);
        }
        let noise = Frame::binary(&noise);
        assert!(compressor(0).compress(&noise).len() <= noise.len());
    }

    #[test]
    fn what_was_spared_is_counted() {
        let compressor = compressor(0);
        let plain = Frame::text(&"x".repeat(1_000));
        let compressed = compressor.compress(&plain);
        compressor.count_spared(&plain, &compressed, 3);
        let mut counters = Counters::default();
        compressor.add_to(&mut counters);
        assert_eq!(counters.messages_deflated, 1);
        assert_eq!(counters.bytes_spared, 3 * (plain.len() - compressed.len()) as u64);
    }
}
