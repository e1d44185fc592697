//! What is planned: the rules' own and the stored.

use dropcast_domain::{
    ids::{BrandId, DropId, Sku},
    money::Currency,
    show::{CoolDown, DropItem, DropPlan, Fairness, HoldRules, ShowSettings, Waitlist},
    text::Text,
    time::Timestamp,
};
use dropcast_proto::v1;

use super::{DecodeError, names::InWire as _};

pub(super) fn settings_to_wire(settings: &ShowSettings) -> v1::ShowPlanned {
    v1::ShowPlanned {
        brand: settings.brand.to_string(),
        title: settings.title.0.clone(),
        description: settings.description.0.clone(),
        host_name: settings.host_name.clone(),
        picture: settings.picture.clone(),
        video: settings.video.clone(),
        currency: settings.currency.to_string(),
        starts_at: settings.starts_at.map(|at| at.0),
        hold_ttl_ms: settings.hold_ttl_ms,
        watch_without_token: settings.watch_without_token,
        return_policy: settings.return_policy.0.clone(),
        delivery: settings.delivery.0.clone(),
        hold_rules: Some(hold_rules_to_wire(&settings.hold_rules)),
    }
}

pub(super) fn settings_from_wire(fact: v1::ShowPlanned) -> Result<ShowSettings, DecodeError> {
    Ok(ShowSettings {
        brand: BrandId::new(&fact.brand)?,
        title: Text(fact.title),
        description: Text(fact.description),
        host_name: fact.host_name,
        picture: fact.picture,
        video: fact.video,
        currency: Currency::new(&fact.currency)?,
        starts_at: fact.starts_at.map(Timestamp),
        hold_ttl_ms: fact.hold_ttl_ms,
        watch_without_token: fact.watch_without_token,
        return_policy: Text(fact.return_policy),
        delivery: Text(fact.delivery),
        hold_rules: fact.hold_rules.map(hold_rules_from_wire).unwrap_or_default(),
    })
}

pub(super) fn hold_rules_to_wire(rules: &HoldRules) -> v1::HoldRules {
    let cool_down = |rest: CoolDown| v1::CoolDown { lapses_allowed: rest.lapses_allowed, for_ms: rest.for_ms };
    v1::HoldRules {
        limit_per_viewer: rules.limit_per_viewer,
        open_holds_per_viewer: rules.open_holds_per_viewer,
        payment_extension_ms: rules.payment_extension_ms,
        cool_down: rules.cool_down.map(cool_down),
    }
}

fn hold_rules_from_wire(rules: v1::HoldRules) -> HoldRules {
    let cool_down = |rest: v1::CoolDown| CoolDown { lapses_allowed: rest.lapses_allowed, for_ms: rest.for_ms };
    HoldRules {
        limit_per_viewer: rules.limit_per_viewer,
        open_holds_per_viewer: rules.open_holds_per_viewer,
        payment_extension_ms: rules.payment_extension_ms,
        cool_down: rules.cool_down.map(cool_down),
    }
}

pub(super) fn drop_to_wire(plan: &DropPlan, place: u32) -> v1::DropPlanned {
    let item =
        |item: &DropItem| v1::PlannedItem { sku: item.sku.to_string(), price_minor: item.price_minor, cap: item.cap };
    v1::DropPlanned {
        drop: plan.drop.to_string(),
        place,
        title: plan.title.0.clone(),
        items: plan.items.iter().map(item).collect(),
        limit_per_viewer: plan.limit_per_viewer,
        hold_ttl_ms: plan.hold_ttl_ms,
        opens_at: plan.opens_at.map(|at| at.0),
        duration_ms: plan.duration_ms,
        close_when_sold_out: plan.close_when_sold_out,
        shared_cap: plan.shared_cap,
        draw_entry_ms: match plan.fairness {
            Fairness::FirstCome => None,
            Fairness::Draw { entry_ms } => Some(entry_ms),
        },
        waitlist: plan.waitlist.wire(),
        offer_ttl_ms: plan.offer_ttl_ms,
    }
}

pub(super) fn drop_from_wire(fact: v1::DropPlanned) -> Result<DropPlan, DecodeError> {
    let item = |item: v1::PlannedItem| -> Result<DropItem, DecodeError> {
        Ok(DropItem { sku: Sku::new(&item.sku)?, price_minor: item.price_minor, cap: item.cap })
    };
    Ok(DropPlan {
        drop: DropId::new(&fact.drop)?,
        title: Text(fact.title),
        items: fact.items.into_iter().map(item).collect::<Result<_, _>>()?,
        limit_per_viewer: fact.limit_per_viewer,
        hold_ttl_ms: fact.hold_ttl_ms,
        opens_at: fact.opens_at.map(Timestamp),
        duration_ms: fact.duration_ms,
        close_when_sold_out: fact.close_when_sold_out,
        shared_cap: fact.shared_cap,
        fairness: fact.draw_entry_ms.map_or(Fairness::FirstCome, |entry_ms| Fairness::Draw { entry_ms }),
        // An entry of before there were waitlists says nothing of them.
        waitlist: if fact.waitlist == 0 { Waitlist::Off } else { Waitlist::from_wire(fact.waitlist)? },
        offer_ttl_ms: fact.offer_ttl_ms,
    })
}
