//! What does not add up, in words.

/// How many violations are told in words; beyond it they are only counted.
const TOLD_MAX: usize = 20;

/// What does not add up.
#[derive(Debug, Default)]
pub(crate) struct Violations {
    /// How many.
    pub(crate) count: u64,
    /// The first [`TOLD_MAX`], in words.
    pub(crate) told: Vec<String>,
}

impl Violations {
    /// One more.
    pub(crate) fn tell(&mut self, violation: String) {
        self.count += 1;
        if self.told.len() < TOLD_MAX {
            self.told.push(violation);
        }
    }
}
