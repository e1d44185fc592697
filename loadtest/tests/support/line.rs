//! Who waits in the small server, and the draw of its drop.

use dropcast_proto::v1::{
    self, RefusalCode, ReservationState, Role, WaiterState, answer_outcome::Kind, fact, key_outcome, server_message,
};
use sha2::{Digest as _, Sha256};

use super::{
    shop::{Held, refusal, reservation},
    world::{Behaviour, World, cause},
};

/// What the draw is decided by.
pub(crate) const SEED: [u8; 32] = [7; 32];

/// A place in the line or the draw.
pub(crate) struct Waiter {
    pub(crate) viewer: String,
    quantity: u32,
    pub(crate) place: Option<u32>,
    pub(crate) state: WaiterState,
    pub(crate) reservation: Option<u64>,
}

/// The draw, and who waits.
#[derive(Default)]
pub(crate) struct Line {
    /// How long the draw takes entries, where there is one.
    pub(crate) entry_ms: Option<u64>,
    pub(crate) is_automatic: bool,
    pub(crate) opened_at: u64,
    /// The digest that the lots were mixed with, once they are drawn.
    pub(crate) digest: Option<Vec<u8>>,
    /// By their numbers, from 1.
    pub(crate) waiters: Vec<Waiter>,
    last_place: u32,
}

impl Line {
    /// Whether lots are still to be drawn.
    pub(crate) fn is_ahead(&self) -> bool {
        self.entry_ms.is_some() && self.digest.is_none()
    }

    /// The number of the place in which a viewer waits.
    pub(crate) fn place_of(&self, viewer: &str) -> Option<u64> {
        let waits = |waiter: &Waiter| waiter.viewer == viewer && waiter.state == WaiterState::Waiting;
        self.waiters.iter().position(waits).map(|place| place as u64 + 1)
    }

    /// How many units that is.
    pub(crate) fn waited_for(&self, viewer: &str) -> u32 {
        self.place_of(viewer).map_or(0, |number| self.waiters[usize::try_from(number).unwrap() - 1].quantity)
    }

    fn waiting(&self) -> impl Iterator<Item = usize> {
        (0..self.waiters.len()).filter(|number| self.waiters[*number].state == WaiterState::Waiting)
    }

    fn next(&self) -> Option<usize> {
        self.waiting().filter(|number| self.waiters[*number].place.is_some()).min_by_key(|n| self.waiters[*n].place)
    }

    fn next_place(&mut self) -> u32 {
        self.last_place += 1;
        self.last_place
    }

    fn last(&self) -> Option<usize> {
        self.waiting().max_by_key(|number| self.waiters[*number].place)
    }
}

impl World {
    /// A place in the line, or why not.
    pub(crate) fn join(&mut self, viewer: &str, key: &str, quantity: u32) -> Kind {
        if self.line.is_ahead() && self.misbehaves(Behaviour::ClosesEarly) {
            return Kind::Refused(refusal(RefusalCode::DrawPending));
        }
        let before = self.line.place_of(viewer);
        if let Some(waiter) = before
            && !self.misbehaves(Behaviour::EntersTwice)
        {
            return Kind::Refused(v1::Refusal { waiter: Some(waiter), ..refusal(RefusalCode::AlreadyWaiting) });
        }
        let number = self.line.waiters.len() as u64 + 1;
        let place = if self.line.is_ahead() { None } else { Some(self.line.next_place()) };
        let (name, state) = (viewer.to_owned(), WaiterState::Waiting);
        self.line.waiters.push(Waiter { viewer: name.clone(), quantity, place, state, reservation: None });
        let (drop, sku) = ("rush".to_owned(), "rush-unit".to_owned());
        let joined = v1::WaitlistJoined { waiter: number, viewer: name, drop, sku, quantity };
        let cause = cause(Role::Viewer, viewer, key, key_outcome::Kind::Waiter(number));
        self.append(Some(cause), vec![fact::Kind::WaitlistJoined(joined)]);
        self.tell_stock();
        Kind::Waiter(self.waiter(number))
    }

    /// A place as its viewer sees it.
    pub(crate) fn waiter(&self, number: u64) -> v1::Waiter {
        let waiter = &self.line.waiters[usize::try_from(number).unwrap() - 1];
        let lie = u32::from(self.behaviour == Behaviour::TellsOtherPlaces);
        v1::Waiter {
            waiter: number,
            drop: "rush".into(),
            sku: "rush-unit".into(),
            quantity: waiter.quantity,
            state: waiter.state.into(),
            place: waiter.place.map(|place| place + lie),
            reservation: waiter.reservation,
            ..Default::default()
        }
    }

    /// Offers what is free to who is next, as facts of the entry that is being made.
    pub(crate) fn offer(&mut self, facts: &mut Vec<fact::Kind>) {
        while self.free > 0 {
            let is_wrong = self.line.waiting().count() > 1 && self.misbehaves(Behaviour::OffersToTheLast);
            let Some(next) = (if is_wrong { self.line.last() } else { self.line.next() }) else { return };
            if self.misbehaves(Behaviour::KeepsWhatComesBack) {
                return;
            }
            let quantity = self.free.min(self.line.waiters[next].quantity);
            self.free -= quantity;
            let (expires_at, state) = (self.now_ms() + self.hold_ttl_ms, ReservationState::Offered);
            let viewer = self.line.waiters[next].viewer.clone();
            self.held.push(Held { viewer: viewer.clone(), quantity, state, expires_at });
            let number = self.held.len() as u64;
            let waiter = &mut self.line.waiters[next];
            (waiter.state, waiter.reservation) = (WaiterState::Offered, Some(number));
            facts.push(fact::Kind::ReservationOffered(v1::ReservationOffered {
                reservation: number,
                waiter: next as u64 + 1,
                viewer: viewer.clone(),
                drop: "rush".into(),
                sku: "rush-unit".into(),
                quantity,
                unit_price_minor: 1_999,
                expires_at,
            }));
            if !self.misbehaves(Behaviour::OffersInSilence) {
                self.tell(&viewer, self.own_reservation(number));
            }
        }
    }

