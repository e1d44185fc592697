//! The bounds of a plan, whatever the show: each number, text and list, and the names that must be there once.

use std::collections::BTreeSet;

use crate::{
    ids::Sku,
    show::{
        ADDRESS_BYTES_MAX, COOL_DOWN_MS_MAX, DRAW_ENTRY_MS_MAX, DROP_DURATION_MS_MAX, DROP_ITEMS_MAX, DROPS_MAX,
        DropItem, DropPlan, Fairness, HOLD_TTL_MS_MAX, HOLD_TTL_MS_MIN, HOST_NAME_BYTES_MAX, HoldRules, PLAN_ITEMS_MAX,
        PLAN_SKUS_MAX, PLAN_TEXT_BYTES_MAX, PRICE_MINOR_MAX, PRODUCTS_MAX, PlanProblem, ProductPlan, QUANTITY_MAX,
        Refusal, ShowPlan, ShowSettings, UNITS_MAX, VARIANTS_MAX, VariantPlan,
    },
    text::Text,
    time::Timestamp,
};

/// Something wrong, and where.
pub(super) struct Invalid {
    at: String,
    problem: PlanProblem,
}

/// Checks the plan from its beginning to its end; the first thing wrong is told.
pub(super) fn check(plan: &ShowPlan) -> Result<(), Invalid> {
    settings(&plan.settings).map_err(|invalid| invalid.within("settings"))?;
    length(plan.products.len(), 0, PRODUCTS_MAX).at("products")?;
    length(plan.drops.len(), 0, DROPS_MAX).at("drops")?;
    totals(plan)?;

    let mut products = BTreeSet::new();
    let mut skus = BTreeSet::new();
    for (position, planned) in plan.products.iter().enumerate() {
        let once = once(&mut products, &planned.product, planned.product.as_str()).at("product");
        let checked = once.and_then(|()| product(planned, &mut skus));
        checked.map_err(|invalid| invalid.within(&format!("products[{position}]")))?;
    }
    let mut drops = BTreeSet::new();
    for (position, planned) in plan.drops.iter().enumerate() {
        let once = once(&mut drops, &planned.drop, planned.drop.as_str()).at("drop");
        let checked = once.and_then(|()| drop_plan(planned, &skus));
        checked.map_err(|invalid| invalid.within(&format!("drops[{position}]")))?;
    }
    Ok(())
}

impl Invalid {
    pub(super) fn new(at: &str, problem: PlanProblem) -> Self {
        Self { at: at.to_owned(), problem }
    }

    pub(super) fn within(self, outer: &str) -> Self {
        Self { at: format!("{outer}.{}", self.at), problem: self.problem }
    }
}

impl From<Invalid> for Refusal {
    fn from(Invalid { at, problem }: Invalid) -> Self {
        Self::PlanInvalid { at, problem }
    }
}

/// Says where a problem is.
pub(super) trait At {
    fn at(self, field: &str) -> Result<(), Invalid>;
}

impl At for Result<(), PlanProblem> {
    fn at(self, field: &str) -> Result<(), Invalid> {
        self.map_err(|problem| Invalid::new(field, problem))
    }
}

fn settings(settings: &ShowSettings) -> Result<(), Invalid> {
    text(&settings.title).at("title")?;
    text(&settings.description).at("description")?;
    bytes(&settings.host_name, HOST_NAME_BYTES_MAX).at("host_name")?;
    address(&settings.picture).at("picture")?;
    address(&settings.video).at("video")?;
    moment(settings.starts_at).at("starts_at")?;
    range(settings.hold_ttl_ms, HOLD_TTL_MS_MIN, HOLD_TTL_MS_MAX).at("hold_ttl_ms")?;
    text(&settings.return_policy).at("return_policy")?;
    text(&settings.delivery).at("delivery")?;
    hold_rules(&settings.hold_rules).map_err(|invalid| invalid.within("hold_rules"))
}

fn hold_rules(rules: &HoldRules) -> Result<(), Invalid> {
    optional(rules.limit_per_viewer.map(u64::from), 1, UNITS_MAX.into()).at("limit_per_viewer")?;
    optional(rules.open_holds_per_viewer.map(u64::from), 1, UNITS_MAX.into()).at("open_holds_per_viewer")?;
    range(rules.payment_extension_ms, 0, HOLD_TTL_MS_MAX).at("payment_extension_ms")?;
    let Some(cool_down) = rules.cool_down else { return Ok(()) };
    range(cool_down.for_ms, 1, COOL_DOWN_MS_MAX).at("cool_down.for_ms")
}

fn product<'a>(product: &'a ProductPlan, skus: &mut BTreeSet<&'a Sku>) -> Result<(), Invalid> {
    text(&product.title).at("title")?;
    text(&product.description).at("description")?;
    address(&product.picture).at("picture")?;
    length(product.variants.len(), 1, VARIANTS_MAX).at("variants")?;
    for (position, planned) in product.variants.iter().enumerate() {
        let once = once(skus, &planned.sku, planned.sku.as_str()).at("sku");
        let checked = once.and_then(|()| variant(planned));
        checked.map_err(|invalid| invalid.within(&format!("variants[{position}]")))?;
    }
    Ok(())
}

fn variant(variant: &VariantPlan) -> Result<(), Invalid> {
    text(&variant.title).at("title")?;
    range(variant.list_price_minor, 0, PRICE_MINOR_MAX).at("list_price_minor")?;
    range(variant.units.into(), 0, UNITS_MAX.into()).at("units")
}

