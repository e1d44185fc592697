//! Facts as short lines of text.

use dropcast_domain::{inventory::BundleLine, show::Fact, time::Timestamp};

use crate::fixture::BEGIN_MS;

/// A fact as a line; moments are milliseconds since [`BEGIN_MS`].
pub(crate) fn line(fact: &Fact) -> String {
    let since = |moment: Timestamp| moment.0 - BEGIN_MS;
    let end = |moment: Option<Timestamp>| moment.map_or("-".to_owned(), |moment| since(moment).to_string());
    match fact {
        Fact::ShowPlanned(settings) => format!("planned by {}", settings.brand),
        Fact::ProductListed(product) => {
            let variants =
                product.variants.iter().map(|variant| format!(" {}@{}", variant.sku, variant.list_price_minor));
            format!("listed {} at {}:{}", product.product, product.place, variants.collect::<String>())
        }
        Fact::ProductUnlisted { product } => format!("unlisted {product}"),
        Fact::UnitsAdded { sku, units, planned } => {
            format!("{units} {sku} {}", if *planned { "planned" } else { "added" })
        }
        Fact::UnitsWithdrawn { sku, units } => format!("{units} {sku} withdrawn"),
        Fact::UnitsSoldElsewhere { sku, units } => format!("{units} {sku} sold elsewhere"),
        Fact::ShortfallRecorded { sku, units } => format!("{units} {sku} missing"),
        Fact::DropPlanned { plan, place } => format!("{} at {place}", plan.drop),
        Fact::DropUnplanned { drop } => format!("{drop} left out"),
        Fact::ShowStarted => "started".to_owned(),
        Fact::ShowEnded => "ended".to_owned(),
        Fact::DropScheduled { drop, opens_at } => format!("{drop} opens at {}", end(*opens_at)),
        Fact::DropOpened { drop, closes_at } => format!("{drop} open until {}", end(*closes_at)),
        Fact::DropPaused { drop } => format!("{drop} paused"),
        Fact::DropResumed { drop } => format!("{drop} resumed"),
        Fact::DropExtended { drop, closes_at } => format!("{drop} extended to {}", since(*closes_at)),
        Fact::CapRaised { drop, sku, units } => format!("{drop} sells {units} {sku} more"),
        Fact::SharedCapRaised { drop, units } => format!("{drop} sells {units} more in all"),
        Fact::DropUndone { drop } => format!("{drop} taken back"),
        Fact::DropClosed { drop, reason } => format!("{drop} closed: {reason:?}"),
        Fact::ReservationHeld { reservation, viewer, drop, sku, quantity, unit_price_minor, expires_at } => {
            let until = since(*expires_at);
            format!("#{reservation}: {quantity} {sku}@{unit_price_minor} held for {viewer} in {drop} until {until}")
        }
        Fact::BundleLineHeld { reservation, sku, quantity, unit_price_minor } => {
            format!("#{reservation}: with {quantity} {sku}@{unit_price_minor}")
        }
        Fact::ReservationOffered { reservation, waiter, viewer, drop, sku, quantity, unit_price_minor, expires_at } => {
            let what = format!("{quantity} {sku}@{unit_price_minor} offered to {viewer} (waiter {waiter})");
            format!("#{reservation}: {what} in {drop} until {}", since(*expires_at))
        }
        Fact::HoldExtended { reservation, expires_at } => format!("#{reservation} until {}", since(*expires_at)),
        Fact::ReservationSold { reservation } => format!("#{reservation} sold"),
        Fact::ReservationReleased { reservation } => format!("#{reservation} released"),
        Fact::ReservationExpired { reservation } => format!("#{reservation} expired"),
        Fact::ReservationRevoked { reservation } => format!("#{reservation} revoked"),
        Fact::WaitlistJoined { waiter, viewer, drop, sku, quantity } => {
            format!("waiter {waiter}: {viewer} for {quantity} {sku} in {drop}")
        }
        Fact::WaitlistLeft { waiter } => format!("waiter {waiter} left"),
        Fact::DrawCommitted { drop, .. } => format!("{drop} bound"),
        Fact::LotsDrawn { drop, .. } => format!("{drop} drawn"),
        Fact::HoldsExtended { by_ms } => format!("all held {by_ms} longer"),
        Fact::OrderPlaced { order, reservation, total_minor } => {
            format!("order {order}: #{reservation} for {total_minor}")
        }
        Fact::OrderPaid { order, payment } => format!("order {order} paid by {payment}"),
        Fact::AudienceCounted { node, count } => {
            format!("{node} counted {} viewers, {} ever, {} clicks", count.viewers, count.watched, count.clicks)
        }
        Fact::PromiseKept(kept) => {
            let reserve = kept.reserve.as_ref().map(|used| format!(" {} holds", used.key));
            let sale = kept.sale.as_ref().map(|sale| format!(" {} buys as {}", sale.confirm.key, sale.order));
            let keys: String = [reserve, sale].into_iter().flatten().collect();
            format!("lost #{} of {} kept as #{}:{keys}", kept.lost, kept.viewer, kept.reservation)
        }
        Fact::PromiseBroken(promise) => {
            let what = if promise.sold { "bought" } else { "held" };
            let line = |line: &BundleLine| format!(" and {} {}@{}", line.quantity, line.sku, line.unit_price_minor);
            let with: String = promise.with.iter().map(line).collect();
            let of = format!(
                "{} {}@{}{with} of {}",
                promise.quantity, promise.sku, promise.unit_price_minor, promise.viewer
            );
            format!("lost #{} broken: {of} in {}, {what} by {}", promise.lost, promise.drop, promise.key)
        }
    }
}
