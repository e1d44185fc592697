//! The bounds of a plan: each is told with its place, and what is just within is accepted.

use dropcast_domain::{
    ids::Sku,
    show::{
        ADDRESS_BYTES_MAX, COOL_DOWN_MS_MAX, CoolDown, DRAW_ENTRY_MS_MAX, DROP_DURATION_MS_MAX, DROP_ITEMS_MAX,
        DROPS_MAX, DropItem, DropPlan, Fairness, HOLD_TTL_MS_MAX, HOLD_TTL_MS_MIN, HOST_NAME_BYTES_MAX, HoldRules,
        PLAN_ITEMS_MAX, PLAN_SKUS_MAX, PLAN_TEXT_BYTES_MAX, PRICE_MINOR_MAX, PRODUCTS_MAX, PlanProblem, ProductPlan,
        QUANTITY_MAX, Refusal, ShowPlan, UNITS_MAX, VARIANTS_MAX,
    },
    text::{LANGUAGES_MAX, TEXT_BYTES_MAX, Text, TextError},
    time::Timestamp,
};

use crate::fixture::*;

#[test]
fn a_text_or_an_address_out_of_bounds_is_told_with_its_place() {
    let rows: [Row<'_>; 11] = [
        (
            |plan| plan.settings.title = one("English", ""),
            "settings.title",
            PlanProblem::Text(TextError::Language("English".to_owned())),
        ),
        (
            |plan| plan.products[1].description = one("en", &"x".repeat(TEXT_BYTES_MAX + 1)),
            "products[1].description",
            PlanProblem::Text(TextError::TooLong("en".to_owned())),
        ),
        (
            |plan| plan.drops[0].title = languages(LANGUAGES_MAX + 1),
            "drops[0].title",
            PlanProblem::Text(TextError::TooMany),
        ),
        (
            |plan| plan.settings.host_name = "x".repeat(HOST_NAME_BYTES_MAX + 1),
            "settings.host_name",
            too_long(HOST_NAME_BYTES_MAX),
        ),
        (|plan| plan.settings.picture = "http://a.example/p.svg".to_owned(), "settings.picture", address()),
        (|plan| plan.settings.video = "//a.example/v.m3u8".to_owned(), "settings.video", address()),
        (|plan| plan.settings.video = "/\\a.example".to_owned(), "settings.video", address()),
        (|plan| plan.settings.video = "/\t/a.example".to_owned(), "settings.video", address()),
        (|plan| plan.settings.video = "https://".to_owned(), "settings.video", address()),
        (
            |plan| plan.products[0].picture = format!("/{}", "x".repeat(ADDRESS_BYTES_MAX)),
            "products[0].picture",
            address(),
        ),
        (
            |plan| {
                plan.products = products(PLAN_TEXT_BYTES_MAX / TEXT_BYTES_MAX + 1, 1);
                plan.products.iter_mut().for_each(|product| product.title = text(&"x".repeat(TEXT_BYTES_MAX)));
            },
            "plan",
            too_long(PLAN_TEXT_BYTES_MAX),
        ),
    ];
    are_told(rows);
}

#[test]
fn a_list_or_a_name_out_of_place_is_told_with_its_place() {
    let rows: [Row<'_>; 13] = [
        (|plan| plan.products[0].variants.clear(), "products[0].variants", PlanProblem::Empty),
        (|plan| plan.drops[0].items.clear(), "drops[0].items", PlanProblem::Empty),
        (|plan| plan.products = products(PRODUCTS_MAX + 1, 1), "products", too_many(PRODUCTS_MAX)),
        (|plan| plan.products = products(1, VARIANTS_MAX + 1), "products[0].variants", too_many(VARIANTS_MAX)),
        (|plan| plan.products = products(PLAN_SKUS_MAX / 50 + 1, 50), "products", too_many(PLAN_SKUS_MAX)),
        (|plan| plan.drops = vec![plan.drops[0].clone(); DROPS_MAX + 1], "drops", too_many(DROPS_MAX)),
        (
            |plan| plan.drops[0].items = vec![plan.drops[0].items[0].clone(); DROP_ITEMS_MAX + 1],
            "drops[0].items",
            too_many(DROP_ITEMS_MAX),
        ),
        (
            |plan| {
                plan.drops[0].items = vec![plan.drops[0].items[0].clone(); DROP_ITEMS_MAX];
                plan.drops = vec![plan.drops[0].clone(); PLAN_ITEMS_MAX / DROP_ITEMS_MAX + 1];
            },
            "drops",
            too_many(PLAN_ITEMS_MAX),
        ),
        (|plan| plan.products[1].product = plan.products[0].product.clone(), "products[1].product", twice("tee")),
        (|plan| plan.products[1].variants[0].sku = sku("tee"), "products[1].variants[0].sku", twice("tee")),
        (|plan| plan.drops.push(drop_plan("night", "tee")), "drops[1].drop", twice("night")),
        (|plan| plan.drops[0].items[1].sku = sku("tee"), "drops[0].items[1].sku", twice("tee")),
        (
            |plan| plan.drops[0].items[1].sku = sku("none"),
            "drops[0].items[1].sku",
            PlanProblem::Unknown { name: "none".to_owned() },
        ),
    ];
    are_told(rows);
}

