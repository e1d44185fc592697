//! Commands, to be asked on a stage.

use dropcast_domain::{
    audience::AudienceCount,
    ids::{OrderId, ReservationId, WaiterId},
    show::{Command, Digest, ShowPlan, WantedLine},
    time::Timestamp,
};

use crate::fixture::{drop_id, sku, somebody};

pub(crate) fn plan_of(plan: ShowPlan) -> Command {
    Command::Plan(Box::new(plan))
}

pub(crate) fn open(drop: &str) -> Command {
    Command::OpenDrop { drop: drop_id(drop) }
}

pub(crate) fn schedule(drop: &str, opens_at: Option<u64>) -> Command {
    Command::ScheduleDrop { drop: drop_id(drop), opens_at: opens_at.map(Timestamp) }
}

pub(crate) fn pause(drop: &str) -> Command {
    Command::PauseDrop { drop: drop_id(drop) }
}

pub(crate) fn resume(drop: &str) -> Command {
    Command::ResumeDrop { drop: drop_id(drop) }
}

pub(crate) fn extend(drop: &str, by_ms: u64) -> Command {
    Command::ExtendDrop { drop: drop_id(drop), by_ms }
}

pub(crate) fn undo(drop: &str) -> Command {
    Command::UndoDrop { drop: drop_id(drop) }
}

pub(crate) fn close(drop: &str) -> Command {
    Command::CloseDrop { drop: drop_id(drop) }
}

pub(crate) fn add_units(drop: Option<&str>, sku_name: &str, units: u32) -> Command {
    Command::AddUnits { drop: drop.map(drop_id), sku: sku(sku_name), units }
}

pub(crate) fn reserve(drop: &str, sku_name: &str, quantity: u32) -> Command {
    reserve_with(drop, sku_name, quantity, &[])
}

/// A bundle: one SKU, and others with it.
pub(crate) fn reserve_with(drop: &str, sku_name: &str, quantity: u32, with: &[(&str, u32)]) -> Command {
    let line = |&(sku_name, quantity): &(&str, u32)| WantedLine { sku: sku(sku_name), quantity };
    let with = with.iter().map(line).collect();
    Command::Reserve { drop: drop_id(drop), sku: sku(sku_name), quantity, with }
}

pub(crate) fn join(drop: &str, sku_name: &str, quantity: u32) -> Command {
    Command::JoinWaitlist { drop: drop_id(drop), sku: sku(sku_name), quantity }
}

pub(crate) fn leave(waiter: u64) -> Command {
    Command::LeaveWaitlist { waiter: WaiterId(waiter) }
}

pub(crate) fn extend_hold(reservation: u64) -> Command {
    Command::ExtendHold { reservation: ReservationId(reservation) }
}

pub(crate) fn confirm(reservation: u64) -> Command {
    Command::Confirm { reservation: ReservationId(reservation) }
}

pub(crate) fn release(reservation: u64) -> Command {
    Command::Release { reservation: ReservationId(reservation) }
}

pub(crate) fn settle(order: u64) -> Command {
    Command::SettleOrder { order: OrderId(order), payment: somebody("pay_1") }
}

pub(crate) fn extend_holds(by_ms: u64) -> Command {
    Command::ExtendHolds { by_ms }
}

pub(crate) fn withdraw(sku_name: &str, units: u32, force: bool) -> Command {
    Command::WithdrawUnits { sku: sku(sku_name), units, force }
}

pub(crate) fn count(node: &str, count: &AudienceCount) -> Command {
    Command::CountAudience { node: somebody(node), count: Box::new(count.clone()) }
}

pub(crate) fn commit_draw(drop: &str, commitment: Digest) -> Command {
    Command::CommitDraw { drop: drop_id(drop), commitment }
}

pub(crate) fn draw_lots(drop: &str, seed: Digest, digest: Digest) -> Command {
    Command::DrawLots { drop: drop_id(drop), seed, digest }
}
