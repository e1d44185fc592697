//! The books that facts are entered in.

use std::{collections::BTreeSet, fmt};

use dropcast_proto::v1::{self, Cause, Role, fact::Kind, key_outcome};

use super::{
    ViolationCode,
    drops::Drops,
    promises::Promises,
    sales::{Sales, State},
    stock::Stock,
    violation::Findings,
};

#[derive(Default, Debug)]
pub(super) struct Books {
    at_ms: u64,
    /// The moment of the entry before.
    before_ms: u64,
    /// Whether this entry extends holds.
    extends: bool,
    settings: Option<v1::ShowPlanned>,
    pub(super) phase: v1::ShowPhase,
    pub(super) stock: Stock,
    drops: Drops,
    pub(super) sales: Sales,
    pub(super) promises: Promises,
    /// The keys that were bound: role, principal, key.
    keys: BTreeSet<(i32, String, String)>,
}

impl Books {
    /// Begins an entry of this moment.
    pub(super) fn begin(&mut self, at_ms: u64) {
        self.before_ms = std::mem::replace(&mut self.at_ms, at_ms);
    }

    pub(super) fn fact(&mut self, fact: &Kind, findings: &mut Findings) {
        if self.settings.is_none() && !matches!(fact, Kind::ShowPlanned(_)) {
            findings.add(ViolationCode::ShowNotPlanned, "there is no show yet");
        }
        match fact {
            Kind::ShowPlanned(settings) => self.planned(settings, findings),
            Kind::ShowStarted(_) => self.moves(v1::ShowPhase::Draft, v1::ShowPhase::Live, findings),
            Kind::ShowEnded(_) => {
                self.moves(v1::ShowPhase::Live, v1::ShowPhase::Ended, findings);
                self.drops.all_over(findings);
            }
            Kind::ProductListed(product) => self.stock.list(product, findings),
            Kind::ProductUnlisted(product) => self.stock.unlist(&product.product, findings),
            Kind::UnitsAdded(fact) => self.stock.allot(&fact.sku, i64::from(fact.units), findings),
            Kind::UnitsWithdrawn(fact) => self.stock.allot(&fact.sku, -i64::from(fact.units), findings),
            Kind::DropPlanned(plan) => self.drops.plan(plan, findings),
            Kind::DropUnplanned(fact) => self.drops.unplan(&fact.drop, findings),
            Kind::DropScheduled(fact) => self.drops.schedule(&fact.drop, findings),
            Kind::DropOpened(fact) => {
                self.expect_live(format_args!("drop {} opens", fact.drop), findings);
                self.drops.open(fact, findings);
            }
            Kind::DropPaused(fact) => self.drops.pause(&fact.drop, findings),
            Kind::DropResumed(fact) => self.drops.resume(&fact.drop, findings),
            Kind::DropExtended(fact) => self.drops.extend(fact, findings),
            Kind::CapRaised(fact) => self.drops.raise_cap(fact, findings),
            Kind::UnitsSoldElsewhere(_)
            | Kind::ShortfallRecorded(_)
            | Kind::SharedCapRaised(_)
            | Kind::BundleLineHeld(_)
            | Kind::ReservationOffered(_)
            | Kind::HoldExtended(_)
            | Kind::ReservationRevoked(_)
            | Kind::WaitlistJoined(_)
            | Kind::WaitlistLeft(_)
            | Kind::DrawCommitted(_)
            | Kind::LotsDrawn(_) => {}
            Kind::DropClosed(fact) => self.drops.close(fact, self.at_ms, findings),
            Kind::ReservationHeld(held) => self.hold(held, findings),
            Kind::ReservationSold(fact) => self.end_hold(fact.reservation, State::Sold, findings),
            Kind::ReservationReleased(fact) => self.end_hold(fact.reservation, State::Released, findings),
            Kind::ReservationExpired(fact) => self.end_hold(fact.reservation, State::Expired, findings),
            Kind::HoldsExtended(fact) => self.extend_holds(fact.by_ms, findings),
            Kind::OrderPlaced(order) => self.sales.place_order(order, findings),
            Kind::OrderPaid(order) => self.sales.pay_order(order.order, findings),
            Kind::PromiseKept(kept) => {
                for key in self.promises.keep(kept, &self.sales, findings) {
                    self.bind(Role::Viewer.into(), &kept.viewer, &key, findings);
                }
            }
            Kind::PromiseBroken(broken) => {
                let key = (Role::Viewer.into(), broken.viewer.clone(), broken.key.clone());
                self.promises.break_one(broken, self.keys.contains(&key), findings);
            }
        }
    }