#[test]
fn a_number_out_of_bounds_is_told_with_its_place() {
    let rows: [Row<'_>; 11] = [
        (|plan| plan.settings.starts_at = Some(Timestamp(u64::MAX)), "settings.starts_at", range(0, Timestamp::MAX.0)),
        (
            |plan| plan.settings.hold_ttl_ms = HOLD_TTL_MS_MIN - 1,
            "settings.hold_ttl_ms",
            range(HOLD_TTL_MS_MIN, HOLD_TTL_MS_MAX),
        ),
        (
            |plan| plan.drops[0].hold_ttl_ms = Some(HOLD_TTL_MS_MAX + 1),
            "drops[0].hold_ttl_ms",
            range(HOLD_TTL_MS_MIN, HOLD_TTL_MS_MAX),
        ),
        (
            |plan| plan.products[1].variants[0].list_price_minor = PRICE_MINOR_MAX + 1,
            "products[1].variants[0].list_price_minor",
            range(0, PRICE_MINOR_MAX),
        ),
        (
            |plan| plan.products[1].variants[0].units = UNITS_MAX + 1,
            "products[1].variants[0].units",
            range(0, UNITS_MAX.into()),
        ),
        (
            |plan| plan.drops[0].items[0].price_minor = Some(PRICE_MINOR_MAX + 1),
            "drops[0].items[0].price_minor",
            range(0, PRICE_MINOR_MAX),
        ),
        (|plan| plan.drops[0].items[0].cap = Some(0), "drops[0].items[0].cap", range(1, UNITS_MAX.into())),
        (|plan| plan.drops[0].limit_per_viewer = 0, "drops[0].limit_per_viewer", range(1, QUANTITY_MAX.into())),
        (
            |plan| plan.drops[0].limit_per_viewer = QUANTITY_MAX + 1,
            "drops[0].limit_per_viewer",
            range(1, QUANTITY_MAX.into()),
        ),
        (
            |plan| plan.drops[0].opens_at = Some(Timestamp(Timestamp::MAX.0 + 1)),
            "drops[0].opens_at",
            range(0, Timestamp::MAX.0),
        ),
        (|plan| plan.drops[0].duration_ms = Some(0), "drops[0].duration_ms", range(1, DROP_DURATION_MS_MAX)),
    ];
    are_told(rows);
}

#[test]
fn a_rule_out_of_bounds_is_told_with_its_place() {
    fn cool_down(for_ms: u64) -> CoolDown {
        CoolDown { lapses_allowed: 0, for_ms }
    }
    let (rules, holds) = ("settings.hold_rules", range(HOLD_TTL_MS_MIN, HOLD_TTL_MS_MAX));
    let (limit, open) = ([rules, ".limit_per_viewer"].concat(), [rules, ".open_holds_per_viewer"].concat());
    let (extension, rest) = ([rules, ".payment_extension_ms"].concat(), [rules, ".cool_down.for_ms"].concat());
    let units = range(1, UNITS_MAX.into());
    let rows: [Row<'_>; 13] = [
        (|plan| plan.settings.hold_rules.limit_per_viewer = Some(0), &limit, units.clone()),
        (|plan| plan.settings.hold_rules.limit_per_viewer = Some(UNITS_MAX + 1), &limit, units.clone()),
        (|plan| plan.settings.hold_rules.open_holds_per_viewer = Some(0), &open, units.clone()),
        (|plan| plan.settings.hold_rules.open_holds_per_viewer = Some(UNITS_MAX + 1), &open, units.clone()),
        (
            |plan| plan.settings.hold_rules.payment_extension_ms = HOLD_TTL_MS_MAX + 1,
            &extension,
            range(0, HOLD_TTL_MS_MAX),
        ),
        (|plan| plan.settings.hold_rules.cool_down = Some(cool_down(0)), &rest, range(1, COOL_DOWN_MS_MAX)),
        (
            |plan| plan.settings.hold_rules.cool_down = Some(cool_down(COOL_DOWN_MS_MAX + 1)),
            &rest,
            range(1, COOL_DOWN_MS_MAX),
        ),
        (|plan| plan.drops[0].shared_cap = Some(0), "drops[0].shared_cap", units.clone()),
        (|plan| plan.drops[0].shared_cap = Some(UNITS_MAX + 1), "drops[0].shared_cap", units),
        (|plan| plan.drops[0].offer_ttl_ms = Some(HOLD_TTL_MS_MIN - 1), "drops[0].offer_ttl_ms", holds.clone()),
        (|plan| plan.drops[0].offer_ttl_ms = Some(HOLD_TTL_MS_MAX + 1), "drops[0].offer_ttl_ms", holds),
        (|plan| plan.drops[0].fairness = draw(0), "drops[0].fairness.draw.entry_ms", range(1, DRAW_ENTRY_MS_MAX)),
        (
            |plan| (plan.drops[0].fairness, plan.drops[0].duration_ms) = (draw(5_000), Some(5_000)),
            "drops[0].fairness.draw.entry_ms",
            range(1, 4_999),
        ),
    ];
    are_told(rows);
}

