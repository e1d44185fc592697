//! Chance from a seed, the same on every machine.

/// `SplitMix64` (Steele, Lea and Flood, 2014).
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream of this name: what one part of a world draws doesn't shift what another one draws.
    pub(crate) fn of(seed: u64, stream: &str) -> Self {
        let mut random = Self(seed ^ 0x5851_f42d_4c95_7f2d);
        for byte in stream.bytes() {
            random.0 = random.0.rotate_left(7) ^ u64::from(byte);
            random.next();
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not zero.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// A number from `min` to `max`, both included.
    pub(crate) fn between(&mut self, min: u64, max: u64) -> u64 {
        min + self.below(max - min + 1)
    }

    /// A number of units from `min` to `max`, both included.
    pub(crate) fn units(&mut self, min: u32, max: u32) -> u32 {
        u32::try_from(self.between(min.into(), max.into())).unwrap()
    }

    /// How many there are, from `min` to `max`, both included.
    pub(crate) fn count(&mut self, min: usize, max: usize) -> usize {
        min + self.place(max - min + 1)
    }

    /// A place in something of this length.
    pub(crate) fn place(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap()
    }

    /// True so many times out of a thousand.
    pub(crate) fn per_mille(&mut self, times: u64) -> bool {
        self.below(1_000) < times
    }

    /// True so many times out of a hundred.
    pub(crate) fn percent(&mut self, times: u64) -> bool {
        self.below(100) < times
    }
}