fn drop_plan(drop: &DropPlan, skus: &BTreeSet<&Sku>) -> Result<(), Invalid> {
    text(&drop.title).at("title")?;
    length(drop.items.len(), 1, DROP_ITEMS_MAX).at("items")?;
    let mut sold = BTreeSet::new();
    for (position, planned) in drop.items.iter().enumerate() {
        let once = once(&mut sold, &planned.sku, planned.sku.as_str()).at("sku");
        let checked = once.and_then(|()| item(planned, skus));
        checked.map_err(|invalid| invalid.within(&format!("items[{position}]")))?;
    }
    range(drop.limit_per_viewer.into(), 1, QUANTITY_MAX.into()).at("limit_per_viewer")?;
    optional(drop.hold_ttl_ms, HOLD_TTL_MS_MIN, HOLD_TTL_MS_MAX).at("hold_ttl_ms")?;
    moment(drop.opens_at).at("opens_at")?;
    optional(drop.duration_ms, 1, DROP_DURATION_MS_MAX).at("duration_ms")?;
    optional(drop.shared_cap.map(u64::from), 1, UNITS_MAX.into()).at("shared_cap")?;
    optional(drop.offer_ttl_ms, HOLD_TTL_MS_MIN, HOLD_TTL_MS_MAX).at("offer_ttl_ms")?;
    match drop.fairness {
        Fairness::FirstCome => Ok(()),
        // A draw that is closed before its lots are drawn would give nobody anything.
        Fairness::Draw { entry_ms } => {
            let max = drop.duration_ms.map_or(DRAW_ENTRY_MS_MAX, |open| DRAW_ENTRY_MS_MAX.min(open.saturating_sub(1)));
            range(entry_ms, 1, max).at("fairness.draw.entry_ms")
        }
    }
}

fn item(item: &DropItem, skus: &BTreeSet<&Sku>) -> Result<(), Invalid> {
    if !skus.contains(&item.sku) {
        return Err(Invalid::new("sku", PlanProblem::Unknown { name: item.sku.to_string() }));
    }
    optional(item.price_minor, 0, PRICE_MINOR_MAX).at("price_minor")?;
    optional(item.cap.map(u64::from), 1, UNITS_MAX.into()).at("cap")
}

/// What the whole plan may come to.
fn totals(plan: &ShowPlan) -> Result<(), Invalid> {
    let skus: usize = plan.products.iter().map(|product| product.variants.len()).sum();
    if skus > PLAN_SKUS_MAX {
        return Err(Invalid::new("products", PlanProblem::TooMany { max: PLAN_SKUS_MAX }));
    }
    let items: usize = plan.drops.iter().map(|drop| drop.items.len()).sum();
    if items > PLAN_ITEMS_MAX {
        return Err(Invalid::new("drops", PlanProblem::TooMany { max: PLAN_ITEMS_MAX }));
    }
    let settings = &plan.settings;
    let of_settings = [&settings.title, &settings.description, &settings.return_policy, &settings.delivery];
    let of_products = plan.products.iter().flat_map(|product| [&product.title, &product.description]);
    let of_variants = plan.products.iter().flat_map(|product| &product.variants).map(|variant| &variant.title);
    let texts = of_settings.into_iter().chain(of_products).chain(of_variants);
    let bytes: usize = texts.chain(plan.drops.iter().map(|drop| &drop.title)).map(Text::bytes).sum();
    if bytes > PLAN_TEXT_BYTES_MAX {
        return Err(Invalid::new("plan", PlanProblem::TooLong { max: PLAN_TEXT_BYTES_MAX }));
    }
    Ok(())
}

fn text(text: &Text) -> Result<(), PlanProblem> {
    Ok(text.check()?)
}

fn bytes(text: &str, max: usize) -> Result<(), PlanProblem> {
    if text.len() <= max { Ok(()) } else { Err(PlanProblem::TooLong { max }) }
}

/// A browser reads `//host` and `/\host` as another server's address and leaves out white space, so neither is a path.
fn address(address: &str) -> Result<(), PlanProblem> {
    let printable = address.bytes().all(|byte| byte.is_ascii_graphic());
    let is_path = address.starts_with('/') && !address[1..].starts_with(['/', '\\']);
    let fits = address.is_empty() || is_path || address.strip_prefix("https://").is_some_and(|host| !host.is_empty());
    if printable && fits && address.len() <= ADDRESS_BYTES_MAX {
        return Ok(());
    }
    Err(PlanProblem::Address { max: ADDRESS_BYTES_MAX })
}

fn moment(moment: Option<Timestamp>) -> Result<(), PlanProblem> {
    optional(moment.map(|moment| moment.0), 0, Timestamp::MAX.0)
}

fn optional(number: Option<u64>, min: u64, max: u64) -> Result<(), PlanProblem> {
    number.map_or(Ok(()), |number| range(number, min, max))
}

fn range(number: u64, min: u64, max: u64) -> Result<(), PlanProblem> {
    if (min..=max).contains(&number) { Ok(()) } else { Err(PlanProblem::Range { min, max }) }
}

fn length(length: usize, min: usize, max: usize) -> Result<(), PlanProblem> {
    match length {
        length if length < min => Err(PlanProblem::Empty),
        length if length > max => Err(PlanProblem::TooMany { max }),
        _ => Ok(()),
    }
}

fn once<'a, T: Ord>(names: &mut BTreeSet<&'a T>, name: &'a T, text: &str) -> Result<(), PlanProblem> {
    if names.insert(name) { Ok(()) } else { Err(PlanProblem::Twice { name: text.to_owned() }) }
}
