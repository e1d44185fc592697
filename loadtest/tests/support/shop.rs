//! What viewers ask of the small server.

use dropcast_proto::v1::{
    self, AnswerOutcome, Confirm, Money, Refusal, RefusalCode, Release, Reservation, ReservationState, Reserve, Retry,
    Role, answer_outcome::Kind, fact, key_outcome,
};

use super::world::{Behaviour, World, cause};

/// What was asked under a key, apart from how often it was sent before.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Asked {
    Reserve { drop: String, sku: String, quantity: u32 },
    Join { drop: String, sku: String, quantity: u32 },
    Leave(u64),
    Extend(u64),
    Confirm(u64),
    Release(u64),
}

/// A viewer's key, and what it stands for.
pub(crate) struct Bound {
    asked: Asked,
    outcome: Kind,
}

/// What a viewer holds or held.
pub(crate) struct Held {
    pub(crate) viewer: String,
    pub(crate) quantity: u32,
    pub(crate) state: ReservationState,
    pub(crate) expires_at: u64,
}

impl World {
    /// The outcome of a click; `None` when it is never to be answered.
    pub(crate) fn reserve(&mut self, viewer: &str, reserve: &Reserve) -> Option<AnswerOutcome> {
        self.clicks += 1;
        if reserve.key.starts_with("click-") {
            self.clicked.insert(reserve.key.clone());
        }
        if self.behaviour == Behaviour::Silent && self.clicks.is_multiple_of(10) {
            return None;
        }
        if self.behaviour == Behaviour::RetriesFirst && reserve.attempt.is_none() {
            return outcome(retry(5));
        }
        let Reserve { key, drop, sku, quantity, .. } = reserve.clone();
        let asked = Asked::Reserve { drop, sku, quantity };
        if let Some(before) = self.before(viewer, &key, &asked).filter(|_| self.behaviour != Behaviour::HoldsTwice) {
            return outcome(before);
        }
        let waits = self.line.is_ahead() && self.line.place_of(viewer).is_some();
        let is_told_so = |refusal: &Refusal| waits && refusal.code() == RefusalCode::LimitReached;
        let refused = self.refusal(viewer, reserve).filter(|refusal| !is_told_so(refusal));
        let is_gone = refused.as_ref().is_some_and(|refusal| refusal.code() == RefusalCode::SoldOut);
        let is_in_line = self.line.is_ahead() && self.opened_at_seq.is_some() && refused.is_none();
        if is_in_line || is_gone && self.line.is_automatic {
            let place = self.join(viewer, &key, quantity);
            if matches!(place, Kind::Waiter(_)) {
                self.bind(viewer, &key, asked, place.clone());
            }
            return outcome(place);
        }
        if let Some(refusal) = refused {
            return outcome(Kind::Refused(refusal));
        }
        let (held, is_told) = self.hold(viewer, &key, quantity);
        self.bind(viewer, &key, asked, held.clone());
        outcome(if is_told { held } else { retry(0) })
    }

    pub(crate) fn confirm(&mut self, viewer: &str, confirm: &Confirm) -> Option<AnswerOutcome> {
        let Confirm { key, reservation: number, .. } = confirm;
        self.settle(viewer, key, Asked::Confirm(*number), *number, ReservationState::Sold)
    }

    pub(crate) fn release(&mut self, viewer: &str, release: &Release) -> Option<AnswerOutcome> {
        let Release { key, reservation: number, .. } = release;
        self.settle(viewer, key, Asked::Release(*number), *number, ReservationState::Released)
    }

    /// What the key stands for already, or a refusal where it was used for something else.
    pub(crate) fn before(&self, viewer: &str, key: &str, asked: &Asked) -> Option<Kind> {
        let bound = self.keys.get(&(viewer.to_owned(), key.to_owned()))?;
        let is_same = bound.asked == *asked;
        Some(if is_same { bound.outcome.clone() } else { Kind::Refused(refusal(RefusalCode::KeyConflict)) })
    }

    pub(crate) fn bind(&mut self, viewer: &str, key: &str, asked: Asked, outcome: Kind) {
        self.keys.insert((viewer.to_owned(), key.to_owned()), Bound { asked, outcome });
    }

    fn refusal(&mut self, viewer: &str, reserve: &Reserve) -> Option<Refusal> {
        let quantity = reserve.quantity;
        if let Some(refusal) = self.unaskable(&reserve.drop, quantity).or_else(|| self.beyond_limit(viewer, quantity)) {
            return Some(refusal);
        }
        if self.free == 0 || self.misbehaves(Behaviour::RefusesFalsely) {
            return Some(refusal(RefusalCode::SoldOut));
        }
        let available = Some(self.free).filter(|free| *free < quantity)?;
        Some(Refusal { available: Some(available), ..refusal(RefusalCode::NotEnough) })
    }

    /// Why nobody can be given so many units of that drop.
    pub(crate) fn unaskable(&self, drop: &str, quantity: u32) -> Option<Refusal> {
        if drop != "rush" {
            return Some(refusal(RefusalCode::DropUnknown));
        }
        if self.opened_at_seq.is_none() {
            let drop_phase = v1::DropPhase::Planned.into();
            return Some(Refusal { drop_phase, ..refusal(RefusalCode::DropPhase) });
        }
        (!(1..=100).contains(&quantity)).then(|| refusal(RefusalCode::QuantityInvalid))
    }

