//! Facts about what there is.

use std::collections::BTreeSet;

use crate::{
    ids::{ProductId, Sku},
    inventory::{Stock, StockError, stock::SkuRecord},
    show::{FoldError, Product, Show, Variant},
    table::Slot,
};

pub(super) fn list(show: &mut Show, product: &Product) -> Result<(), FoldError> {
    let mut listed = BTreeSet::new();
    for Variant { sku, .. } in &product.variants {
        let of_another = show.records.skus.find(sku).is_some_and(|record| record.product != product.product);
        if of_another || !listed.insert(sku) {
            return Err(FoldError::SkuTaken(sku.clone()));
        }
    }
    let before = show.records.products.get(&product.product).map_or(&[][..], |before| &before.variants);
    let gone = |variant: &&Variant| !listed.contains(&variant.sku);
    let gone: Vec<Sku> = before.iter().filter(gone).map(|variant| variant.sku.clone()).collect();
    remove_skus(show, &gone)?;
    for (position, variant) in (0..).zip(&product.variants) {
        put_sku(show, product, position, &variant.sku)?;
    }
    show.records.products.insert(product.product.clone(), product.clone());
    Ok(())
}

pub(super) fn unlist(show: &mut Show, product: &ProductId) -> Result<(), FoldError> {
    let unknown = || FoldError::ProductUnknown(product.clone());
    let before = show.records.products.get(product).ok_or_else(unknown)?;
    let gone: Vec<Sku> = before.variants.iter().map(|variant| variant.sku.clone()).collect();
    remove_skus(show, &gone)?;
    show.records.products.remove(product);
    Ok(())
}

pub(super) fn add_units(show: &mut Show, sku: &Sku, units: u32, planned: bool) -> Result<(), FoldError> {
    let record = record_mut(show, sku)?;
    record.add(units).map_err(|problem| FoldError::Stock { sku: sku.clone(), problem })?;
    if planned {
        record.planned += units;
    }
    look_at_lines(show, sku);
    Ok(())
}

pub(super) fn withdraw_units(show: &mut Show, sku: &Sku, units: u32) -> Result<(), FoldError> {
    let record = record_mut(show, sku)?;
    record.stock.withdraw(units).map_err(|problem| FoldError::Stock { sku: sku.clone(), problem })?;
    // What plans gave goes first; only a SKU that leaves the catalogue gives up what came on top.
    record.planned = record.planned.saturating_sub(units);
    look_at_lines(show, sku);
    Ok(())
}

/// The plan's units stay what they are: what was sold elsewhere is no plan's to give back.
pub(super) fn sell_elsewhere(show: &mut Show, sku: &Sku, units: u32) -> Result<(), FoldError> {
    let record = record_mut(show, sku)?;
    record.stock.withdraw(units).map_err(|problem| FoldError::Stock { sku: sku.clone(), problem })?;
    record.sold_elsewhere = record.sold_elsewhere.checked_add(units).ok_or(FoldError::TooMany)?;
    look_at_lines(show, sku);
    Ok(())
}

pub(super) fn fall_short(show: &mut Show, sku: &Sku, units: u32) -> Result<(), FoldError> {
    let short = &mut record_mut(show, sku)?.short;
    *short = short.checked_add(units).ok_or(FoldError::TooMany)?;
    Ok(())
}

fn look_at_lines(show: &mut Show, sku: &Sku) {
    if let Some(sku) = show.records.skus.slot(sku) {
        show.look_at_lines(sku);
    }
}

/// Moves units of a SKU.
pub(super) fn move_units(
    show: &mut Show,
    sku: Slot<Sku>,
    movement: impl FnOnce(&mut Stock) -> Result<(), StockError>,
) -> Result<(), FoldError> {
    movement(&mut show.records.skus[sku].stock).map_err(|problem| {
        let sku = show.records.skus.name(sku).clone();
        FoldError::Stock { sku, problem }
    })
}

fn record_mut<'a>(show: &'a mut Show, sku: &Sku) -> Result<&'a mut SkuRecord, FoldError> {
    show.records.skus.find_mut(sku).ok_or_else(|| FoldError::SkuUnknown(sku.clone()))
}

fn put_sku(show: &mut Show, product: &Product, variant: u32, sku: &Sku) -> Result<(), FoldError> {
    let new = || SkuRecord {
        product: product.product.clone(),
        variant,
        stock: Stock::default(),
        planned: 0,
        sold_elsewhere: 0,
        short: 0,
    };
    let slot = show.records.skus.slot_or_insert(sku, new).ok_or(FoldError::TooMany)?;
    show.records.skus[slot].variant = variant;
    Ok(())
}

/// A SKU can only go when it has no units and no drop sells it; so no reservation ever loses its SKU.
fn remove_skus(show: &mut Show, skus: &[Sku]) -> Result<(), FoldError> {
    if skus.is_empty() {
        return Ok(());
    }
    let in_drops: BTreeSet<_> =
        show.records.drops.iter().flat_map(|(_, _, drop)| &drop.stocks).map(|stock| stock.sku).collect();
    let slots: Vec<_> = skus.iter().filter_map(|sku| Some((sku, show.records.skus.slot(sku)?))).collect();
    for (sku, slot) in &slots {
        if show.records.skus[*slot].stock.allotment > 0 || in_drops.contains(slot) {
            return Err(FoldError::SkuInUse((*sku).clone()));
        }
    }
    for (_, slot) in slots {
        show.records.skus.remove(slot);
    }
    Ok(())
}
