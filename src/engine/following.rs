//! Following some commands from their arrival to their answer.

use std::sync::Arc;

use tokio::time::Instant;

use super::observer::{Observer, Stages};

/// One of so many is followed: enough of a rush for its quantiles, and the others cost a count.
const ONE_IN: u32 = 16;

/// Which commands of a show are followed.
#[derive(Default)]
pub(super) struct Following(u32);

/// A command that is followed, once it is decided.
pub(super) struct Followed {
    observer: Arc<dyn Observer>,
    arrived: Instant,
    decided: Instant,
}

impl Following {
    /// Whether the next command is followed: the first one, and each [`ONE_IN`]th.
    pub(super) fn is_next(&mut self) -> bool {
        let is_next = self.0 == 0;
        self.0 = (self.0 + 1) % ONE_IN;
        is_next
    }
}

impl Followed {
    /// A command that came at `arrived` is decided now.
    pub(super) fn decided(observer: &Arc<dyn Observer>, arrived: Instant) -> Self {
        Self { observer: Arc::clone(observer), arrived, decided: Instant::now() }
    }

    /// Its answer, which was known to be durable at `durable`, is handed over now.
    pub(super) fn answered(self, durable: Instant) {
        self.observer.answered(&Stages {
            decide: self.decided - self.arrived,
            journal: durable - self.decided,
            hand_over: durable.elapsed(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_command_is_followed_and_each_16th_after_it() {
        let mut following = Following::default();
        let followed: Vec<usize> = (0..40).filter(|_| following.is_next()).collect();
        assert_eq!(followed, [0, 16, 32]);
    }
}
