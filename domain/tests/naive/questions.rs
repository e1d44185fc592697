//! What can be read off the list.

use dropcast_domain::{
    ids::{DropId, Key, OrderId, PrincipalId, ReservationId, Sku},
    show::{
        CloseReason, DropPhase, DropPlan, Fingerprint, OrderState, Outcome, Principal, ReservationState, Role, ShowPlan,
    },
    time::Timestamp,
};

use super::history::{Effect, Held, Naive};

/// A drop, as the list tells it.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) plan: DropPlan,
    pub(crate) phase: DropPhase,
    pub(crate) opens_at: Option<Timestamp>,
    pub(crate) opened_at: Option<Timestamp>,
    pub(crate) closes_at: Option<Timestamp>,
    pub(crate) closed: Option<(Timestamp, CloseReason)>,
}

impl Told {
    pub(crate) fn is_planned(&self) -> bool {
        self.phase == DropPhase::Planned
    }

    pub(crate) fn is_running(&self) -> bool {
        self.phase == DropPhase::Open || self.phase == DropPhase::Paused
    }
}

impl Naive {
    /// The last plan.
    pub(crate) fn plan(&self) -> Option<&ShowPlan> {
        self.plans().last().map(|(_, plan)| plan)
    }

    pub(crate) fn started_at(&self) -> Option<Timestamp> {
        self.happened.iter().find(|(_, effect)| matches!(effect, Effect::Started)).map(|(at, _)| *at)
    }

    pub(crate) fn ended_at(&self) -> Option<Timestamp> {
        self.happened.iter().find(|(_, effect)| matches!(effect, Effect::Ended)).map(|(at, _)| *at)
    }

    pub(crate) fn is_live(&self) -> bool {
        self.started_at().is_some() && self.ended_at().is_none()
    }

    /// The drops of the last plan, in its order.
    pub(crate) fn drops(&self) -> Vec<Told> {
        let drops = self.plan().map(|plan| plan.drops.clone()).unwrap_or_default();
        drops.into_iter().map(|plan| self.drop(&plan.drop).unwrap()).collect()
    }

    /// A drop of the last plan.
    pub(crate) fn drop(&self, id: &DropId) -> Option<Told> {
        let mut told: Option<Told> = None;
        for (at, effect) in &self.happened {
            match effect {
                Effect::Planned(plan) => told = replanned(told, plan, id, *at),
                Effect::Started => {
                    if let Some(told) = told.as_mut().filter(|told| told.is_planned()) {
                        told.opens_at = told.opens_at.map(|opens_at| opens_at.max(*at));
                    }
                }
                Effect::Scheduled(drop, opens_at) if drop == id => told.as_mut()?.opens_at = *opens_at,
                Effect::Opened(drop, closes_at) if drop == id => {
                    let told = told.as_mut()?;
                    told.phase = DropPhase::Open;
                    told.opened_at = Some(*at);
                    told.closes_at = *closes_at;
                }
                Effect::Paused(drop) if drop == id => told.as_mut()?.phase = DropPhase::Paused,
                Effect::Resumed(drop) if drop == id => told.as_mut()?.phase = DropPhase::Open,
                Effect::Extended(drop, closes_at) if drop == id => told.as_mut()?.closes_at = Some(*closes_at),
                Effect::Closed(drop, reason) if drop == id => {
                    let told = told.as_mut()?;
                    told.phase = DropPhase::Closed;
                    told.closed = Some((*at, *reason));
                }
                _ => {}
            }
        }
        told
    }

