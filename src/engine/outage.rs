//! For how long the journal was away, as this node saw it.

use std::time::Duration;

use dropcast_domain::{
    ids::PrincipalId,
    show::{Command, Fingerprint, Principal, Request, Role},
    time::Timestamp,
};
use tokio::time::Instant;

use super::config::EngineConfig;

/// How long a follower remembers an outage that is over. A show that nobody wrote through it is taken over sooner; one
/// that is still written by then has a writer that saw it, too.
const REMEMBERED_FOR: Duration = Duration::from_secs(10);
/// What fails so soon after an answer belongs to the outage before it: a journal comes back by fits and starts, and what is
/// asked first is the extension itself.
const SAME_OUTAGE_FOR: Duration = Duration::from_secs(2);

/// An outage of the journal, under way or just over; none by default.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outage {
    /// When the first thing was asked that failed.
    since: Option<Instant>,
    /// When the journal answered again.
    until: Option<Instant>,
}

impl Outage {
    /// What was asked of the journal at `asked_at` failed, or took so long that it might as well have.
    pub(super) fn failed(&mut self, asked_at: Instant) {
        let is_another = self.until.take().is_some_and(|until| asked_at > until + SAME_OUTAGE_FOR);
        if is_another {
            self.since = None;
        }
        self.since.get_or_insert(asked_at);
    }

    /// The journal answers.
    pub(super) fn answered(&mut self, now: Instant) {
        match self.until {
            Some(until) if now - until > REMEMBERED_FOR => *self = Self::default(),
            _ if self.since.is_some() => _ = self.until.get_or_insert(now),
            _ => {}
        }
    }

    /// It is over, and what was to be done for it is done.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// The request that extends what is held by as much of the outage as nothing was written in, where that is worth it.
    /// `last_at` is the moment of the journal's last entry; `clock` and `now` are this moment.
    pub(super) fn extension(
        &self,
        config: &EngineConfig,
        last_at: Timestamp,
        clock: Timestamp,
        now: Instant,
    ) -> Option<Request> {
        let since = self.since?;
        let before =
            |moment: Instant| Timestamp(clock.0.saturating_sub(milliseconds(now.saturating_duration_since(moment))));
        let began = before(since);
        let ended = before(self.until.unwrap_or(now)).min(began.after_ms(milliseconds(config.outage_extension_max)));
        let by_ms = ended.0.saturating_sub(began.max(last_at).0);
        (by_ms > 0 && by_ms >= milliseconds(config.outage_min)).then(|| request(by_ms)).flatten()
    }
}

fn request(by_ms: u64) -> Option<Request> {
    let principal = Principal { role: Role::System, id: PrincipalId::new("outages").ok()? };
    let (fingerprint, command) = (Fingerprint::default(), Command::ExtendHolds { by_ms });
    Some(Request { principal, key: None, fingerprint, command })
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCK: Timestamp = Timestamp(1_000_000);

    /// What is asked for, `seconds` after the beginning of everything, when the last entry is of `last_at_s` seconds.
    fn by_ms(outage: &Outage, start: Instant, seconds: u64, last_at_s: u64) -> Option<u64> {
        let (config, now) = (EngineConfig::default(), start + Duration::from_secs(seconds));
        let at = |seconds: u64| CLOCK.after_ms(seconds * 1_000);
        outage.extension(&config, at(last_at_s), at(seconds), now).map(|request| match request.command {
            Command::ExtendHolds { by_ms } => by_ms,
            other => panic!("{other:?}"),
        })
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn an_outage_lasts_from_the_first_failure_to_the_next_answer() {
        let (start, mut outage) = (Instant::now(), Outage::default());
        assert_eq!(by_ms(&outage, start, 100, 0), None);
        outage.failed(start + seconds(10));
        outage.failed(start + seconds(12));
        assert_eq!(by_ms(&outage, start, 40, 5), Some(30_000));
        outage.answered(start + seconds(40));
        outage.answered(start + seconds(41));
        assert_eq!(by_ms(&outage, start, 43, 5), Some(30_000));
        outage.forget();
        assert_eq!(by_ms(&outage, start, 43, 5), None);
    }

    #[test]
    fn what_fails_soon_after_an_answer_is_the_same_outage() {
        let (start, mut outage) = (Instant::now(), Outage::default());
        outage.failed(start + seconds(10));
        outage.answered(start + seconds(20));
        outage.failed(start + seconds(20) + SAME_OUTAGE_FOR);
        assert_eq!(by_ms(&outage, start, 40, 5), Some(30_000));
        outage.answered(start + seconds(40));
        outage.failed(start + seconds(41) + SAME_OUTAGE_FOR);
        assert_eq!(by_ms(&outage, start, 50, 5), Some(7_000));
    }

    #[test]
    fn time_in_which_something_was_written_is_no_outage() {
        let (start, mut outage) = (Instant::now(), Outage::default());
        outage.failed(start + seconds(10));
        assert_eq!(by_ms(&outage, start, 40, 15), Some(25_000));
        outage.answered(start + seconds(20));
        assert_eq!(by_ms(&outage, start, 40, 20), None, "somebody else wrote when it was over");
        assert_eq!(by_ms(&outage, start, 40, 90), None, "whatever their clock says");
    }

    #[test]
    fn short_ones_count_for_nothing_and_long_ones_up_to_a_bound() {
        let config = EngineConfig::default();
        let (start, mut outage) = (Instant::now(), Outage::default());
        outage.failed(start);
        let short = config.outage_min.as_secs();
        assert_eq!(by_ms(&outage, start, short - 1, 0), None);
        assert_eq!(by_ms(&outage, start, short, 0), Some(short * 1_000));
        let long = config.outage_extension_max.as_secs();
        assert_eq!(by_ms(&outage, start, long * 2, 0), Some(long * 1_000));
        assert_eq!(by_ms(&outage, start, long * 2, long - 9), Some(9_000), "what was extended before counts");
        assert_eq!(by_ms(&outage, start, long * 2, long), None);
    }

    #[test]
    fn what_was_over_long_ago_is_not_remembered() {
        let (start, mut outage) = (Instant::now(), Outage::default());
        outage.failed(start);
        outage.answered(start + seconds(5));
        outage.answered(start + seconds(5) + REMEMBERED_FOR);
        assert_eq!(by_ms(&outage, start, 30, 0), Some(5_000));
        outage.answered(start + seconds(6) + REMEMBERED_FOR);
        assert_eq!(by_ms(&outage, start, 30, 0), None);
    }
}
