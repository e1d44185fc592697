//! Plans: what they make true, what they leave alone, and what is wrong with them.

use dropcast_domain::{
    ids::{BrandId, ProductId},
    money::Currency,
    show::{Command, Fairness, PlanProblem, Refusal, ShowPlan, UNITS_MAX, Waitlist},
    time::Timestamp,
};

use crate::fixture::*;

#[test]
fn a_plan_makes_a_show_and_the_same_plan_changes_nothing() {
    let mut stage = Stage::empty();
    let facts = [
        "planned by acme",
        "listed tee at 0: tee@2500",
        "listed cap at 1: cap@1000",
        "5 tee planned",
        "2 cap planned",
        "night at 0",
    ];
    stage.accepts(&brand(), plan_of(plan()), &facts);
    stage.accepts(&brand(), plan_of(plan()), &[]);
    assert_eq!(stage.show.products().map(|product| product.product.as_str()).collect::<Vec<_>>(), ["tee", "cap"]);
    assert_eq!(stage.show.unit_price_minor(&drop_id("night"), &sku("tee")), Some(2_500));
    assert_eq!(stage.show.unit_price_minor(&drop_id("night"), &sku("cap")), Some(800));
}

#[test]
fn a_changed_plan_makes_true_what_changed() {
    type Change = fn(&mut ShowPlan);
    let rows: [(Change, &[&str]); 9] = [
        (|plan| plan.settings.title = text("Winter"), &["planned by acme"]),
        (|plan| plan.settings.currency = Currency::new("USD").unwrap(), &["planned by acme"]),
        (|plan| plan.products.reverse(), &["listed cap at 0: cap@1000", "listed tee at 1: tee@2500"]),
        (|plan| plan.products[0].variants[0].list_price_minor = 9, &["listed tee at 0: tee@9"]),
        (|plan| plan.products[0].variants[0].units = 8, &["3 tee planned"]),
        (|plan| plan.products[0].variants[0].units = 1, &["4 tee withdrawn"]),
        (|plan| plan.drops[0].limit_per_viewer = 9, &["night at 0"]),
        (|plan| plan.drops.insert(0, drop_plan("noon", "cap")), &["noon at 0", "night at 1"]),
        (|plan| plan.drops.clear(), &["night left out"]),
    ];
    for (change, facts) in rows {
        let mut wanted = plan();
        change(&mut wanted);
        let mut stage = Stage::draft(plan());
        stage.accepts(&brand(), plan_of(wanted.clone()), facts);
        stage.accepts(&brand(), plan_of(wanted), &[]);
    }
}

#[test]
fn a_product_leaves_with_its_units_and_what_sold_it_is_planned_anew() {
    let mut stage = Stage::draft(plan());
    stage.ask(&host(), add_units(None, "cap", 3)).unwrap();
    let mut wanted = plan();
    wanted.products.pop();
    wanted.drops[0].items.pop();
    let facts = ["night left out", "5 cap withdrawn", "unlisted cap", "night at 0"];
    stage.accepts(&brand(), plan_of(wanted), &facts);
    assert_eq!((stage.show.stock(&sku("cap")), stage.show.variant(&sku("cap"))), (None, None));
    stage.accepts(&brand(), plan_of(plan()), &["listed cap at 1: cap@1000", "2 cap planned", "night at 0"]);
}

#[test]
fn a_variant_comes_and_goes_within_its_product() {
    let mut wanted = plan();
    wanted.products[0] = product("tee", &[("tee-l", 2_600, 1), ("tee", 2_500, 5)]);
    let mut stage = Stage::draft(plan());
    stage.accepts(&brand(), plan_of(wanted), &["listed tee at 0: tee-l@2600 tee@2500", "1 tee-l planned"]);
    assert_eq!(stage.show.variant(&sku("tee")).unwrap().list_price_minor, 2_500);
    stage.accepts(&brand(), plan_of(plan()), &["1 tee-l withdrawn", "listed tee at 0: tee@2500"]);
}

#[test]
fn the_hosts_schedule_outlives_a_plan_that_says_nothing_new_about_it() {
    let mut wanted = plan();
    wanted.drops[0].opens_at = Some(Timestamp(BEGIN_MS + 500));
    let mut stage = Stage::draft(wanted.clone());
    stage.ask(&host(), schedule("night", Some(BEGIN_MS + 900))).unwrap();
    let opens_at = |stage: &Stage| stage.show.drop(&drop_id("night")).unwrap().opens_at().unwrap().0 - BEGIN_MS;
    wanted.drops[0].title = text("Night");
    stage.accepts(&brand(), plan_of(wanted.clone()), &["night at 0"]);
    assert_eq!(opens_at(&stage), 900);
    wanted.drops[0].opens_at = Some(Timestamp(BEGIN_MS + 700));
    stage.accepts(&brand(), plan_of(wanted), &["night at 0"]);
    assert_eq!(opens_at(&stage), 700);
}

