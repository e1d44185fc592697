//! Which processors a thread, and what it starts, may run on.

use std::io;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The processors that this process was given.
#[derive(Clone, Copy)]
pub(super) struct Processors(CpuSet);

impl Processors {
    /// Those of this thread now.
    pub(super) fn given() -> io::Result<Self> {
        Ok(Self(sched_getaffinity(None)?))
    }

    /// The first one alone.
    pub(super) fn first(self) -> Self {
        self.only(0)
    }

    /// The second one alone, or the first where there is no second.
    pub(super) fn second(self) -> Self {
        self.only(1)
    }

    /// Binds this thread; what it starts is bound alike.
    pub(super) fn bind(self) -> io::Result<()> {
        Ok(sched_setaffinity(None, &self.0)?)
    }

    fn only(self, index: usize) -> Self {
        let mut given = (0..CpuSet::MAX_CPU).filter(|number| self.0.is_set(*number));
        let first = given.next().unwrap_or_default();
        let mut set = CpuSet::new();
        set.set(given.nth(index.wrapping_sub(1)).filter(|_| index > 0).unwrap_or(first));
        Self(set)
    }
}
