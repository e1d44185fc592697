//! Bundles, caps and what keeps viewers from hoarding.

use dropcast_proto::v1::{self, CoolDown, HoldRules, RefusalCode, ReservationState, fact::Kind, key_outcome};

use super::story::{DROP, SKU, Story, cause, reserve};
use crate::history::{
    Asked,
    call::{Refusal, Told},
};

const CUP: &str = "cup";

/// Three scarves and three cups, five together, three for each viewer in a drop and four in the show.
fn shop(rules: HoldRules) -> Story {
    let item = |sku: &str| v1::PlannedItem { sku: sku.into(), ..Default::default() };
    let items = vec![item(SKU), item(CUP)];
    let planned = v1::DropPlanned { limit_per_viewer: 4, items, shared_cap: Some(5), ..Default::default() };
    let mut story = Story::open_as(3, planned);
    story.pass(vec![Kind::ShowPlanned(v1::ShowPlanned { hold_rules: Some(rules), ..Default::default() })]);
    story
}

fn bundle(scarves: u32, cups: u32) -> Asked {
    Asked::Reserve { drop: DROP.into(), lines: vec![(SKU.into(), scarves), (CUP.into(), cups)] }
}

/// A bundle is held, and its client knows: one more entry.
fn holds(story: &mut Story, viewer: &str, lines: (u32, u32), span: std::ops::Range<u64>) -> u64 {
    let reservation = story.hold(viewer, "bundle", lines.0);
    let line = v1::BundleLineHeld { reservation, sku: CUP.into(), quantity: lines.1, ..Default::default() };
    story.add(Kind::BundleLineHeld(line));
    let told = vec![(SKU.into(), lines.0), (CUP.into(), lines.1)];
    story.call(
        viewer,
        "bundle",
        bundle(lines.0, lines.1),
        span,
        Told::Held { reservation, drop: DROP.into(), lines: told },
    );
    reservation
}

fn told(story: &Story) -> Vec<String> {
    story.check().violations.told
}

#[test]
fn a_bundle_counts_with_all_its_lines() {
    let mut story = shop(HoldRules::default());
    let refuse = |story: &mut Story, viewer: &str, asked: Asked, span: std::ops::Range<u64>, refusal: Refusal| {
        story.call(viewer, &format!("{span:?}"), asked, span, Told::Refused(refusal));
    };
    refuse(
        &mut story,
        "ann",
        Asked::Reserve { drop: DROP.into(), lines: vec![(SKU.into(), 1); 2] },
        1..2,
        Refusal::BundleInvalid,
    );
    refuse(&mut story, "ann", bundle(1, 0), 3..4, Refusal::QuantityInvalid);
    refuse(&mut story, "ann", bundle(60, 60), 5..6, Refusal::QuantityInvalid);
    let reservation = holds(&mut story, "ann", (1, 2), 10..20);
    refuse(&mut story, "ann", bundle(1, 1), 30..40, Refusal::LimitReached(Some(1)));
    // One cup is there; two are left of all together.
    refuse(&mut story, "bob", bundle(1, 2), 32..40, Refusal::NotEnough(Some(1)));
    refuse(&mut story, "bob", bundle(2, 1), 34..40, Refusal::NotEnough(Some(2)));
    story.release("ann", "r", reservation);
    story.call("ann", "r", Asked::Release { reservation }, 50..60, Told::Released { reservation });
    holds(&mut story, "bob", (1, 3), 70..80);
    refuse(&mut story, "cai", bundle(1, 1), 90..100, Refusal::SoldOut);
    story.pass(vec![Kind::SharedCapRaised(v1::SharedCapRaised { drop: DROP.into(), units: 1 })]);
    story.holds("cai", "c", 2, 110..120);
    assert_eq!(told(&story), [""; 0]);
    // It was to be one scarf.
    let held = Told::Held { reservation, drop: DROP.into(), lines: vec![(SKU.into(), 1), (CUP.into(), 1)] };
    story.call("ann", "bundle", bundle(1, 2), 10..20, held);
    assert_eq!(
        told(&story),
        [
            "ann's bundle was told reservation 1: 1 of scarf and 1 of cup held in opening, which is not what entry 5 says"
        ]
    );
}

#[test]
fn a_shared_cap_is_kept() {
    let mut story = shop(HoldRules::default());
    holds(&mut story, "ann", (1, 3), 10..20);
    story.holds("bob", "b", 2, 30..40);
    assert_eq!(told(&story), ["entry 6 accepts bob's b, where the rules say not_enough (1 left)"]);
}

