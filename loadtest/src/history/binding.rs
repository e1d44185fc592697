//! What keys stand for.

use dropcast_proto::v1::{Cause, Fact, PromiseKept, Role, UsedKey, fact::Kind, key_outcome};

use super::{
    call::{Asked, Owner},
    states::{Bound, States},
};

impl States {
    /// Takes in who asked, and what the key stands for from now on.
    pub(super) fn bind_cause(&mut self, seq: u64, cause: &Cause, facts: &[Fact]) -> Result<(), String> {
        let Some(binding) = &cause.binding else { return Ok(()) };
        let (mut reservation, mut order, mut waiter) = (None, None, None);
        match binding.outcome.as_ref().and_then(|outcome| outcome.kind.as_ref()) {
            Some(key_outcome::Kind::Reservation(number)) => reservation = Some(*number),
            Some(key_outcome::Kind::Order(number)) => order = Some(*number),
            Some(key_outcome::Kind::Waiter(number)) => waiter = Some(*number),
            Some(key_outcome::Kind::Done(_)) => {}
            None => return Err("a key that stands for nothing that is known here".to_owned()),
        }
        let asked = asked(facts);
        if let Asked::Confirm { reservation: sold } = asked {
            reservation = Some(sold);
        }
        let owner =
            Owner { role: cause.role(), name: cause.principal.as_str().into(), key: binding.key.as_str().into() };
        self.bind(owner, Bound { seq, asked: Some(asked), reservation, order, waiter })
    }

    fn bind(&mut self, owner: Owner, bound: Bound) -> Result<(), String> {
        let seq = bound.seq;
        if let Some(before) = self.bound.get(&owner).filter(|before| before.seq != seq) {
            return Err(format!("{owner} was accepted before, by entry {}", before.seq));
        }
        self.bound.insert(owner, bound);
        Ok(())
    }

    /// The keys are bound as if the viewer had asked here.
    pub(super) fn keep_promise(&mut self, seq: u64, kept: &PromiseKept) {
        self.promises.insert((kept.viewer.as_str().into(), kept.lost));
        let owner = |used: &UsedKey| Owner {
            role: Role::Viewer,
            name: kept.viewer.as_str().into(),
            key: used.key.as_str().into(),
        };
        let bound = |order| Bound { seq, asked: None, reservation: Some(kept.reservation), order, waiter: None };
        if let Some(used) = &kept.reserve {
            self.bound.insert(owner(used), bound(None));
        }
        if let Some(sale) = &kept.sale
            && let Some(used) = &sale.confirm
        {
            self.bound.insert(owner(used), bound(Some(sale.order)));
        }
    }
}

/// What must have been asked for these facts to come of it. What else came of them, such as offers, comes after it.
fn asked(facts: &[Fact]) -> Asked {
    let mut kinds = facts.iter().filter_map(|fact| fact.kind.as_ref());
    match kinds.next() {
        Some(Kind::ReservationHeld(held)) => {
            let more = kinds.filter_map(|kind| match kind {
                Kind::BundleLineHeld(line) => Some((line.sku.as_str().into(), line.quantity)),
                _ => None,
            });
            let first = (held.sku.as_str().into(), held.quantity);
            Asked::Reserve { drop: held.drop.as_str().into(), lines: std::iter::once(first).chain(more).collect() }
        }
        Some(Kind::WaitlistJoined(joined)) => {
            Asked::Join { drop: joined.drop.as_str().into(), line: (joined.sku.as_str().into(), joined.quantity) }
        }
        Some(Kind::WaitlistLeft(left)) => Asked::Leave { waiter: left.waiter },
        Some(Kind::HoldExtended(extended)) => Asked::Extend { reservation: extended.reservation },
        Some(Kind::ReservationSold(sold)) => Asked::Confirm { reservation: sold.reservation },
        Some(Kind::ReservationReleased(released)) => Asked::Release { reservation: released.reservation },
        _ => Asked::Run,
    }
}
