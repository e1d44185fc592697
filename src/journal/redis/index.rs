//! Changes of the indexes over all shows.

use std::sync::Arc;

use super::{
    keys::{OWNERS, SHOWS, WAKES, slot},
    lane::Answer,
    outcome::{Failure, Outcome, worded},
    scripts::{INDEX_CLAIM, INDEX_LOWER, INDEX_SET, Script, one},
    server::{Place, Redis, Way},
    wakes::Wake,
};

/// The largest wake time that a sorted set keeps exactly. A later one is indexed as this, which is too early.
const SCORE_MAX: u64 = 1 << 53;

/// What a change of the index is about.
pub(super) struct Indexed<'a> {
    pub(super) show: &'a str,
    pub(super) token: u128,
}

impl Redis {
    /// Enters a claim: the show is listed, and woken no later than `wake`. Returns when it is woken.
    pub(super) async fn index_claim(&self, of: Indexed<'_>, wake: Wake) -> Result<Wake, Failure> {
        let mut command = INDEX_CLAIM.call(&[SHOWS, WAKES, OWNERS]);
        command.arg(of.show).arg(token(of.token)).arg(score(wake));
        let (_, mut answer) = worded(self.call(slot(WAKES), one(command)).await)?;
        let score = answer.text()?;
        // Sorted sets keep floating point numbers, and say them as such.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a score of ours is a whole number")]
        Ok(score.parse::<f64>().ok().map(|score| score as u64))
    }

    /// Lowers the index for an append that is in this place.
    pub(super) async fn index_lower(
        &self,
        of: Indexed<'_>,
        change: u64,
        wake: Wake,
        place: Arc<Place>,
    ) -> Result<(), Failure> {
        let command = change_of(&INDEX_LOWER, &of, change, wake);
        worded(self.call_in(place, slot(WAKES), one(command)).await).map(drop)
    }

    /// Sets the index, and tells whether it is known to be set.
    pub(super) fn index_set(
        &self,
        of: &Indexed<'_>,
        change: u64,
        wake: Wake,
        done: impl FnOnce(bool) + Send + 'static,
    ) {
        let command = change_of(&INDEX_SET, of, change, wake);
        let answer: Answer =
            Box::new(move |outcome: Outcome| done(worded(outcome).is_ok_and(|(word, _)| word == "ok")));
        self.put(Way::Calls, slot(WAKES), one(command), answer);
    }
}

fn change_of(script: &Script, of: &Indexed<'_>, change: u64, wake: Wake) -> redis::Cmd {
    let mut command = script.call(&[WAKES, OWNERS]);
    command.arg(of.show).arg(token(of.token)).arg(format!("{change:020}")).arg(score(wake));
    command
}

fn score(wake: Wake) -> String {
    wake.map(|wake_at_ms| wake_at_ms.min(SCORE_MAX).to_string()).unwrap_or_default()
}

/// A token as Redis keeps it.
pub(super) fn token(token: u128) -> String {
    format!("{token:032x}")
}