#[test]
fn a_show_keeps_viewers_from_hoarding() {
    let rules = HoldRules { limit_per_viewer: Some(3), open_holds_per_viewer: Some(2), ..Default::default() };
    let mut story = shop(rules);
    let first = story.holds("ann", "a", 1, 10..20);
    story.refused("ann", "b", 3, 30..40, Refusal::ShowLimitReached(Some(2)));
    story.holds("ann", "c", 1, 50..60);
    story.refused("ann", "d", 1, 70..80, Refusal::OpenHoldsReached(Some(2)));
    assert_eq!(told(&story), [""; 0]);
    story.refused("ann", "e", 1, 70..80, Refusal::ShowLimitReached(Some(1)));
    story.refused("bob", "f", 1, 70..80, Refusal::OpenHoldsReached(Some(2)));
    assert_eq!(
        told(&story),
        [
            "ann's e was refused (show_limit_reached (1 more)), which was not so after any of the entries 6 to 6",
            "bob's f was refused (open_holds_reached (2 allowed)), which was not so after any of the entries 6 to 6",
        ]
    );
    story.history.calls.truncate(4);
    story.release("ann", "r", first);
    story.call("ann", "r", Asked::Release { reservation: first }, 90..100, Told::Released { reservation: first });
    story.holds("ann", "g", 1, 110..120);
    assert_eq!(told(&story), [""; 0]);
}

#[test]
fn who_let_holds_run_out_may_have_to_rest() {
    let rest = CoolDown { lapses_allowed: 0, for_ms: 1_000 };
    let mut story = shop(HoldRules { cool_down: Some(rest), ..Default::default() });
    let reservation = story.holds("ann", "a", 1, 10..20);
    story.refused("ann", "b", 1, 30..40, Refusal::CoolingDown);
    assert_eq!(told(&story), ["ann's b was refused (cooling_down), which was not so after any of the entries 5 to 5"]);
    story.history.calls.pop();
    story.pass(vec![Kind::ReservationExpired(v1::ReservationExpired { reservation })]);
    story.refused("ann", "b", 1, 30..40, Refusal::CoolingDown);
    // For how long, only the clock tells.
    story.holds("ann", "c", 1, 50..60);
    assert_eq!(told(&story), [""; 0]);
}

#[test]
fn a_hold_is_extended_once() {
    let mut story = shop(HoldRules { payment_extension_ms: 1_000, ..Default::default() });
    let reservation = story.holds("ann", "a", 1, 10..20);
    let extend = Asked::Extend { reservation };
    let extended = || Kind::HoldExtended(v1::HoldExtended { reservation: 1, expires_at: 0 });
    let seq = story.entry(Some(cause("ann", "x", key_outcome::Kind::Reservation(reservation))), vec![extended()]);
    let held = Told::Held { reservation, drop: DROP.into(), lines: vec![(SKU.into(), 1)] };
    story.call("ann", "x", extend.clone(), 30..40, held);
    let over = || Told::Refused(Refusal::ExtensionOver);
    story.call("ann", "y", extend.clone(), 50..60, over());
    let unknown = Told::Refused(Refusal::ReservationUnknown);
    story.call("bob", "y", extend.clone(), 50..60, unknown);
    assert_eq!((told(&story), seq), (vec![], 6));
    story.call("ann", "z", extend, 21..29, over());
    assert_eq!(
        told(&story),
        ["ann's z was refused (extension_over), which was not so after any of the entries 5 to 5"]
    );
    story.history.calls.pop();
    story.pass(vec![extended()]);
    assert_eq!(told(&story), ["entry 7: reservation 1 is extended twice"]);
}

#[test]
fn what_is_sold_elsewhere_is_gone_and_revoked() {
    let mut story = shop(HoldRules::default());
    let reservation = story.holds("ann", "a", 3, 10..20);
    story.pass(vec![
        Kind::ShortfallRecorded(v1::ShortfallRecorded { sku: SKU.into(), units: 2 }),
        Kind::ReservationRevoked(v1::ReservationRevoked { reservation }),
        Kind::UnitsSoldElsewhere(v1::UnitsSoldElsewhere { sku: SKU.into(), units: 2 }),
    ]);
    let revoked = Told::Refused(Refusal::ReservationState(ReservationState::Revoked));
    story.call("ann", "b", Asked::Confirm { reservation }, 30..40, revoked);
    story.refused("ann", "c", 2, 50..60, Refusal::NotEnough(Some(1)));
    assert_eq!(told(&story), [""; 0]);
    story.call("ann", "d", reserve(1), 50..60, Told::Refused(Refusal::Other(RefusalCode::Full)));
    assert_eq!(told(&story), ["ann's d was refused (full), which this check knows nothing about"]);
}
