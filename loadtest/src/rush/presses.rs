//! What a viewer pressed and has no answer to yet.

use std::collections::{BTreeMap, BTreeSet};

use dropcast_proto::v1::{Confirm, Release, Reserve, client_message};
use tokio::time::Instant;

use super::show::{DROP, SKU};

/// A button that was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Press {
    /// *Buy now*, the click of this number.
    Click(u32),
    /// *Confirm*, for what that click held.
    Confirm(u32),
    /// *Give back*, for what that click held.
    Release(u32),
    /// *Confirm*, for the reservation of this number, which was offered.
    Take(u64),
    /// *No, thank you*, for the same.
    Decline(u64),
}

impl Press {
    /// The idempotency key.
    pub(super) fn key(self) -> String {
        match self {
            Self::Click(number) => format!("click-{number}"),
            Self::Confirm(number) => format!("confirm-{number}"),
            Self::Release(number) => format!("release-{number}"),
            Self::Take(reservation) => format!("take-{reservation}"),
            Self::Decline(reservation) => format!("decline-{reservation}"),
        }
    }

    /// The press that a key belongs to.
    pub(super) fn of(key: &str) -> Option<Self> {
        let (kind, number) = key.split_once('-')?;
        match kind {
            "click" => number.parse().map(Self::Click).ok(),
            "confirm" => number.parse().map(Self::Confirm).ok(),
            "release" => number.parse().map(Self::Release).ok(),
            "take" => number.parse().map(Self::Take).ok(),
            "decline" => number.parse().map(Self::Decline).ok(),
            _ => None,
        }
    }
}

/// The presses of one viewer that are not answered. At most as many as the rush has clicks.
#[derive(Debug, Default)]
pub(super) struct Presses {
    open: BTreeMap<Press, Open>,
    /// Those that the server asked to send again, by when.
    later: BTreeSet<(Instant, Press)>,
}

#[derive(Debug)]
struct Open {
    intended_at: Instant,
    sent_times: u32,
    /// The reservation that is to be confirmed or given back.
    reservation: u64,
}

impl Presses {
    /// A click that was meant to be made at `intended_at`.
    pub(super) fn click(&mut self, number: u32, intended_at: Instant) {
        self.open.insert(Press::Click(number), Open { intended_at, sent_times: 0, reservation: 0 });
    }

    /// A press about a reservation.
    pub(super) fn settle(&mut self, press: Press, reservation: u64) {
        self.open.insert(press, Open { intended_at: Instant::now(), sent_times: 0, reservation });
    }

    /// The message for a press that is open, counted as one more attempt.
    pub(super) fn message(&mut self, press: Press) -> Option<client_message::Kind> {
        let open = self.open.get_mut(&press)?;
        let attempt = (open.sent_times > 0).then_some(open.sent_times);
        open.sent_times += 1;
        let (key, reservation) = (press.key(), open.reservation);
        Some(match press {
            Press::Click(_) => client_message::Kind::Reserve(Reserve {
                key,
                attempt,
                drop: DROP.to_owned(),
                sku: SKU.to_owned(),
                quantity: 1,
                with: Vec::new(),
            }),
            Press::Confirm(_) | Press::Take(_) => client_message::Kind::Confirm(Confirm { key, attempt, reservation }),
            Press::Release(_) | Press::Decline(_) => {
                client_message::Kind::Release(Release { key, attempt, reservation })
            }
        })
    }

    /// Sends a press again at `at`, if it is still open then.
    pub(super) fn postpone(&mut self, press: Press, at: Instant) {
        self.later.insert((at, press));
    }

    /// When the first postponed press comes due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.later.first().map(|(at, _)| *at)
    }

    /// Takes the postponed presses that are due.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<Press> {
        let mut due = Vec::new();
        while let Some(&(at, press)) = self.later.first().filter(|(at, _)| *at <= now) {
            self.later.remove(&(at, press));
            due.push(press);
        }
        due
    }

    /// Everything that is open, to be sent on a new connection; nothing stays postponed.
    pub(super) fn take_all(&mut self) -> Vec<Press> {
        self.later.clear();
        self.open.keys().copied().collect()
    }

    /// The press is answered; when it was meant to be made, if it was open.
    pub(super) fn answered(&mut self, press: Press) -> Option<Instant> {
        self.open.remove(&press).map(|open| open.intended_at)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn attempt(presses: &mut Presses, press: Press) -> Option<u32> {
        match presses.message(press) {
            Some(client_message::Kind::Reserve(reserve)) => reserve.attempt,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_press_says_how_often_it_was_sent_before() {
        let (mut presses, now) = (Presses::default(), Instant::now());
        presses.click(7, now);
        assert_eq!(attempt(&mut presses, Press::Click(7)), None);
        presses.postpone(Press::Click(7), now + Duration::from_millis(5));
        assert_eq!(presses.take_due(now), []);
        assert_eq!(presses.take_due(now + Duration::from_millis(5)), [Press::Click(7)]);
        assert_eq!(attempt(&mut presses, Press::Click(7)), Some(1));
        assert_eq!(presses.take_all(), [Press::Click(7)]);
        assert_eq!(attempt(&mut presses, Press::Click(7)), Some(2));
        assert_eq!((presses.answered(Press::Click(7)), presses.answered(Press::Click(7))), (Some(now), None));
        assert!(presses.message(Press::Click(7)).is_none());
    }

    #[test]
    fn a_key_names_its_press() {
        for press in [
            Press::Click(0),
            Press::Click(u32::MAX),
            Press::Confirm(12),
            Press::Release(3),
            Press::Take(u64::MAX),
            Press::Decline(1),
        ] {
            assert_eq!(Press::of(&press.key()), Some(press));
        }
        for key in ["", "click", "click-x", "order-1"] {
            assert_eq!(Press::of(key), None);
        }
    }
}
