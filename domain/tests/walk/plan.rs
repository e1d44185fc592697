//! The first plan of a walk, and how it changes.

use dropcast_domain::{
    ids::{BrandId, ProductId},
    money::Currency,
    show::{
        CoolDown, DropItem, DropPlan, Fairness, HoldRules, ProductPlan, ShowPlan, ShowSettings, VariantPlan, Waitlist,
    },
    text::Text,
    time::Timestamp,
};

use crate::{
    step::{Change, DROPS},
    world::{World, drop_id, sku},
};

impl World {
    pub(crate) fn change(&self, plan: &mut ShowPlan, change: Change) {
        let first = first_plan();
        let drop_at = |plan: &ShowPlan, drop| plan.drops.iter().position(|planned| planned.drop == drop_id(drop));
        if let Change::Drop(drop) = change {
            match drop_at(plan, drop) {
                Some(position) => _ = plan.drops.remove(position),
                None => plan.drops.push(first.drops[drop].clone()),
            }
            return;
        }
        let on_drop = |plan: &mut ShowPlan, drop: usize, change: &dyn Fn(&mut DropPlan)| {
            plan.drops.iter_mut().filter(|planned| planned.drop == drop_id(drop)).for_each(change);
        };
        let on_variant = |plan: &mut ShowPlan, of: usize, change: &dyn Fn(&mut VariantPlan)| {
            let variants = plan.products.iter_mut().flat_map(|product| &mut product.variants);
            variants.filter(|variant| variant.sku == sku(of)).for_each(change);
        };
        match change {
            Change::Drop(_) => {}
            Change::Units(of, units) => on_variant(plan, of, &|variant| variant.units = units),
            Change::ListPrice(of, price) => on_variant(plan, of, &|variant| variant.list_price_minor = price),
            Change::Variant => match plan.products[0].variants.len() {
                1 => plan.products[0].variants.push(first.products[0].variants[1].clone()),
                _ => plan.products[0].variants.truncate(1),
            },
            Change::Product => match plan.products.len() {
                1 => plan.products.push(first.products[1].clone()),
                _ => plan.products.truncate(1),
            },
            Change::Swap => plan.drops.reverse(),
            Change::Title(drop) => on_drop(plan, drop, &|drop| drop.title = text("Once more")),
            Change::Limit(drop, limit) => on_drop(plan, drop, &|drop| drop.limit_per_viewer = limit),
            Change::Cap(drop, cap) => on_drop(plan, drop, &|drop| drop.items[0].cap = cap),
            Change::OpensAt(drop, after_ms) => {
                let opens_at = after_ms.map(|after_ms| Timestamp(self.now.0 - 1_000 + after_ms));
                on_drop(plan, drop, &|drop| drop.opens_at = opens_at);
            }
            Change::Duration(drop, ms) => on_drop(plan, drop, &|drop| drop.duration_ms = ms),
            Change::HoldTtl(drop, ms) => on_drop(plan, drop, &|drop| drop.hold_ttl_ms = ms),
            Change::CloseWhenSoldOut(drop) => {
                on_drop(plan, drop, &|drop| drop.close_when_sold_out = !drop.close_when_sold_out);
            }
            Change::Items(drop, of) => on_drop(plan, drop, &|drop| drop.items = vec![item(of, None, Some(2))]),
            Change::SharedCap(drop, cap) => on_drop(plan, drop, &|drop| drop.shared_cap = cap),
            Change::Waitlist(drop, kind) => on_drop(plan, drop, &|drop| {
                drop.waitlist = [Waitlist::Off, Waitlist::Ask, Waitlist::Automatic][usize::from(kind)];
            }),
            Change::Draw(drop, entry_ms) => on_drop(plan, drop, &|drop| {
                drop.fairness = entry_ms.map_or(Fairness::FirstCome, |entry_ms| Fairness::Draw { entry_ms });
            }),
            Change::OfferTtl(drop, ms) => on_drop(plan, drop, &|drop| drop.offer_ttl_ms = ms),
            Change::ShowLimit(limit) => plan.settings.hold_rules.limit_per_viewer = limit,
            Change::OpenHolds(limit) => plan.settings.hold_rules.open_holds_per_viewer = limit,
            Change::PaymentExtension(ms) => plan.settings.hold_rules.payment_extension_ms = ms,
            Change::CoolDown(rest) => {
                let cool_down = rest.map(|(lapses_allowed, for_ms)| CoolDown { lapses_allowed, for_ms });
                plan.settings.hold_rules.cool_down = cool_down;
            }
            Change::Currency => plan.settings.currency = Currency::new("USD").unwrap(),
        }
    }
}

/// Two products of three SKUs, three drops that share them.
pub(crate) fn first_plan() -> ShowPlan {
    let drop = |number: usize, items: Vec<DropItem>, close_when_sold_out| DropPlan {
        drop: drop_id(number),
        title: text(DROPS[number]),
        items,
        limit_per_viewer: 3,
        hold_ttl_ms: None,
        opens_at: None,
        duration_ms: None,
        close_when_sold_out,
        shared_cap: None,
        fairness: Fairness::FirstCome,
        waitlist: Waitlist::Off,
        offer_ttl_ms: None,
    };
    let variant = |number: usize, units| VariantPlan { sku: sku(number), title: text(""), list_price_minor: 7, units };
    let product = |name: &str, variants: Vec<VariantPlan>| ProductPlan {
        product: ProductId::new(name).unwrap(),
        title: text(name),
        description: Text::default(),
        picture: String::new(),
        variants,
    };
    ShowPlan {
        settings: ShowSettings {
            brand: BrandId::new("acme").unwrap(),
            title: text("Walk"),
            description: Text::default(),
            host_name: String::new(),
            picture: String::new(),
            video: String::new(),
            currency: Currency::new("EUR").unwrap(),
            starts_at: None,
            hold_ttl_ms: 2_000,
            watch_without_token: true,
            return_policy: Text::default(),
            delivery: Text::default(),
            hold_rules: HoldRules { payment_extension_ms: 500, ..HoldRules::default() },
        },
        products: vec![product("tee", vec![variant(0, 4), variant(1, 3)]), product("cap", vec![variant(2, 3)])],
        drops: vec![
            DropPlan {
                waitlist: Waitlist::Automatic,
                ..drop(0, vec![item(0, None, Some(2)), item(1, None, None)], true)
            },
            DropPlan {
                waitlist: Waitlist::Ask,
                shared_cap: Some(4),
                ..drop(1, vec![item(0, Some(5), None), item(2, Some(0), Some(3))], true)
            },
            DropPlan {
                duration_ms: Some(4_000),
                fairness: Fairness::Draw { entry_ms: 1_000 },
                offer_ttl_ms: Some(1_500),
                ..drop(2, vec![item(2, None, None), item(1, None, Some(2))], false)
            },
        ],
    }
}

/// A draw takes entries for less than its drop is open.
pub(crate) fn within_bounds(drop: &mut DropPlan) {
    if let (Fairness::Draw { entry_ms }, Some(duration_ms)) = (&mut drop.fairness, drop.duration_ms) {
        match duration_ms {
            1 => drop.fairness = Fairness::FirstCome,
            _ => *entry_ms = (*entry_ms).min(duration_ms - 1),
        }
    }
}

fn item(number: usize, price_minor: Option<u64>, cap: Option<u32>) -> DropItem {
    DropItem { sku: sku(number), price_minor, cap }
}

fn text(english: &str) -> Text {
    Text([("en".to_owned(), english.to_owned())].into())
}
