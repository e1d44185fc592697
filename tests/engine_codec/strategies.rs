//! Every entry that there can be.

use dropcast_domain::{
    audience::{AudienceCount, TurnedAway},
    ids::{BrandId, DropId, Key, OrderId, PrincipalId, ProductId, ReservationId, Sku, SourceId, WaiterId},
    inventory::BundleLine,
    money::Currency,
    show::{
        BrokenPromise, Cause, CloseReason, CoolDown, Digest, DropItem, DropPlan, Entry, Fact, Fairness, Fingerprint,
        HoldRules, KeptPromise, KeptSale, KeyBinding, KeyUse, Outcome, Principal, Product, Role, ShowSettings, Variant,
        Waitlist,
    },
    text::Text,
    time::Timestamp,
};
use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
};

pub(crate) fn entry() -> impl Strategy<Value = Entry> {
    let cause = (role(), name(), option::of((name(), any::<[u8; 16]>(), outcome()))).prop_map(|(role, id, binding)| {
        let bind = |(key, fingerprint, outcome): (String, _, _)| KeyBinding {
            key: Key::new(&key).unwrap(),
            fingerprint: Fingerprint(fingerprint),
            outcome,
        };
        Cause { principal: Principal { role, id: PrincipalId::new(&id).unwrap() }, binding: binding.map(bind) }
    });
    (moment(), option::of(cause), vec(fact(), 1..8)).prop_map(|(at, cause, facts)| Entry { at, cause, facts })
}

pub(crate) fn fact() -> impl Strategy<Value = Fact> {
    prop_oneof![planning(), running(), buying(), waiting(), promises(), counting()]
}

fn planning() -> impl Strategy<Value = Fact> {
    prop_oneof![
        settings().prop_map(|settings| Fact::ShowPlanned(Box::new(settings))),
        product().prop_map(|product| Fact::ProductListed(Box::new(product))),
        name().prop_map(|name| Fact::ProductUnlisted { product: ProductId::new(&name).unwrap() }),
        (sku(), any::<u32>(), any::<bool>()).prop_map(|(sku, units, planned)| Fact::UnitsAdded { sku, units, planned }),
        (sku(), any::<u32>()).prop_map(|(sku, units)| Fact::UnitsWithdrawn { sku, units }),
        (sku(), any::<u32>()).prop_map(|(sku, units)| Fact::UnitsSoldElsewhere { sku, units }),
        (sku(), any::<u32>()).prop_map(|(sku, units)| Fact::ShortfallRecorded { sku, units }),
        (drop_plan(), any::<u32>()).prop_map(|(plan, place)| Fact::DropPlanned { plan: Box::new(plan), place }),
        drop_id().prop_map(|drop| Fact::DropUnplanned { drop }),
    ]
}

fn running() -> impl Strategy<Value = Fact> {
    prop_oneof![
        Just(Fact::ShowStarted),
        Just(Fact::ShowEnded),
        (drop_id(), option::of(moment())).prop_map(|(drop, opens_at)| Fact::DropScheduled { drop, opens_at }),
        (drop_id(), option::of(moment())).prop_map(|(drop, closes_at)| Fact::DropOpened { drop, closes_at }),
        drop_id().prop_map(|drop| Fact::DropPaused { drop }),
        drop_id().prop_map(|drop| Fact::DropResumed { drop }),
        (drop_id(), moment()).prop_map(|(drop, closes_at)| Fact::DropExtended { drop, closes_at }),
        (drop_id(), sku(), any::<u32>()).prop_map(|(drop, sku, units)| Fact::CapRaised { drop, sku, units }),
        (drop_id(), any::<u32>()).prop_map(|(drop, units)| Fact::SharedCapRaised { drop, units }),
        drop_id().prop_map(|drop| Fact::DropUndone { drop }),
        (drop_id(), close_reason()).prop_map(|(drop, reason)| Fact::DropClosed { drop, reason }),
    ]
}

fn counting() -> impl Strategy<Value = Fact> {
    let turned_away = any::<[u64; 5]>().prop_map(|[sold_out, limited, closed, other, units]| TurnedAway {
        sold_out,
        limited,
        closed,
        other,
        units,
    });
    let sources = btree_map(name().prop_map(|name| SourceId::new(&name).unwrap()), any::<u64>(), 0..4);
    (name(), any::<u32>(), any::<[u64; 4]>(), turned_away, sources).prop_map(
        |(node, viewers, [watched, saw, clicked, clicks], turned_away, sources)| {
            let count = AudienceCount { viewers, watched, saw, clicked, clicks, turned_away, sources };
            Fact::AudienceCounted { node: PrincipalId::new(&node).unwrap(), count: Box::new(count) }
        },
    )
}

