//! The part of a plan that is about products and units.

use std::collections::BTreeSet;

use super::plan_bounds::{At, Invalid};
use crate::{
    ids::Sku,
    inventory::stock::SkuRecord,
    show::{Fact, PlanProblem, Product, ProductPlan, Show, ShowPlan, UNITS_MAX, Variant, VariantPlan},
};

/// Whether the show can come to have these products and units.
pub(super) fn check(show: &Show, wanted: &ShowPlan) -> Result<(), Invalid> {
    for (product_position, product) in wanted.products.iter().enumerate() {
        for (position, variant) in product.variants.iter().enumerate() {
            let Some(record) = show.records.skus.find(&variant.sku) else { continue };
            let checked = check_variant(show, product, variant, record);
            checked.map_err(|invalid| invalid.within(&format!("products[{product_position}].variants[{position}]")))?;
        }
    }
    let wanted = skus(wanted);
    let left_out = show.stocks().find(|(sku, stock)| !wanted.contains(sku) && stock.committed() > 0);
    let reason = "units of it are held, offered or sold";
    left_out
        .map_or(Ok(()), |(sku, _)| Err(PlanProblem::LeftOut { name: sku.to_string(), reason: reason.into() }))
        .at("products")
}

/// Withdraws and unlists what the plan leaves out; the SKUs that a staying product loses go with [`put`].
pub(super) fn remove(show: &Show, wanted: &ShowPlan, facts: &mut Vec<Fact>) {
    let kept = skus(wanted);
    for (sku, stock) in show.stocks().filter(|(sku, stock)| !kept.contains(sku) && stock.allotment > 0) {
        facts.push(Fact::UnitsWithdrawn { sku: sku.clone(), units: stock.allotment });
    }
    let kept: BTreeSet<_> = wanted.products.iter().map(|product| &product.product).collect();
    let gone = show.products().filter(|product| !kept.contains(&product.product));
    facts.extend(gone.map(|product| Fact::ProductUnlisted { product: product.product.clone() }));
}

/// Lists what is new or changed, and gives and takes units.
pub(super) fn put(show: &Show, wanted: &ShowPlan, facts: &mut Vec<Fact>) {
    for (place, product) in (0..).zip(&wanted.products) {
        let product = listed(product, place);
        if show.product(&product.product) != Some(&product) {
            facts.push(Fact::ProductListed(Box::new(product)));
        }
    }
    for variant in wanted.products.iter().flat_map(|product| &product.variants) {
        let planned = show.records.skus.find(&variant.sku).map_or(0, |record| record.planned);
        let sku = variant.sku.clone();
        if variant.units > planned {
            facts.push(Fact::UnitsAdded { sku, units: variant.units - planned, planned: true });
        } else if variant.units < planned {
            facts.push(Fact::UnitsWithdrawn { sku, units: planned - variant.units });
        }
    }
}

/// The SKUs of a plan.
pub(super) fn skus(plan: &ShowPlan) -> BTreeSet<&Sku> {
    plan.products.iter().flat_map(|product| &product.variants).map(|variant| &variant.sku).collect()
}

fn check_variant(show: &Show, product: &ProductPlan, variant: &VariantPlan, record: &SkuRecord) -> Result<(), Invalid> {
    if record.product != product.product {
        let reason = "a SKU stays with its product; leave it out of one plan to list it anew in the next";
        return Err(Invalid::new("sku", PlanProblem::Fixed { reason: reason.into() }));
    }
    let list_price_minor = show.variant(&variant.sku).map(|variant| variant.list_price_minor);
    if list_price_minor != Some(variant.list_price_minor) && sells_at_list_price(show, &variant.sku) {
        let reason = "a drop that is open sells it at this price";
        return Err(Invalid::new("list_price_minor", PlanProblem::Fixed { reason: reason.into() }));
    }
    let stock = record.stock;
    let on_top = record.on_top();
    if variant.units > UNITS_MAX.saturating_sub(on_top) {
        let max = u64::from(UNITS_MAX.saturating_sub(on_top));
        return Err(Invalid::new("units", PlanProblem::Range { min: 0, max }));
    }
    let committed = stock.committed();
    if variant.units + on_top < committed + record.sold_elsewhere {
        return Err(Invalid::new(
            "units",
            PlanProblem::BelowCommitted { committed: committed + record.sold_elsewhere },
        ));
    }
    Ok(())
}

fn sells_at_list_price(show: &Show, sku: &Sku) -> bool {
    let mut running = show.records.drops.iter().filter(|(_, _, drop)| drop.is_running());
    running.any(|(_, _, drop)| drop.item(sku).is_some_and(|(item, _)| item.price_minor.is_none()))
}

fn listed(plan: &ProductPlan, place: u32) -> Product {
    let variant = |variant: &VariantPlan| Variant {
        sku: variant.sku.clone(),
        title: variant.title.clone(),
        list_price_minor: variant.list_price_minor,
    };
    Product {
        product: plan.product.clone(),
        place,
        title: plan.title.clone(),
        description: plan.description.clone(),
        picture: plan.picture.clone(),
        variants: plan.variants.iter().map(variant).collect(),
    }
}