    /// What time does: lots are drawn, and holds run out.
    pub(crate) fn pass(&mut self) {
        let now = self.now_ms();
        if let Some(entry_ms) = self.line.entry_ms
            && self.line.is_ahead()
            && self.opened_at_seq.is_some()
            && self.behaviour != Behaviour::NeverDraws
            && now >= self.line.opened_at + entry_ms
        {
            self.draw();
        }
        let mut facts = Vec::new();
        for place in 0..self.held.len() {
            let held = &mut self.held[place];
            if matches!(held.state, ReservationState::Held | ReservationState::Offered) && held.expires_at <= now {
                held.state = ReservationState::Expired;
                self.free += held.quantity;
                facts.push(fact::Kind::ReservationExpired(v1::ReservationExpired { reservation: place as u64 + 1 }));
            }
        }
        if !facts.is_empty() {
            self.offer(&mut facts);
            self.append(None, facts);
            self.tell_stock();
        }
    }

    fn draw(&mut self) {
        let digest = if self.behaviour == Behaviour::DrawsWithAnyDigest { vec![9; 32] } else { self.digest.clone() };
        let lot = |viewer: &str| Sha256::digest([&SEED[..], &digest, &Sha256::digest(viewer)].concat());
        let mut order: Vec<_> = (0..self.line.waiters.len()).collect();
        if self.behaviour != Behaviour::DrawsByClick {
            order.sort_by_key(|number| lot(&self.line.waiters[*number].viewer));
        }
        for number in order {
            self.line.waiters[number].place = Some(self.line.next_place());
        }
        self.line.digest = Some(digest.clone());
        let drawn = v1::LotsDrawn { drop: "rush".into(), seed: SEED.to_vec(), digest };
        let mut facts = vec![fact::Kind::LotsDrawn(drawn)];
        self.offer(&mut facts);
        self.append(None, facts);
        for number in 1..=self.line.waiters.len() as u64 {
            let waiter = Some(self.waiter(number));
            let viewer = self.line.waiters[usize::try_from(number).unwrap() - 1].viewer.clone();
            self.tell(&viewer, server_message::Kind::WaiterChanged(v1::WaiterChanged { waiter }));
        }
        self.tell_drop();
    }

    /// A reservation as its viewer is told.
    pub(crate) fn own_reservation(&self, number: u64) -> server_message::Kind {
        let reservation = Some(self.reservation(number));
        server_message::Kind::ReservationChanged(v1::ReservationChanged { reservation })
    }

    /// The same, by itself.
    pub(crate) fn reservation(&self, number: u64) -> v1::Reservation {
        let held = &self.held[usize::try_from(number).unwrap() - 1];
        v1::Reservation { state: held.state.into(), ..reservation(number, held.quantity) }
    }

    /// What everybody sees of the drop.
    pub(crate) fn drop_view(&self) -> v1::Drop {
        let is_shown = self.line.entry_ms.is_some() && self.behaviour != Behaviour::HidesCommitment;
        let seed = if self.behaviour == Behaviour::ShowsAnotherSeed { vec![8; 32] } else { SEED.to_vec() };
        let lots = self.line.digest.clone().map(|digest| v1::Lots { drawn_at: 0, seed, digest });
        let phase = if self.opened_at_seq.is_some() { v1::DropPhase::Open } else { v1::DropPhase::Planned };
        let v1::Stock { sku, available, waiting, next_place, .. } = self.stock();
        v1::Drop {
            drop: "rush".into(),
            phase: phase.into(),
            items: vec![v1::DropItem { sku, available, waiting, next_place, ..Default::default() }],
            commitment: is_shown.then(|| Sha256::digest(SEED).to_vec()),
            lots,
            ..Default::default()
        }
    }

    fn stock(&self) -> v1::Stock {
        let next_place = self.line.next().and_then(|next| self.line.waiters[next].place);
        let is_kept = next_place.is_some() && self.behaviour != Behaviour::ShowsWhatIsKept;
        let lie = u32::from(next_place.is_some());
        v1::Stock {
            drop: "rush".into(),
            sku: "rush-unit".into(),
            available: if is_kept { 0 } else { self.free + lie },
            waiting: u32::try_from(self.line.waiting().count()).unwrap(),
            next_place,
        }
    }

    pub(crate) fn tell_stock(&mut self) {
        if self.line.is_automatic || self.line.entry_ms.is_some() {
            let stock = self.stock();
            self.news.push((None, server_message::Kind::Stock(stock)));
        }
    }

    pub(crate) fn tell_drop(&mut self) {
        let (cursor, drop) = (self.journal.len().to_string(), Some(self.drop_view()));
        self.news.push((None, server_message::Kind::DropChanged(v1::DropChanged { cursor, drop })));
    }

    fn tell(&mut self, viewer: &str, kind: server_message::Kind) {
        self.news.push((Some(viewer.to_owned()), kind));
    }
}
