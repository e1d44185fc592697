//! Taking apart what clients compressed, within a bound.

use std::time::{Duration, Instant};

use flate2::{Decompress, FlushDecompress, Status};

use super::{Violation, deflate::TAIL};

/// A decompressor and the space that it writes to, both made when they are first needed. One serves all connections of a
/// shard: without context takeover nothing is kept between two messages.
#[derive(Default)]
pub(in crate::hub) struct Inflater {
    decompress: Option<Decompress>,
    output: Vec<u8>,
    spent: Duration,
}

impl Inflater {
    /// The message whose fragments, put together, are `payload`; at most `bytes_max` bytes are ever made of it.
    pub(in crate::hub) fn inflate(&mut self, payload: &[u8], bytes_max: usize) -> Result<&[u8], Violation> {
        let started = Instant::now();
        let made = self.decompress(payload, bytes_max);
        self.spent += started.elapsed();
        Ok(&self.output[..made?])
    }

    /// How long it worked since this was last asked.
    pub(in crate::hub) fn take_spent(&mut self) -> Duration {
        std::mem::take(&mut self.spent)
    }

    /// Writes to the output; how much.
    fn decompress(&mut self, payload: &[u8], bytes_max: usize) -> Result<usize, Violation> {
        let decompress = self.decompress.get_or_insert_with(|| Decompress::new(false));
        decompress.reset(false);
        // One byte more tells what is too big from what just fits.
        self.output.resize(bytes_max + 1, 0);
        let mut made = 0;
        for mut input in [payload, &TAIL] {
            while !input.is_empty() {
                let (read_before, made_before) = (decompress.total_in(), decompress.total_out());
                let result = decompress.decompress(input, &mut self.output[made..], FlushDecompress::None);
                let status = result.map_err(|_| Violation::BadCompression)?;
                // Both within what was lent.
                let read = usize::try_from(decompress.total_in() - read_before).unwrap_or(input.len());
                made += usize::try_from(decompress.total_out() - made_before).unwrap_or(usize::MAX);
                if made > bytes_max {
                    return Err(Violation::TooBig);
                }
                input = &input[read..];
                match status {
                    // A final block ends a stream, not the message (section 7.2.3.4).
                    Status::StreamEnd => decompress.reset(false),
                    _ if read == 0 => return Err(Violation::BadCompression),
                    _ => {}
                }
            }
        }
        Ok(made)
    }
}

/// How much a message of at most `bytes_max` bytes may take compressed: what can't be compressed grows a little.
pub(super) fn deflated_bytes_max(bytes_max: usize) -> usize {
    bytes_max.saturating_add(bytes_max / 8).saturating_add(64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn inflate(payload: &[u8], bytes_max: usize) -> Result<Vec<u8>, Violation> {
        Inflater::default().inflate(payload, bytes_max).map(<[u8]>::to_vec)
    }

    /// So many bytes of zeros, compressed.
    fn zeros(bytes: usize) -> Vec<u8> {
        let mut compress = flate2::Compress::new(flate2::Compression::best(), false);
        let mut deflated = Vec::with_capacity(bytes / 500 + 100);
        compress.compress_vec(&vec![0; bytes], &mut deflated, flate2::FlushCompress::Sync).expect("compressed");
        deflated.truncate(deflated.len() - TAIL.len());
        deflated
    }

    #[test]
    fn the_examples_of_the_standard() {
        // RFC 7692, sections 7.2.3.1, 7.2.3.3 (a block without compression), 7.2.3.4 (a final block) and 7.2.3.5 (two).
        let hello: [&[u8]; 4] = [
            &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
            &[0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00],
            &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00],
            &[0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00],
        ];
        for payload in hello {
            assert_eq!(inflate(payload, 5), Ok(b"Hello".to_vec()), "{payload:02x?}");
            assert_eq!(inflate(payload, 4), Err(Violation::TooBig), "{payload:02x?}");
        }
        assert_eq!(inflate(&[0x00], 0), Ok(Vec::new()), "an empty message (section 7.2.3.6)");
    }

    #[test]
    fn a_bomb_is_cut_off_at_the_bound() {
        let bomb = zeros(10_000_000);
        assert!(bomb.len() < 12_000);
        let mut inflater = Inflater::default();
        assert_eq!(inflater.inflate(&bomb, 16_384), Err(Violation::TooBig));
        assert!(inflater.output.capacity() <= 32_768);
        assert_eq!(inflater.inflate(&zeros(16_384), 16_384), Ok(&[0; 16_384][..]), "the next one is not harmed");
    }

    #[test]
    fn what_is_broken_is_said_to_be() {
        let cases: [&[u8]; 4] = [
            // A block of a reserved kind; a length and its complement that disagree; a distance before the beginning.
            &[0x07],
            &[0x00, 0x05, 0x00, 0x00, 0x00, 0x48],
            &[0x02, 0x03, 0x00],
            &[0xff; 20],
        ];
        for payload in cases {
            assert_eq!(inflate(payload, 1_000), Err(Violation::BadCompression), "{payload:02x?}");
        }
        assert_eq!(inflate(&[0x03, 0x00].repeat(8_000), 1_000), Ok(Vec::new()), "thousands of final blocks");
    }

    proptest! {
        #[test]
        fn rubbish_never_panics_nor_outgrows_the_bound(
            payload in prop::collection::vec(any::<u8>(), 0..600),
            bytes_max in 0_usize..2_000,
        ) {
            let mut inflater = Inflater::default();
            let first = inflater.inflate(&payload, bytes_max).map(<[u8]>::to_vec);
            prop_assert!(first.as_ref().map_or(0, Vec::len) <= bytes_max);
            prop_assert_eq!(inflater.inflate(&payload, bytes_max).map(<[u8]>::to_vec), first);
        }

        #[test]
        fn damage_is_harmless(
            text in prop::collection::vec(any::<u8>(), 1..500),
            at in any::<prop::sample::Index>(),
            bits in 1_u8..,
        ) {
            let mut payload = zeros(300);
            payload.extend(&text);
            let at = at.index(payload.len());
            payload[at] ^= bits;
            let result = inflate(&payload, 1_000);
            prop_assert!(!matches!(result, Ok(inflated) if inflated.len() > 1_000));
        }
    }
}
