//! Units, as the list tells where they are.

use dropcast_domain::{
    ids::{DropId, PrincipalId, Sku},
    show::{DropPlan, ReservationState, ShowPlan},
};

use super::history::{Effect, Held, Naive};

impl Naive {
    /// Units that the show was given, and how many of them were sold elsewhere.
    pub(crate) fn given(&self, sku: &Sku) -> (u32, u32) {
        let (mut planned, mut added, mut elsewhere) = (0, 0, 0);
        for (_, effect) in &self.happened {
            match effect {
                Effect::Planned(plan) => {
                    let listed = units_of(plan, sku);
                    planned = listed.unwrap_or(0);
                    (added, elsewhere) = if listed.is_some() { (added, elsewhere) } else { (0, 0) };
                }
                Effect::Added(of, units) if of == sku => added += units,
                Effect::SoldElsewhere(of, units) if of == sku => elsewhere += units,
                _ => {}
            }
        }
        (planned + added, elsewhere)
    }

    /// Units that were sold elsewhere and were not free.
    pub(crate) fn missing_of(&self, sku: &Sku) -> u32 {
        let mut missing = 0;
        for (_, effect) in &self.happened {
            match effect {
                Effect::Planned(plan) if units_of(plan, sku).is_none() => missing = 0,
                Effect::Missing(of, units) if of == sku => missing += units,
                _ => {}
            }
        }
        missing
    }

    /// Units that the show has, free or not.
    pub(crate) fn allotment(&self, sku: &Sku) -> u32 {
        let (given, elsewhere) = self.given(sku);
        given - elsewhere
    }

    /// The most that the drop may sell.
    pub(crate) fn cap(&self, id: &DropId, sku: &Sku) -> Option<u32> {
        let mut raised = 0;
        let mut before: Option<DropPlan> = None;
        for (_, effect) in &self.happened {
            match effect {
                Effect::Planned(plan) => {
                    let anew = before.as_ref().is_none_or(|before| loses_a_sku(before, plan));
                    before = plan.drops.iter().find(|drop| drop.drop == *id).cloned();
                    if anew || !before.as_ref().is_some_and(|drop| drop.items.iter().any(|item| item.sku == *sku)) {
                        raised = 0;
                    }
                }
                Effect::Raised(drop, of, units) if drop == id && of == sku => raised += units,
                _ => {}
            }
        }
        let item = before?.items.into_iter().find(|item| item.sku == *sku)?;
        item.cap.map(|cap| cap + raised)
    }

    /// Units in that state, of the reservations and their SKUs that `of` picks.
    pub(crate) fn units(&self, state: ReservationState, of: impl Fn(&Held, &Sku) -> bool) -> u32 {
        self.units_if(|other| other == state, of)
    }

    /// Units held, offered and sold, of the reservations and their SKUs that `of` picks.
    pub(crate) fn taken(&self, of: impl Fn(&Held, &Sku) -> bool) -> u32 {
        let counts =
            |state| matches!(state, ReservationState::Held | ReservationState::Offered | ReservationState::Sold);
        self.units_if(counts, of)
    }

    fn units_if(&self, is: impl Fn(ReservationState) -> bool, of: impl Fn(&Held, &Sku) -> bool) -> u32 {
        let mut units = 0;
        for (_, effect) in &self.happened {
            let Effect::Held(held) = effect else { continue };
            let picked = held.lines.iter().filter(|line| of(held, &line.sku)).map(|line| line.quantity).sum::<u32>();
            if picked > 0 && is(self.state(held.id)) {
                units += picked;
            }
        }
        units
    }

    pub(crate) fn free(&self, sku: &Sku) -> u32 {
        self.allotment(sku) - self.taken(|_, of| of == sku)
    }

    /// The most that the drop may sell of all its SKUs.
    pub(crate) fn shared_cap(&self, drop: &DropId) -> Option<u32> {
        let told = self.drop(drop).unwrap();
        told.plan.shared_cap.map(|cap| cap + told.raised_in_all)
    }

    /// What the shared cap has left.
    pub(crate) fn shared_left(&self, drop: &DropId) -> u32 {
        let taken = || self.taken(|held, _| held.drop == *drop);
        self.shared_cap(drop).map_or(u32::MAX, |cap| cap - taken())
    }

    /// Units that the drop could still sell, whoever gets them.
    pub(crate) fn left(&self, drop: &DropId, sku: &Sku) -> u32 {
        let cap = self.cap(drop, sku).unwrap_or(u32::MAX);
        let left = cap - self.taken(|held, of| held.drop == *drop && of == sku);
        left.min(self.free(sku)).min(self.shared_left(drop))
    }

    /// Units that the drop could hold, were it open: none while somebody waits for them.
    pub(crate) fn available(&self, drop: &DropId, sku: &Sku) -> u32 {
        if self.waiting(drop, sku) > 0 { 0 } else { self.left(drop, sku) }
    }

    pub(crate) fn hold_ttl_ms(&self, drop: &DropPlan) -> u64 {
        drop.hold_ttl_ms.unwrap_or(self.plan().unwrap().settings.hold_ttl_ms)
    }

    pub(crate) fn price(&self, drop: &DropPlan, sku: &Sku) -> u64 {
        let own = drop.items.iter().find(|item| item.sku == *sku).unwrap().price_minor;
        let variants = self.plan().unwrap().products.iter().flat_map(|product| &product.variants);
        own.unwrap_or_else(|| variants.into_iter().find(|variant| variant.sku == *sku).unwrap().list_price_minor)
    }

    /// Units that the viewer holds, was offered, bought or waits for in the drops that `of` picks.
    pub(crate) fn taken_by(&self, viewer: &PrincipalId, of: impl Fn(&DropId) -> bool) -> u32 {
        self.taken(|held, _| held.viewer == *viewer && of(&held.drop)) + self.waited_for(viewer, &of)
    }
}

/// The units that a plan gives; `None` when it doesn't have the SKU.
pub(crate) fn units_of(plan: &ShowPlan, sku: &Sku) -> Option<u32> {
    let variants = plan.products.iter().flat_map(|product| &product.variants);
    variants.into_iter().find(|variant| variant.sku == *sku).map(|variant| variant.units)
}

/// Whether the drop sold something that the plan doesn't have.
pub(super) fn loses_a_sku(drop: &DropPlan, plan: &ShowPlan) -> bool {
    drop.items.iter().any(|item| units_of(plan, &item.sku).is_none())
}
