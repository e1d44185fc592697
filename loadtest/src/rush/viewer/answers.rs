//! What a viewer is answered, and what it presses next.

use dropcast_proto::v1::{Answer, Refusal, RefusalCode, Reservation, ReservationState, answer_outcome};
use tokio::time::Instant;

use super::Viewer;
use crate::{
    backoff,
    rush::{choices::Choice, findings::Acknowledged, own::News, presses::Press},
};

impl Viewer {
    pub(super) fn take_answer(&mut self, answer: Answer) -> Vec<Press> {
        use answer_outcome::Kind;
        let Some(press) = Press::of(&answer.key) else {
            self.complain(format!("an answer to {:?}, which was never asked", answer.key));
            return Vec::new();
        };
        let outcome = answer.outcome.and_then(|outcome| outcome.kind);
        if let Some(outcome) = &outcome {
            self.recorder.is_told(self.shared.clock(), &answer.key, outcome);
        }
        match (press, outcome) {
            (Press::Click(number), Some(Kind::Held(reservation))) => {
                return self.take_hold(number, answer.key, &reservation);
            }
            (Press::Click(_), Some(Kind::Waiter(waiter))) => {
                let news = self.findings.own.take_waiter(&waiter);
                self.count(news);
                self.click_answered(press);
            }
            (Press::Click(_), Some(Kind::Refused(refusal))) => self.take_refusal(press, &refusal),
            (Press::Confirm(_) | Press::Take(_), Some(Kind::Sold(purchase))) => {
                let sold = purchase.reservation.unwrap_or_default().reservation;
                let held = self.findings.acknowledged.iter_mut().filter(|held| held.reservation == sold);
                held.for_each(|held| held.sold = true);
                self.settled(press);
            }
            (Press::Release(_) | Press::Decline(_), Some(Kind::Released(_))) => self.settled(press),
            (_, Some(Kind::Refused(refusal))) => {
                // Whoever lets holds run out may press too late.
                if !self.shared.lines || refusal.reservation_state() != ReservationState::Expired {
                    self.complain(format!("{} was refused: {}", press.key(), refusal.detail));
                }
                self.settled(press);
            }
            (_, Some(Kind::Retry(retry))) => self.postpone(press, retry.after_ms),
            (_, Some(Kind::Pending(pending))) => self.postpone(press, pending.after_ms),
            (press, outcome) => self.complain(format!("{} was answered with {outcome:?}", press.key())),
        }
        Vec::new()
    }

    fn take_refusal(&mut self, click: Press, refusal: &Refusal) {
        if refusal.code() == RefusalCode::DrawPending && self.shared.takes_entries() {
            self.findings.own.wrong.get_or_insert("the draw was said to be closed too early".to_owned());
        }
        if self.click_answered(click) {
            *self.findings.refused.entry(refusal.code).or_default() += 1;
        }
    }

    fn take_hold(&mut self, number: u32, key: String, reservation: &Reservation) -> Vec<Press> {
        let reservation = reservation.reservation;
        let viewer = self.name.clone();
        self.findings.acknowledged.push(Acknowledged { viewer, key, reservation, sold: false });
        if !self.click_answered(Press::Click(number)) {
            return Vec::new();
        }
        self.choose(reservation, Press::Confirm(number), Press::Release(number)).into_iter().collect()
    }

    /// What to do with an offer.
    pub(super) fn choose_offer(&mut self, reservation: u64) -> Option<Press> {
        self.choose(reservation, Press::Take(reservation), Press::Decline(reservation))
    }

    fn choose(&mut self, reservation: u64, buy: Press, give_back: Press) -> Option<Press> {
        let press = match self.shared.choices.choose() {
            Choice::Buy => buy,
            Choice::GiveBack => give_back,
            Choice::Leave => return None,
        };
        self.shared.counters.settles.count();
        self.presses.settle(press, reservation);
        Some(press)
    }

    pub(super) fn count(&mut self, news: News) {
        let counters = &self.shared.counters;
        counters.told.count();
        if news.waits {
            counters.waiting.count();
        }
        if news.stands {
            counters.standing.count();
        }
    }

    /// Whether it was open until now.
    fn click_answered(&mut self, press: Press) -> bool {
        let Some(intended_at) = self.presses.answered(press) else { return false };
        let now = Instant::now();
        let waited_us = now.saturating_duration_since(intended_at).as_micros();
        self.findings.answer_us.push(u64::try_from(waited_us).unwrap_or(u64::MAX));
        self.findings.last_answer_at = Some(now);
        self.shared.counters.answered.count();
        true
    }

    fn settled(&mut self, press: Press) {
        if self.presses.answered(press).is_some() {
            self.shared.counters.settles_answered.count();
        }
    }

    fn postpone(&mut self, press: Press, after_ms: u64) {
        self.shared.counters.retries.count();
        self.presses.postpone(press, Instant::now() + backoff::asked(after_ms));
    }
}