    /// Ends an entry: what must be whole by then is checked, and its key is bound.
    pub(super) fn end(&mut self, cause: Option<&Cause>, findings: &mut Findings) {
        self.sales.expect_orders(findings);
        let by_system = cause.is_some_and(|cause| cause.role == i32::from(Role::System));
        self.promises.end_entry(by_system, &self.sales, findings);
        if std::mem::take(&mut self.extends) && !by_system {
            findings.add(ViolationCode::ExtensionCause, "only the system extends holds");
        }
        let Some((cause, binding)) = cause.and_then(|cause| Some((cause, cause.binding.as_ref()?))) else { return };
        let outcome = binding.outcome.and_then(|outcome| outcome.kind);
        let exists = match &outcome {
            Some(key_outcome::Kind::Done(_)) => true,
            Some(key_outcome::Kind::Reservation(number)) => self.sales.has_reservation(*number),
            Some(key_outcome::Kind::Waiter(_)) => true,
            Some(key_outcome::Kind::Order(number)) => self.sales.has_order(*number),
            None => false,
        };
        if !exists {
            findings.add(ViolationCode::KeyOutcome, format_args!("key {} stands for {outcome:?}", binding.key));
        }
        self.bind(cause.role, &cause.principal, &binding.key, findings);
    }

    fn bind(&mut self, role: i32, principal: &str, key: &str, findings: &mut Findings) {
        if !self.keys.insert((role, principal.to_owned(), key.to_owned())) {
            let role = Role::try_from(role).unwrap_or_default().as_str_name();
            let detail = format_args!("key {key} of {role} {principal} was bound before");
            findings.add(ViolationCode::KeyBoundTwice, detail);
        }
    }

    /// The currency of every amount; empty while nothing is planned.
    pub(super) fn currency(&self) -> &str {
        self.settings.as_ref().map_or("", |settings| &settings.currency)
    }

    fn planned(&mut self, settings: &v1::ShowPlanned, findings: &mut Findings) {
        match &self.settings {
            None => self.phase = v1::ShowPhase::Draft,
            Some(before) if before.brand != settings.brand => {
                let detail = format_args!("the show went from brand {} to {}", before.brand, settings.brand);
                findings.add(ViolationCode::SettingsChanged, detail);
            }
            Some(before) if before.currency != settings.currency && self.sales.anything_held() => {
                let detail = format_args!("the currency went from {} to {}", before.currency, settings.currency);
                findings.add(ViolationCode::SettingsChanged, detail);
            }
            Some(_) => {}
        }
        self.settings = Some(settings.clone());
    }

    fn moves(&mut self, from: v1::ShowPhase, to: v1::ShowPhase, findings: &mut Findings) {
        if self.phase != from {
            let detail = format_args!("the show went from {:?} to {to:?}", self.phase);
            findings.add(ViolationCode::ShowPhase, detail);
        }
        self.phase = to;
    }

    fn expect_live(&self, what: fmt::Arguments<'_>, findings: &mut Findings) {
        if self.phase != v1::ShowPhase::Live {
            findings.add(ViolationCode::ShowPhase, format_args!("{what} while the show is {:?}", self.phase));
        }
    }

    fn hold(&mut self, held: &v1::ReservationHeld, findings: &mut Findings) {
        let is_promised = self.promises.is_due(held.reservation);
        if !is_promised {
            self.expect_live(format_args!("reservation {} is held", held.reservation), findings);
        }
        if held.quantity == 0 {
            findings.add(ViolationCode::QuantityZero, format_args!("reservation {}", held.reservation));
        }
        if !self.sales.hold(held, findings) {
            return;
        }
        let hold_ttl_ms = self.settings.as_ref().map_or(0, |settings| settings.hold_ttl_ms);
        if is_promised {
            self.drops.hold_as_promised(held, self.at_ms, hold_ttl_ms, findings);
        } else {
            let list_price_minor = self.stock.list_price_minor(&held.sku);
            self.drops.hold(held, self.at_ms, hold_ttl_ms, list_price_minor, findings);
        }
        self.stock.hold(&held.sku, held.quantity, findings);
    }

    /// What would be too long is entered all the same: its deadlines are those that were told.
    fn extend_holds(&mut self, by_ms: u64, findings: &mut Findings) {
        self.extends = true;
        let since_ms = self.at_ms.saturating_sub(self.before_ms);
        if !(1..=since_ms).contains(&by_ms) {
            let detail = format_args!("by {by_ms} ms, {since_ms} ms after the entry before");
            findings.add(ViolationCode::ExtensionTooLong, detail);
        }
        self.sales.extend_holds(by_ms);
    }

    fn end_hold(&mut self, number: u64, state: State, findings: &mut Findings) {
        let Some(ended) = self.sales.end_hold(number, state, self.at_ms, findings) else { return };
        self.stock.end_hold(&ended, state, findings);
        if state != State::Sold {
            self.drops.give_back(&ended);
        }
    }
}