fn buying() -> impl Strategy<Value = Fact> {
    let held = (any::<u64>(), name(), drop_id(), sku(), any::<u32>(), any::<u64>(), moment()).prop_map(
        |(number, viewer, drop, sku, quantity, unit_price_minor, expires_at)| Fact::ReservationHeld {
            reservation: ReservationId(number),
            viewer: PrincipalId::new(&viewer).unwrap(),
            drop,
            sku,
            quantity,
            unit_price_minor,
            expires_at,
        },
    );
    let reservation = || any::<u64>().prop_map(ReservationId);
    let order = || any::<u64>().prop_map(OrderId);
    prop_oneof![
        held,
        reservation().prop_map(|reservation| Fact::ReservationSold { reservation }),
        reservation().prop_map(|reservation| Fact::ReservationReleased { reservation }),
        reservation().prop_map(|reservation| Fact::ReservationExpired { reservation }),
        any::<u64>().prop_map(|by_ms| Fact::HoldsExtended { by_ms }),
        reservation().prop_map(|reservation| Fact::ReservationRevoked { reservation }),
        (reservation(), moment()).prop_map(|(reservation, expires_at)| Fact::HoldExtended { reservation, expires_at }),
        (reservation(), line()).prop_map(|(reservation, line)| Fact::BundleLineHeld {
            reservation,
            sku: line.sku,
            quantity: line.quantity,
            unit_price_minor: line.unit_price_minor,
        }),
        (order(), reservation(), any::<u64>()).prop_map(|(order, reservation, total_minor)| Fact::OrderPlaced {
            order,
            reservation,
            total_minor
        }),
        (order(), name())
            .prop_map(|(order, payment)| Fact::OrderPaid { order, payment: PrincipalId::new(&payment).unwrap() }),
    ]
}

fn waiting() -> impl Strategy<Value = Fact> {
    let units = || (name(), drop_id(), sku(), any::<u32>());
    let waiter = || any::<u64>().prop_map(WaiterId);
    let digest = || any::<[u8; 32]>().prop_map(Digest);
    let offered = (any::<u64>(), waiter(), units(), any::<u64>(), moment()).prop_map(
        |(number, waiter, (viewer, drop, sku, quantity), unit_price_minor, expires_at)| Fact::ReservationOffered {
            reservation: ReservationId(number),
            waiter,
            viewer: PrincipalId::new(&viewer).unwrap(),
            drop,
            sku,
            quantity,
            unit_price_minor,
            expires_at,
        },
    );
    let joined = (waiter(), units()).prop_map(|(waiter, (viewer, drop, sku, quantity))| Fact::WaitlistJoined {
        waiter,
        viewer: PrincipalId::new(&viewer).unwrap(),
        drop,
        sku,
        quantity,
    });
    prop_oneof![
        offered,
        joined,
        waiter().prop_map(|waiter| Fact::WaitlistLeft { waiter }),
        (drop_id(), digest()).prop_map(|(drop, commitment)| Fact::DrawCommitted { drop, commitment }),
        (drop_id(), digest(), digest()).prop_map(|(drop, seed, digest)| Fact::LotsDrawn { drop, seed, digest }),
    ]
}

fn line() -> impl Strategy<Value = BundleLine> {
    (sku(), any::<u32>(), any::<u64>()).prop_map(|(sku, quantity, unit_price_minor)| BundleLine {
        sku,
        quantity,
        unit_price_minor,
    })
}

fn promises() -> impl Strategy<Value = Fact> {
    let used = || {
        (name(), any::<[u8; 16]>())
            .prop_map(|(key, content)| KeyUse { key: Key::new(&key).unwrap(), fingerprint: Fingerprint(content) })
    };
    let sale = (any::<u64>(), used()).prop_map(|(order, confirm)| KeptSale { order: OrderId(order), confirm });
    let kept = (name(), any::<u64>(), any::<u64>(), option::of(used()), option::of(sale)).prop_map(
        |(viewer, lost, reservation, reserve, sale)| {
            Fact::PromiseKept(Box::new(KeptPromise {
                viewer: PrincipalId::new(&viewer).unwrap(),
                lost: ReservationId(lost),
                reservation: ReservationId(reservation),
                reserve,
                sale,
            }))
        },
    );
    let units = (drop_id(), sku(), any::<u32>(), any::<u64>(), vec(line(), 0..3));
    let broken = (name(), units, any::<u64>(), any::<bool>(), name()).prop_map(
        |(viewer, (drop, sku, quantity, unit_price_minor, with), lost, sold, key)| {
            Fact::PromiseBroken(Box::new(BrokenPromise {
                viewer: PrincipalId::new(&viewer).unwrap(),
                drop,
                sku,
                quantity,
                unit_price_minor,
                with,
                lost: ReservationId(lost),
                sold,
                key: Key::new(&key).unwrap(),
            }))
        },
    );
    prop_oneof![kept, broken]
}