#[test]
fn rules_at_their_bounds_are_accepted() {
    let mut wanted = plan();
    wanted.settings.hold_rules = HoldRules {
        limit_per_viewer: Some(UNITS_MAX),
        open_holds_per_viewer: Some(1),
        payment_extension_ms: HOLD_TTL_MS_MAX,
        cool_down: Some(CoolDown { lapses_allowed: u32::MAX, for_ms: COOL_DOWN_MS_MAX }),
    };
    wanted.drops[0].shared_cap = Some(UNITS_MAX);
    wanted.drops[0].offer_ttl_ms = Some(HOLD_TTL_MS_MAX);
    (wanted.drops[0].fairness, wanted.drops[0].duration_ms) = (draw(4_999), Some(5_000));
    let endless = DropPlan { fairness: draw(DRAW_ENTRY_MS_MAX), ..drop_plan("noon", "tee") };
    wanted.drops.push(endless);
    let mut stage = Stage::draft(wanted.clone());
    stage.accepts(&brand(), plan_of(wanted), &[]);
}

fn draw(entry_ms: u64) -> Fairness {
    Fairness::Draw { entry_ms }
}

#[test]
fn a_plan_at_its_bounds_is_accepted() {
    let mut wanted = plan();
    wanted.products = products(PLAN_SKUS_MAX / VARIANTS_MAX, VARIANTS_MAX);
    let all: Vec<_> = wanted.products.iter().flat_map(|product| &product.variants).collect();
    let item = |sku: &Sku| DropItem { sku: sku.clone(), price_minor: Some(PRICE_MINOR_MAX), cap: Some(UNITS_MAX) };
    let items: Vec<_> = all.iter().map(|variant| item(&variant.sku)).collect();
    let drop = |(number, items): (usize, &[DropItem])| DropPlan {
        items: items.to_vec(),
        limit_per_viewer: QUANTITY_MAX,
        duration_ms: Some(DROP_DURATION_MS_MAX),
        ..drop_plan(&format!("drop-{number}"), "tee")
    };
    wanted.drops = items.chunks(DROP_ITEMS_MAX).enumerate().map(drop).collect();
    wanted.settings.picture = "https://a.example/p.svg".to_owned();
    wanted.settings.video = "/v.m3u8".to_owned();
    let mut stage = Stage::live(wanted);
    stage.ask(&host(), open("drop-0")).unwrap();
    let total = PRICE_MINOR_MAX * u64::from(QUANTITY_MAX);
    stage.ask(&viewer("ann"), reserve("drop-0", "sku-0-0", QUANTITY_MAX)).unwrap();
    stage.accepts(&viewer("ann"), confirm(1), &["#1 sold", &format!("order 1: #1 for {total}")]);
}

/// A change that makes a plan wrong, where it is wrong then, and how.
type Row<'a> = (fn(&mut ShowPlan), &'a str, PlanProblem);

#[track_caller]
fn are_told<'a>(rows: impl IntoIterator<Item = Row<'a>>) {
    for (change, at, problem) in rows {
        let mut wanted = plan();
        change(&mut wanted);
        Stage::empty().refuses(&brand(), plan_of(wanted), Refusal::PlanInvalid { at: at.to_owned(), problem });
    }
}

fn range(min: u64, max: u64) -> PlanProblem {
    PlanProblem::Range { min, max }
}

fn too_many(max: usize) -> PlanProblem {
    PlanProblem::TooMany { max }
}

fn too_long(max: usize) -> PlanProblem {
    PlanProblem::TooLong { max }
}

fn twice(name: &str) -> PlanProblem {
    PlanProblem::Twice { name: name.to_owned() }
}

fn address() -> PlanProblem {
    PlanProblem::Address { max: ADDRESS_BYTES_MAX }
}

fn one(language: &str, content: &str) -> Text {
    Text([(language.to_owned(), content.to_owned())].into())
}

fn languages(count: usize) -> Text {
    let letter = |number: usize| char::from(b'a' + u8::try_from(number).unwrap());
    Text((0..count).map(|number| (format!("x{}", letter(number)), String::new())).collect())
}

/// So many products of so many variants, with as many units as may be.
fn products(count: usize, variants: usize) -> Vec<ProductPlan> {
    let product_of = |number: usize| {
        let names: Vec<_> = (0..variants).map(|variant| format!("sku-{number}-{variant}")).collect();
        let variants: Vec<_> = names.iter().map(|name| (name.as_str(), PRICE_MINOR_MAX, UNITS_MAX)).collect();
        product(&format!("product-{number}"), &variants)
    };
    (0..count).map(product_of).collect()
}