    /// Units that the show was given.
    pub(crate) fn given(&self, sku: &Sku) -> u32 {
        let (mut planned, mut added) = (0, 0);
        for (_, effect) in &self.happened {
            match effect {
                Effect::Planned(plan) => {
                    let listed = units_of(plan, sku);
                    planned = listed.unwrap_or(0);
                    added = if listed.is_some() { added } else { 0 };
                }
                Effect::Added(of, units) if of == sku => added += units,
                _ => {}
            }
        }
        planned + added
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

    /// Every reservation that there ever was.
    pub(crate) fn held(&self) -> Vec<Held> {
        let held = self.happened.iter().filter_map(|(_, effect)| match effect {
            Effect::Held(held) => Some(held.clone()),
            _ => None,
        });
        held.collect()
    }

    pub(crate) fn state(&self, id: ReservationId) -> ReservationState {
        for (_, effect) in &self.happened {
            match effect {
                Effect::Sold(of) if *of == id => return ReservationState::Sold,
                Effect::Released(of) if *of == id => return ReservationState::Released,
                Effect::Expired(of) if *of == id => return ReservationState::Expired,
                _ => {}
            }
        }
        ReservationState::Held
    }

    /// When it runs out, or would have: later by every outage while it was held.
    pub(crate) fn deadline(&self, held: &Held) -> Timestamp {
        let mut deadline = None;
        for (_, effect) in &self.happened {
            match effect {
                Effect::Held(of) if of.id == held.id => deadline = Some(held.expires_at),
                Effect::AllHeldLonger(by_ms) => deadline = deadline.map(|at| at.after_ms(*by_ms)),
                Effect::Sold(of) | Effect::Released(of) | Effect::Expired(of) if *of == held.id => break,
                _ => {}
            }
        }
        deadline.unwrap()
    }

    pub(crate) fn is_held(&self, id: ReservationId) -> bool {
        self.state(id) == ReservationState::Held
    }

    /// Units in that state, of the reservations that `of` picks.
    pub(crate) fn units(&self, state: ReservationState, of: impl Fn(&Held) -> bool) -> u32 {
        self.held().iter().filter(|held| of(held) && self.state(held.id) == state).map(|held| held.quantity).sum()
    }

    /// Units held and sold, of the reservations that `of` picks.
    pub(crate) fn taken(&self, of: impl Fn(&Held) -> bool) -> u32 {
        self.units(ReservationState::Held, &of) + self.units(ReservationState::Sold, &of)
    }

    pub(crate) fn free(&self, sku: &Sku) -> u32 {
        self.given(sku) - self.taken(|held| held.sku == *sku)
    }

    /// Units that the drop could hold, were it open.
    pub(crate) fn available(&self, drop: &DropId, sku: &Sku) -> u32 {
        let cap = self.cap(drop, sku).unwrap_or(u32::MAX);
        (cap - self.taken(|held| held.drop == *drop && held.sku == *sku)).min(self.free(sku))
    }

    pub(crate) fn price(&self, drop: &DropPlan, sku: &Sku) -> u64 {
        let own = drop.items.iter().find(|item| item.sku == *sku).unwrap().price_minor;
        let variants = self.plan().unwrap().products.iter().flat_map(|product| &product.variants);
        own.unwrap_or_else(|| variants.into_iter().find(|variant| variant.sku == *sku).unwrap().list_price_minor)
    }

    /// Every order: its reservation, what it comes to, and whether it is paid.
    pub(crate) fn orders(&self) -> Vec<(OrderId, ReservationId, u64, OrderState)> {
        let paid = |id| self.happened.iter().any(|(_, effect)| matches!(effect, Effect::Paid(of, _) if *of == id));
        let orders = self.happened.iter().filter_map(|(_, effect)| match effect {
            Effect::Ordered(id, reservation, total) => {
                Some((*id, *reservation, *total, if paid(*id) { OrderState::Paid } else { OrderState::Placed }))
            }
            _ => None,
        });
        orders.collect()
    }

    pub(crate) fn bound(&self, principal: &Principal, key: &Key) -> Option<(Fingerprint, Outcome)> {
        self.happened.iter().find_map(|(_, effect)| match effect {
            Effect::Bound(who, which, fingerprint, outcome) if who == principal && which == key => {
                Some((*fingerprint, *outcome))
            }
            Effect::Kept(kept) if principal.role == Role::Viewer && kept.viewer == principal.id => {
                super::promises::bound_by(kept, key)
            }
            _ => None,
        })
    }

    pub(crate) fn taken_by(&self, drop: &DropId, viewer: &PrincipalId) -> u32 {
        self.taken(|held| held.drop == *drop && held.viewer == *viewer)
    }

    fn plans(&self) -> impl Iterator<Item = (Timestamp, &ShowPlan)> {
        self.happened.iter().filter_map(|(at, effect)| match effect {
            Effect::Planned(plan) => Some((*at, plan)),
            _ => None,
        })
    }
}

/// The units that a plan gives; `None` when it doesn't have the SKU.
pub(crate) fn units_of(plan: &ShowPlan, sku: &Sku) -> Option<u32> {
    let variants = plan.products.iter().flat_map(|product| &product.variants);
    variants.into_iter().find(|variant| variant.sku == *sku).map(|variant| variant.units)
}

/// Whether the drop sold something that the plan doesn't have.
fn loses_a_sku(drop: &DropPlan, plan: &ShowPlan) -> bool {
    drop.items.iter().any(|item| units_of(plan, &item.sku).is_none())
}

fn replanned(before: Option<Told>, plan: &ShowPlan, id: &DropId, at: Timestamp) -> Option<Told> {
    let wanted = plan.drops.iter().find(|drop| drop.drop == *id)?.clone();
    let opens_at = wanted.opens_at.map(|opens_at| opens_at.max(at));
    let Some(before) = before.filter(|before| !loses_a_sku(&before.plan, plan)) else {
        let phase = DropPhase::Planned;
        return Some(Told { plan: wanted, phase, opens_at, opened_at: None, closes_at: None, closed: None });
    };
    let opens_at = if before.plan.opens_at == wanted.opens_at { before.opens_at } else { opens_at };
    Some(Told { plan: wanted, opens_at, ..before })
}