fn settings() -> impl Strategy<Value = ShowSettings> {
    let texts = (text(), text(), text(), text());
    let strings = (".*", ".*", ".*", hold_rules());
    (name(), texts, strings, "[A-Z]{3}", option::of(moment()), any::<u64>(), any::<bool>()).prop_map(
        |(brand, texts, strings, currency, starts_at, hold_ttl_ms, watch_without_token)| ShowSettings {
            brand: BrandId::new(&brand).unwrap(),
            title: texts.0,
            description: texts.1,
            host_name: strings.0,
            picture: strings.1,
            video: strings.2,
            currency: Currency::new(&currency).unwrap(),
            starts_at,
            hold_ttl_ms,
            watch_without_token,
            return_policy: texts.2,
            delivery: texts.3,
            hold_rules: strings.3,
        },
    )
}

fn hold_rules() -> impl Strategy<Value = HoldRules> {
    let cool_down =
        (any::<u32>(), any::<u64>()).prop_map(|(lapses_allowed, for_ms)| CoolDown { lapses_allowed, for_ms });
    (option::of(any::<u32>()), option::of(any::<u32>()), any::<u64>(), option::of(cool_down)).prop_map(
        |(limit_per_viewer, open_holds_per_viewer, payment_extension_ms, cool_down)| HoldRules {
            limit_per_viewer,
            open_holds_per_viewer,
            payment_extension_ms,
            cool_down,
        },
    )
}

fn product() -> impl Strategy<Value = Product> {
    let variant = (sku(), text(), any::<u64>()).prop_map(|(sku, title, list_price_minor)| Variant {
        sku,
        title,
        list_price_minor,
    });
    (name(), any::<u32>(), text(), text(), ".*", vec(variant, 0..4)).prop_map(
        |(product, place, title, description, picture, variants)| Product {
            product: ProductId::new(&product).unwrap(),
            place,
            title,
            description,
            picture,
            variants,
        },
    )
}

fn drop_plan() -> impl Strategy<Value = DropPlan> {
    let item = (sku(), option::of(any::<u64>()), option::of(any::<u32>()))
        .prop_map(|(sku, price_minor, cap)| DropItem { sku, price_minor, cap });
    let times = (option::of(any::<u64>()), option::of(moment()), option::of(any::<u64>()));
    let fairness =
        prop_oneof![Just(Fairness::FirstCome), any::<u64>().prop_map(|entry_ms| Fairness::Draw { entry_ms })];
    let waitlist = prop_oneof![Just(Waitlist::Off), Just(Waitlist::Ask), Just(Waitlist::Automatic)];
    let rules = (any::<bool>(), option::of(any::<u32>()), fairness, waitlist, option::of(any::<u64>()));
    (drop_id(), text(), vec(item, 0..4), any::<u32>(), times, rules).prop_map(
        |(drop, title, items, limit_per_viewer, (hold_ttl_ms, opens_at, duration_ms), rules)| DropPlan {
            drop,
            title,
            items,
            limit_per_viewer,
            hold_ttl_ms,
            opens_at,
            duration_ms,
            close_when_sold_out: rules.0,
            shared_cap: rules.1,
            fairness: rules.2,
            waitlist: rules.3,
            offer_ttl_ms: rules.4,
        },
    )
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Viewer), Just(Role::Host), Just(Role::Brand), Just(Role::System)]
}

fn close_reason() -> impl Strategy<Value = CloseReason> {
    use CloseReason::{Host, ShowEnded, SoldOut, Time};
    prop_oneof![Just(Host), Just(Time), Just(SoldOut), Just(ShowEnded)]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Done),
        any::<u64>().prop_map(|number| Outcome::Reservation(ReservationId(number))),
        any::<u64>().prop_map(|number| Outcome::Order(OrderId(number))),
        any::<u64>().prop_map(|number| Outcome::Waiter(WaiterId(number))),
    ]
}

fn name() -> impl Strategy<Value = String> {
    "[A-Za-z0-9._:-]{1,64}"
}

fn sku() -> impl Strategy<Value = Sku> {
    name().prop_map(|name| Sku::new(&name).unwrap())
}

fn drop_id() -> impl Strategy<Value = DropId> {
    name().prop_map(|name| DropId::new(&name).unwrap())
}

fn moment() -> impl Strategy<Value = Timestamp> {
    any::<u64>().prop_map(Timestamp)
}

fn text() -> impl Strategy<Value = Text> {
    proptest::collection::btree_map("[a-z]{2,3}", ".*", 0..3).prop_map(Text)
}
