//! What can be read off the list.

use dropcast_domain::{
    ids::{DropId, Key, OrderId, ReservationId, Sku},
    show::{
        CloseReason, Digest, DropPhase, DropPlan, Fairness, Fingerprint, OrderState, Outcome, Principal,
        ReservationState, Role, ShowPlan,
    },
    time::Timestamp,
};

use super::{
    history::{Effect, Held, Naive},
    units::loses_a_sku,
};

/// A drop, as the list tells it.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) plan: DropPlan,
    pub(crate) phase: DropPhase,
    pub(crate) opens_at: Option<Timestamp>,
    pub(crate) opened_at: Option<Timestamp>,
    pub(crate) closes_at: Option<Timestamp>,
    pub(crate) closed: Option<(Timestamp, CloseReason)>,
    pub(crate) raised_in_all: u32,
    pub(crate) commitment: Option<Digest>,
    /// Since when its lots are drawn, with which seed and digest.
    pub(crate) drawn: Option<(Timestamp, Digest, Digest)>,
}

impl Told {
    pub(crate) fn is_planned(&self) -> bool {
        self.phase == DropPhase::Planned
    }

    pub(crate) fn is_running(&self) -> bool {
        self.phase == DropPhase::Open || self.phase == DropPhase::Paused
    }

    /// Whether its draw, if it has one, is bound to a seed, and it never opened.
    pub(crate) fn may_open(&self) -> bool {
        self.is_planned() && (self.plan.fairness == Fairness::FirstCome || self.commitment.is_some())
    }

    /// Whether no lots are to be drawn any more.
    pub(crate) fn is_drawn(&self) -> bool {
        self.plan.fairness == Fairness::FirstCome || self.drawn.is_some()
    }

    pub(crate) fn sells(&self, sku: &Sku) -> bool {
        self.plan.items.iter().any(|item| item.sku == *sku)
    }

    /// Until when its draw takes entries, while its lots are not drawn.
    pub(crate) fn undrawn_until(&self) -> Option<Timestamp> {
        match self.plan.fairness {
            Fairness::Draw { entry_ms } if self.drawn.is_none() => Some(Timestamp(self.opened_at?.0 + entry_ms)),
            _ => None,
        }
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
        let mut is_live = false;
        for (at, effect) in &self.happened {
            match effect {
                Effect::Planned(plan) => told = replanned(told, plan, id, *at),
                Effect::Ended => is_live = false,
                Effect::Started => {
                    is_live = true;
                    if let Some(told) = told.as_mut().filter(|told| told.is_planned()) {
                        told.opens_at = told.opens_at.map(|opens_at| opens_at.max(*at));
                    }
                }
                Effect::Scheduled(drop, opens_at) if drop == id => told.as_mut()?.opens_at = *opens_at,
                Effect::RaisedInAll(drop, units) if drop == id => told.as_mut()?.raised_in_all += units,
                Effect::Committed(drop, commitment) if drop == id => {
                    let told = told.as_mut()?;
                    told.commitment = Some(*commitment);
                    told.opens_at = told.opens_at.map(|opens_at| if is_live { opens_at.max(*at) } else { opens_at });
                }
                Effect::Drawn(drop, seed, digest) if drop == id => told.as_mut()?.drawn = Some((*at, *seed, *digest)),
                Effect::Opened(drop, closes_at) if drop == id => {
                    let told = told.as_mut()?;
                    told.phase = DropPhase::Open;
                    told.opened_at = Some(*at);
                    told.closes_at = *closes_at;
                }
                Effect::Paused(drop) if drop == id => told.as_mut()?.phase = DropPhase::Paused,
                Effect::Resumed(drop) if drop == id => told.as_mut()?.phase = DropPhase::Open,
                Effect::Extended(drop, closes_at) if drop == id => told.as_mut()?.closes_at = Some(*closes_at),
                Effect::Undone(drop) if drop == id => {
                    let told = told.as_mut()?;
                    told.phase = DropPhase::Planned;
                    (told.opens_at, told.opened_at, told.closes_at) = (None, None, None);
                }
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

    /// Every reservation that there ever was.
    pub(crate) fn held(&self) -> Vec<Held> {
        let held = self.happened.iter().filter_map(|(_, effect)| match effect {
            Effect::Held(held) => Some(held.clone()),
            _ => None,
        });
        held.collect()
    }

    pub(crate) fn state(&self, id: ReservationId) -> ReservationState {
        let mut state = ReservationState::Held;
        for (_, effect) in &self.happened {
            match effect {
                Effect::Held(held) if held.id == id && held.waited.is_some() => state = ReservationState::Offered,
                Effect::Sold(of) if *of == id => return ReservationState::Sold,
                Effect::Released(of) if *of == id => return ReservationState::Released,
                Effect::Expired(of) if *of == id => return ReservationState::Expired,
                Effect::Revoked(of) if *of == id => return ReservationState::Revoked,
                _ => {}
            }
        }
        state
    }

    /// When it runs out, or would have: later where its viewer paid, and by every outage while it was kept.
    pub(crate) fn deadline(&self, held: &Held) -> Timestamp {
        let mut deadline = None;
        for (_, effect) in &self.happened {
            match effect {
                Effect::Held(of) if of.id == held.id => deadline = Some(held.expires_at),
                Effect::HeldLonger(of, expires_at) if *of == held.id => deadline = Some(*expires_at),
                Effect::AllHeldLonger(by_ms) => deadline = deadline.map(|at| at.after_ms(*by_ms)),
                Effect::Sold(of) | Effect::Released(of) | Effect::Expired(of) | Effect::Revoked(of)
                    if *of == held.id =>
                {
                    break;
                }
                _ => {}
            }
        }
        deadline.unwrap()
    }

    pub(crate) fn was_extended(&self, id: ReservationId) -> bool {
        self.happened.iter().any(|(_, effect)| matches!(effect, Effect::HeldLonger(of, _) if *of == id))
    }

    /// Held or offered.
    pub(crate) fn is_kept(&self, id: ReservationId) -> bool {
        matches!(self.state(id), ReservationState::Held | ReservationState::Offered)
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

    fn plans(&self) -> impl Iterator<Item = (Timestamp, &ShowPlan)> {
        self.happened.iter().filter_map(|(at, effect)| match effect {
            Effect::Planned(plan) => Some((*at, plan)),
            _ => None,
        })
    }
}

fn replanned(before: Option<Told>, plan: &ShowPlan, id: &DropId, at: Timestamp) -> Option<Told> {
    let wanted = plan.drops.iter().find(|drop| drop.drop == *id)?.clone();
    let opens_at = wanted.opens_at.map(|opens_at| opens_at.max(at));
    let Some(before) = before.filter(|before| !loses_a_sku(&before.plan, plan)) else {
        let phase = DropPhase::Planned;
        return Some(Told {
            plan: wanted,
            phase,
            opens_at,
            opened_at: None,
            closes_at: None,
            closed: None,
            raised_in_all: 0,
            commitment: None,
            drawn: None,
        });
    };
    let opens_at = if before.plan.opens_at == wanted.opens_at { before.opens_at } else { opens_at };
    Some(Told { plan: wanted, opens_at, ..before })
}