    /// Why this viewer can't have so many more.
    pub(crate) fn beyond_limit(&self, viewer: &str, quantity: u32) -> Option<Refusal> {
        let of_viewer = self.held.iter().filter(|held| held.viewer == viewer);
        let counts = [ReservationState::Held, ReservationState::Offered, ReservationState::Sold];
        let taken: u32 = of_viewer.filter(|held| counts.contains(&held.state)).map(|held| held.quantity).sum();
        let remaining = self.limit.saturating_sub(taken + self.line.waited_for(viewer));
        let is_beyond = quantity > remaining && self.behaviour != Behaviour::IgnoresLimit;
        is_beyond.then(|| Refusal { limit: Some(remaining), ..refusal(RefusalCode::LimitReached) })
    }

    /// The viewer's own reservation.
    pub(crate) fn held_by(&mut self, viewer: &str, number: u64) -> Result<&mut Held, Refusal> {
        let place = usize::try_from(number).unwrap().wrapping_sub(1);
        let own = self.held.get_mut(place).filter(|held| held.viewer == viewer);
        own.ok_or_else(|| refusal(RefusalCode::ReservationUnknown))
    }

    /// What is held, and whether its viewer is to be told.
    fn hold(&mut self, viewer: &str, key: &str, quantity: u32) -> (Kind, bool) {
        self.free -= quantity;
        let (state, expires_at) = (ReservationState::Held, self.now_ms() + self.hold_ttl_ms);
        self.held.push(Held { viewer: viewer.to_owned(), quantity, state, expires_at });
        let number = self.held.len() as u64;
        let held = fact::Kind::ReservationHeld(v1::ReservationHeld {
            reservation: number,
            viewer: viewer.to_owned(),
            drop: "rush".into(),
            sku: "rush-unit".into(),
            quantity,
            unit_price_minor: 1_999,
            expires_at,
        });
        if !self.misbehaves(Behaviour::LosesHold) {
            self.append(Some(cause(Role::Viewer, viewer, key, key_outcome::Kind::Reservation(number))), vec![held]);
        }
        (Kind::Held(reservation(number, quantity)), !self.misbehaves(Behaviour::HoldsTwice))
    }

    fn settle(
        &mut self,
        viewer: &str,
        key: &str,
        asked: Asked,
        number: u64,
        state: ReservationState,
    ) -> Option<AnswerOutcome> {
        if let Some(before) = self.before(viewer, key, &asked) {
            return outcome(before);
        }
        let held = match self.held_by(viewer, number) {
            Ok(held) => held,
            Err(refusal) => return outcome(Kind::Refused(refusal)),
        };
        if !matches!(held.state, ReservationState::Held | ReservationState::Offered) {
            let reservation_state = held.state.into();
            return outcome(Kind::Refused(Refusal { reservation_state, ..refusal(RefusalCode::ReservationState) }));
        }
        held.state = state;
        let units = reservation(number, held.quantity);
        let settled = if state == ReservationState::Sold {
            self.sell(viewer, key, number);
            let order = Some(v1::Order { order: number, ..Default::default() });
            Kind::Sold(v1::Purchase { reservation: Some(units), order })
        } else {
            self.free += units.quantity;
            let cause = cause(Role::Viewer, viewer, key, key_outcome::Kind::Reservation(number));
            let released = v1::ReservationReleased { reservation: number };
            let mut facts = vec![fact::Kind::ReservationReleased(released)];
            self.offer(&mut facts);
            self.append(Some(cause), facts);
            self.tell_stock();
            Kind::Released(units)
        };
        self.bind(viewer, key, asked, settled.clone());
        outcome(settled)
    }

    /// Orders have the numbers of their reservations.
    fn sell(&mut self, viewer: &str, key: &str, number: u64) {
        if self.behaviour == Behaviour::LosesSales {
            return;
        }
        let sold = v1::ReservationSold { reservation: number };
        let placed = v1::OrderPlaced { order: number, reservation: number, total_minor: 1_999 };
        let cause = cause(Role::Viewer, viewer, key, key_outcome::Kind::Order(number));
        self.append(Some(cause), vec![fact::Kind::ReservationSold(sold), fact::Kind::OrderPlaced(placed)]);
    }
}

pub(crate) fn reservation(number: u64, quantity: u32) -> Reservation {
    let price = Some(Money { amount_minor: 1_999, currency: "EUR".into() });
    Reservation {
        reservation: number,
        drop: "rush".into(),
        sku: "rush-unit".into(),
        quantity,
        unit_price: price.clone(),
        total: price,
        ..Default::default()
    }
}

pub(crate) fn refusal(code: RefusalCode) -> Refusal {
    Refusal { code: code.into(), ..Default::default() }
}

fn retry(after_ms: u64) -> Kind {
    Kind::Retry(Retry { after_ms, ..Default::default() })
}

#[allow(clippy::unnecessary_wraps, reason = "beside the outcomes there are clicks that are never answered")]
pub(crate) fn outcome(kind: Kind) -> Option<AnswerOutcome> {
    Some(AnswerOutcome { kind: Some(kind) })
}
