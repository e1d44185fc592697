//! What the rules refuse, by themselves: a second, naive reading of what `docs/protocol` promises.

use dropcast_proto::v1::{DropPhase, ReservationState, ShowPhase};

use super::{
    call::{Asked, Name, Owner, Refusal},
    states::States,
};

/// The most units that one click may ask for.
const QUANTITY_MAX: u32 = 100;

impl States {
    /// Why the rules turn this down after entry `at`; `None` where they accept it, or did before.
    pub(super) fn refusal(&self, at: u64, owner: &Owner, asked: &Asked) -> Option<Refusal> {
        if let Some(bound) = self.bound.get(owner).filter(|bound| bound.seq <= at) {
            return (bound.asked.as_ref() != Some(asked)).then_some(Refusal::KeyConflict);
        }
        match asked {
            Asked::Reserve { drop, sku, quantity } => self.refusal_to_hold(at, &owner.name, (drop, sku), *quantity),
            Asked::Confirm { reservation } | Asked::Release { reservation } => {
                self.refusal_to_settle(at, &owner.name, *reservation)
            }
            Asked::Run => None,
        }
    }

    /// The entries after `from` and up to `to` that may change what [`States::refusal`] says; some more than once.
    pub(super) fn turns(&self, owner: &Owner, asked: &Asked, from: u64, to: u64) -> impl Iterator<Item = u64> {
        let bound = self.bound.get(owner).map(|bound| bound.seq).filter(|seq| from < *seq && *seq <= to);
        let (drop, sku) = match asked {
            Asked::Reserve { drop, sku, .. } => (self.drops.get(drop), Some(sku)),
            Asked::Confirm { .. } | Asked::Release { .. } | Asked::Run => (None, None),
        };
        let settled = match asked {
            Asked::Confirm { reservation } | Asked::Release { reservation } => self.reservations.get(reservation),
            Asked::Reserve { .. } | Asked::Run => None,
        };
        let of_show = self.show.changes(from, to);
        let of_drop = drop.into_iter().flat_map(move |drop| {
            let taken = drop.taken.get(&owner.name).into_iter().flat_map(move |taken| taken.changes(from, to));
            let left = sku.and_then(|sku| drop.items.get(sku)).into_iter();
            let left = left.flat_map(move |item| item.left.changes(from, to));
            drop.phase.changes(from, to).chain(drop.limit.changes(from, to)).chain(taken).chain(left)
        });
        let of_sku = sku.and_then(|sku| self.free.get(sku)).into_iter().flat_map(move |free| free.changes(from, to));
        let of_reservation = settled.into_iter().flat_map(move |settled| settled.state.changes(from, to));
        bound.into_iter().chain(of_show).chain(of_drop).chain(of_sku).chain(of_reservation)
    }

    /// The first thing that stands against it, in the order in which the protocol names them.
    fn refusal_to_hold(&self, at: u64, viewer: &Name, (name, sku): (&Name, &Name), quantity: u32) -> Option<Refusal> {
        match self.show.at(at) {
            Some(ShowPhase::Live) => {}
            Some(ShowPhase::Ended) => return Some(Refusal::ShowEnded),
            _ => return Some(Refusal::ShowNotLive),
        }
        let Some(drop) = self.drops.get(name) else { return Some(Refusal::DropUnknown) };
        match drop.phase.at(at).copied().flatten() {
            Some(DropPhase::Open) => {}
            Some(phase) => return Some(Refusal::DropPhase(phase)),
            None => return Some(Refusal::DropUnknown),
        }
        let Some(available) = self.available(at, name, sku) else { return Some(Refusal::SkuUnknown) };
        if !(1..=QUANTITY_MAX).contains(&quantity) {
            return Some(Refusal::QuantityInvalid);
        }
        let quantity = i64::from(quantity);
        let taken = drop.taken.get(viewer).and_then(|taken| taken.at(at)).copied().unwrap_or_default();
        let remaining = drop.limit.at(at).copied().unwrap_or_default() - taken;
        if quantity > remaining {
            return Some(Refusal::LimitReached(Some(count(remaining))));
        }
        match count(available) {
            0 => Some(Refusal::SoldOut),
            left if i64::from(left) < quantity => Some(Refusal::NotEnough(Some(left))),
            _ => None,
        }
    }

    /// What is held can be bought and given back by its viewer, and by nobody else.
    fn refusal_to_settle(&self, at: u64, viewer: &Name, reservation: u64) -> Option<Refusal> {
        let own = self.reservations.get(&reservation).filter(|reservation| reservation.viewer == *viewer);
        match own.and_then(|own| own.state.at(at)) {
            None => Some(Refusal::ReservationUnknown),
            Some(ReservationState::Held) => None,
            Some(state) => Some(Refusal::ReservationState(*state)),
        }
    }
}

fn count(units: i64) -> u32 {
    u32::try_from(units.max(0)).unwrap_or(u32::MAX)
}
