//! The books that facts are entered in.

use std::{collections::BTreeSet, fmt};

use dropcast_proto::v1::{self, Cause, Role, fact::Kind, key_outcome};

use super::{
    ViolationCode, audience::Audience, drops::Drops, promises::Promises, reservation::State, sales::Sales,
    shortfall::Shortfall, stock::Stock, viewers::Viewers, violation::Findings, waitlist::Waitlist,
};
use crate::journal::Digest;

#[derive(Default, Debug)]
pub(super) struct Books {
    pub(super) at_ms: u64,
    /// The moment of the entry before.
    pub(super) before_ms: u64,
    /// The digest of the entry before.
    pub(super) digest_before: Digest,
    /// How many facts of this entry there were so far.
    pub(super) facts: usize,
    /// Whether this entry extends holds.
    pub(super) extends: bool,
    /// Whether this entry is about draws.
    draws_lots: bool,
    /// The reservation that the last fact held units for: it may become a bundle.
    pub(super) making: Option<u64>,
    /// Whether the entry before had no room for all offers that were due.
    pub(super) owes_offers: bool,
    pub(super) shortfall: Shortfall,
    settings: Option<v1::ShowPlanned>,
    pub(super) phase: v1::ShowPhase,
    pub(super) stock: Stock,
    pub(super) drops: Drops,
    pub(super) sales: Sales,
    pub(super) waitlist: Waitlist,
    pub(super) viewers: Viewers,
    pub(super) promises: Promises,
    pub(super) audience: Audience,
    /// The keys that were bound: role, principal, key.
    keys: BTreeSet<(i32, String, String)>,
}

impl Books {
    /// Begins an entry of this moment, after one with this digest.
    pub(super) fn begin(&mut self, at_ms: u64, digest_before: Digest) {
        self.before_ms = std::mem::replace(&mut self.at_ms, at_ms);
        self.digest_before = digest_before;
        (self.facts, self.making) = (0, None);
    }

    pub(super) fn fact(&mut self, fact: &Kind, findings: &mut Findings) {
        if self.settings.is_none() && !matches!(fact, Kind::ShowPlanned(_)) {
            findings.add(ViolationCode::ShowNotPlanned, "there is no show yet");
        }
        self.facts += 1;
        self.expect_offers_first(fact, findings);
        let before = self.making.take();
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
                self.drops.open(fact, self.at_ms, findings);
            }
            Kind::DropPaused(fact) => self.drops.pause(&fact.drop, findings),
            Kind::DropResumed(fact) => self.drops.resume(&fact.drop, findings),
            Kind::DropExtended(fact) => self.drops.extend(fact, findings),
            Kind::CapRaised(fact) => self.drops.raise_cap(fact, findings),
            Kind::SharedCapRaised(fact) => self.drops.raise_shared_cap(fact, findings),
            Kind::DropClosed(fact) => self.close(fact, findings),
            Kind::DropUndone(fact) => self.undo(fact, findings),
            Kind::AudienceCounted(fact) => self.audience.count(fact, findings),
            Kind::ReservationHeld(held) => self.hold(held, findings),
            Kind::BundleLineHeld(line) => self.hold_line(line, before, findings),
            Kind::ReservationOffered(offered) => self.offer(offered, findings),
            Kind::HoldExtended(fact) => self.extend_hold(fact, findings),
            Kind::ReservationSold(fact) => self.end_hold(fact.reservation, State::Sold, findings),
            Kind::ReservationReleased(fact) => self.end_hold(fact.reservation, State::Released, findings),
            Kind::ReservationExpired(fact) => self.end_hold(fact.reservation, State::Expired, findings),
            Kind::ReservationRevoked(fact) => {
                self.shortfall.revoke(fact.reservation, findings);
                self.end_hold(fact.reservation, State::Revoked, findings);
            }
            Kind::ShortfallRecorded(fact) => {
                self.shortfall.record(fact, self.stock.free(&fact.sku), &self.sales, findings);
            }
            Kind::UnitsSoldElsewhere(fact) => {
                self.shortfall.sell_elsewhere(fact, findings);
                self.stock.sell_elsewhere(&fact.sku, fact.units, findings);
            }
            Kind::WaitlistJoined(fact) => self.join(fact, findings),
            Kind::WaitlistLeft(fact) => self.leave(fact.waiter, findings),
            Kind::DrawCommitted(fact) => {
                self.draws_lots = true;
                self.drops.commit_draw(fact, findings);
            }
            Kind::LotsDrawn(fact) => {
                self.draws_lots = true;
                self.draw_lots(fact, findings);
            }
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
        self.shortfall.end(findings);
        self.expect_offers(findings);
        let by_system = cause.is_some_and(|cause| cause.role == i32::from(Role::System));
        self.promises.end_entry(by_system, &self.sales, findings);
        if std::mem::take(&mut self.extends) && !by_system {
            findings.add(ViolationCode::ExtensionCause, "only the system extends holds");
        }
        if std::mem::take(&mut self.draws_lots) && !by_system {
            findings.add(ViolationCode::DrawCause, "only the system binds draws and draws lots");
        }
        self.audience.end_entry(by_system, findings);
        let Some((cause, binding)) = cause.and_then(|cause| Some((cause, cause.binding.as_ref()?))) else { return };
        let outcome = binding.outcome.and_then(|outcome| outcome.kind);
        let exists = match &outcome {
            Some(key_outcome::Kind::Done(_)) => true,
            Some(key_outcome::Kind::Reservation(number)) => self.sales.has_reservation(*number),
            Some(key_outcome::Kind::Waiter(number)) => self.waitlist.has(*number),
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

    pub(super) fn expect_live(&self, what: fmt::Arguments<'_>, findings: &mut Findings) {
        if self.phase != v1::ShowPhase::Live {
            findings.add(ViolationCode::ShowPhase, format_args!("{what} while the show is {:?}", self.phase));
        }
    }

    /// What keeps viewers from hoarding.
    pub(super) fn hold_rules(&self) -> v1::HoldRules {
        self.settings.as_ref().and_then(|settings| settings.hold_rules).unwrap_or_default()
    }

    /// How long units are held where a drop doesn't say.
    pub(super) fn hold_ttl_ms(&self) -> u64 {
        self.settings.as_ref().map_or(0, |settings| settings.hold_ttl_ms)
    }
}
