//! Whether a plan can be what a show comes to.

use dropcast_domain::{
    ids::Sku,
    show::{Fact, Outcome, Request, ShowPlan},
    time::Timestamp,
};

use super::{
    history::{Effect, Naive},
    questions::Told,
    units::units_of,
};

impl Naive {
    /// Answers a plan that is within its bounds, and notes it; returns what is offered then. `None`: it must be
    /// refused.
    pub(crate) fn ask_plan(
        &mut self,
        now: Timestamp,
        request: &Request,
        wanted: &ShowPlan,
    ) -> Option<(Outcome, Vec<Fact>)> {
        let may = self.ended_at().is_none() && self.settings_may(wanted) && self.units_may(wanted);
        if !may || !self.drops_may(wanted) {
            return None;
        }
        let mut offers = Vec::new();
        if self.plan() != Some(wanted) {
            self.note(now, Effect::Planned(wanted.clone()));
            offers = self.offer(now);
            self.note_key(now, request, Outcome::Done);
        }
        Some((Outcome::Done, offers))
    }

    fn settings_may(&self, wanted: &ShowPlan) -> bool {
        let same_currency = |plan: &ShowPlan| plan.settings.currency == wanted.settings.currency;
        self.held().is_empty() || self.plan().is_none_or(same_currency)
    }

    /// Units that are held, offered, sold here or sold elsewhere must be within what the show would be given.
    fn units_may(&self, wanted: &ShowPlan) -> bool {
        let mut after = self.clone();
        after.note(Timestamp(0), Effect::Planned(wanted.clone()));
        let skus = self.plan().into_iter().flat_map(|plan| &plan.products).flat_map(|product| &product.variants);
        let enough = |sku: &Sku| {
            let (given, elsewhere) = after.given(sku);
            self.taken(|_, of| of == sku) + elsewhere <= given
        };
        skus.into_iter().all(|variant| enough(&variant.sku))
    }

    fn drops_may(&self, wanted: &ShowPlan) -> bool {
        let known = |drop: &dropcast_domain::show::DropPlan| {
            drop.items.iter().all(|item| units_of(wanted, &item.sku).is_some())
        };
        wanted.drops.iter().all(known)
            && self.drops().iter().all(|told| self.may_change(told) || stays(self, told, wanted))
    }

    /// A drop that never opened and in which nothing was ever held may change.
    fn may_change(&self, told: &Told) -> bool {
        let name = &told.plan.drop;
        let opened = |(_, effect): &(_, Effect)| matches!(effect, Effect::Opened(drop, _) if drop == name);
        !self.happened.iter().any(opened) && !self.held().iter().any(|held| held.drop == *name)
    }
}

/// A drop that was opened stays as it is, but for its title; while it runs, so do the prices that it sells at.
fn stays(naive: &Naive, told: &Told, wanted: &ShowPlan) -> bool {
    let Some(after) = wanted.drops.iter().find(|drop| drop.drop == told.plan.drop) else { return false };
    let mut untitled = after.clone();
    untitled.title = told.plan.title.clone();
    let price = |plan: &ShowPlan, sku: &Sku| {
        let variants = plan.products.iter().flat_map(|product| &product.variants);
        variants.into_iter().find(|variant| variant.sku == *sku).map(|variant| variant.list_price_minor)
    };
    let mut at_list_price = told.plan.items.iter().filter(|item| item.price_minor.is_none());
    let same_price = at_list_price.all(|item| price(naive.plan().unwrap(), &item.sku) == price(wanted, &item.sku));
    untitled == told.plan && (same_price || !told.is_running())
}