#[test]
fn a_raised_cap_outlives_a_changed_plan() {
    let mut stage = Stage::draft(plan());
    stage.ask(&host(), add_units(Some("night"), "cap", 1)).unwrap();
    let mut wanted = plan();
    wanted.drops[0].items[1].cap = Some(2);
    stage.accepts(&brand(), plan_of(wanted), &["night at 0"]);
    assert_eq!(stage.show.drop_items(&drop_id("night")).nth(1).unwrap().cap, Some(3));
}

#[test]
fn what_happened_can_not_be_planned_away() {
    type Change = fn(&mut ShowPlan);
    let fixed = |reason: &'static str| PlanProblem::Fixed { reason: reason.into() };
    let opened = "the drop was opened; only its title and its place can change";
    let left_out =
        |name: &str, reason: &'static str| PlanProblem::LeftOut { name: name.to_owned(), reason: reason.into() };
    let unknown = PlanProblem::Unknown { name: "tee".to_owned() };
    let rows: [(Change, &str, PlanProblem); 18] = [
        (
            |plan| plan.settings.brand = BrandId::new("zenith").unwrap(),
            "settings.brand",
            fixed("a show stays with its brand"),
        ),
        (
            |plan| plan.settings.currency = Currency::new("USD").unwrap(),
            "settings.currency",
            fixed("units were held at prices in it"),
        ),
        (
            |plan| plan.products[0].variants[0].list_price_minor = 1,
            "products[0].variants[0].list_price_minor",
            fixed("a drop that is open sells it at this price"),
        ),
        (
            |plan| plan.products[0].product = ProductId::new("shirt").unwrap(),
            "products[0].variants[0].sku",
            fixed("a SKU stays with its product; leave it out of one plan to list it anew in the next"),
        ),
        (
            |plan| plan.products[0].variants[0].units = 2,
            "products[0].variants[0].units",
            PlanProblem::BelowCommitted { committed: 4 },
        ),
        (
            |plan| plan.products[0].variants[0].units = UNITS_MAX,
            "products[0].variants[0].units",
            PlanProblem::Range { min: 0, max: u64::from(UNITS_MAX) - 1 },
        ),
        (|plan| _ = plan.products.remove(0), "drops[0].items[0].sku", unknown),
        (
            |plan| {
                plan.products.remove(0);
                plan.drops.clear();
            },
            "products",
            left_out("tee", "units of it are held, offered or sold"),
        ),
        (|plan| plan.drops.clear(), "drops", left_out("night", "it was opened")),
        (|plan| _ = plan.drops[0].items.pop(), "drops[0].items", fixed(opened)),
        (|plan| plan.drops[0].limit_per_viewer = 3, "drops[0].limit_per_viewer", fixed(opened)),
        (|plan| plan.drops[0].hold_ttl_ms = Some(5_000), "drops[0].hold_ttl_ms", fixed(opened)),
        (|plan| plan.drops[0].duration_ms = Some(5_000), "drops[0].duration_ms", fixed(opened)),
        (|plan| plan.drops[0].close_when_sold_out = true, "drops[0].close_when_sold_out", fixed(opened)),
        (|plan| plan.drops[0].shared_cap = Some(9), "drops[0].shared_cap", fixed(opened)),
        (|plan| plan.drops[0].fairness = Fairness::Draw { entry_ms: 1 }, "drops[0].fairness", fixed(opened)),
        (|plan| plan.drops[0].waitlist = Waitlist::Ask, "drops[0].waitlist", fixed(opened)),
        (|plan| plan.drops[0].offer_ttl_ms = Some(5_000), "drops[0].offer_ttl_ms", fixed(opened)),
    ];
    let mut stage = Stage::selling();
    stage.ask(&host(), add_units(None, "tee", 1)).unwrap();
    stage.ask(&viewer("ann"), reserve("night", "tee", 2)).unwrap();
    stage.ask(&viewer("bob"), reserve("night", "tee", 2)).unwrap();
    stage.ask(&viewer("bob"), confirm(2)).unwrap();
    for (change, at, problem) in rows {
        let mut wanted = plan();
        change(&mut wanted);
        stage.refuses(&brand(), plan_of(wanted), Refusal::PlanInvalid { at: at.to_owned(), problem });
    }
    let mut wanted = plan();
    wanted.drops[0].title = text("Tonight");
    wanted.drops.insert(0, drop_plan("noon", "cap"));
    wanted.products[0].variants[0].units = 3;
    let facts = ["2 tee withdrawn", "noon at 0", "night at 1"];
    stage.accepts(&brand(), plan_of(wanted), &facts);
    assert_eq!(stage.stock("tee"), "4 = 0 + 2 + 2");
}

#[test]
fn a_closed_drops_price_may_change_and_an_ended_shows_plan_may_not() {
    let mut stage = Stage::selling();
    stage.ask(&host(), close("night")).unwrap();
    let mut wanted = plan();
    wanted.products[0].variants[0].list_price_minor = 1;
    stage.accepts(&brand(), plan_of(wanted), &["listed tee at 0: tee@1"]);
    stage.ask(&host(), Command::End).unwrap();
    stage.refuses(&brand(), plan_of(plan()), Refusal::ShowEnded);
}
