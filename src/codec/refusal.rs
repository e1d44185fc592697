//! Refusals, as everyone is told.

use dropcast_domain::show::{DropPhase, Refusal, ReservationState};
use dropcast_proto::v1;

use super::names::InWire as _;

/// A refusal, as everyone is told.
pub fn refusal_view(refusal: &Refusal) -> v1::Refusal {
    use v1::RefusalCode as Code;
    let mut view = v1::Refusal { detail: refusal.to_string(), ..v1::Refusal::default() };
    let code = match refusal {
        Refusal::ShowUnknown => Code::ShowUnknown,
        Refusal::NotYourShow => Code::NotYourShow,
        Refusal::RoleForbidden => Code::RoleForbidden,
        Refusal::KeyMissing => Code::KeyMissing,
        Refusal::KeyConflict => Code::KeyConflict,
        Refusal::ShowNotLive => Code::ShowNotLive,
        Refusal::ShowAlreadyLive => Code::ShowAlreadyLive,
        Refusal::ShowEnded => Code::ShowEnded,
        Refusal::DropUnknown => Code::DropUnknown,
        Refusal::DropPhase { phase } => {
            view.drop_phase = DropPhase::wire(*phase);
            Code::DropPhase
        }
        Refusal::UndoOver => Code::UndoOver,
        Refusal::DropWithoutEnd => Code::DropWithoutEnd,
        Refusal::SkuUnknown => Code::SkuUnknown,
        Refusal::QuantityInvalid { max } => {
            view.limit = Some(*max);
            Code::QuantityInvalid
        }
        Refusal::DurationInvalid { .. } => Code::DurationInvalid,
        Refusal::MomentPassed => Code::MomentPassed,
        Refusal::SoldOut => {
            view.available = Some(0);
            Code::SoldOut
        }
        Refusal::NotEnough { available } => {
            view.available = Some(*available);
            Code::NotEnough
        }
        Refusal::LimitReached { remaining, .. } => {
            view.limit = Some(*remaining);
            Code::LimitReached
        }
        Refusal::ShowLimitReached { remaining, .. } => {
            view.limit = Some(*remaining);
            Code::ShowLimitReached
        }
        Refusal::OpenHoldsReached { limit } => {
            view.limit = Some(*limit);
            Code::OpenHoldsReached
        }
        Refusal::CoolingDown { until } => {
            view.ends_at = Some(until.0);
            Code::CoolingDown
        }
        Refusal::BundleInvalid { max } => {
            view.limit = u32::try_from(*max).ok();
            Code::BundleInvalid
        }
        Refusal::WaitlistOff => Code::WaitlistOff,
        Refusal::AlreadyWaiting { waiter } => {
            view.waiter = Some(waiter.0);
            Code::AlreadyWaiting
        }
        Refusal::WaiterUnknown => Code::WaiterUnknown,
        Refusal::WaiterOver => Code::WaiterOver,
        Refusal::DrawPending => Code::DrawPending,
        Refusal::DrawUncommitted => Code::DrawUncommitted,
        Refusal::DrawNotDue => Code::DrawNotDue,
        Refusal::SeedForeign => Code::SeedForeign,
        Refusal::ExtensionOver => Code::ExtensionOver,
        Refusal::ReservationUnknown => Code::ReservationUnknown,
        Refusal::ReservationState { state } => {
            view.reservation_state = ReservationState::wire(*state);
            Code::ReservationState
        }
        Refusal::OrderUnknown => Code::OrderUnknown,
        Refusal::OrderPaid => Code::OrderPaid,
        Refusal::Full { .. } => Code::Full,
        Refusal::PlanInvalid { .. } => Code::PlanInvalid,
    };
    view.code = code.into();
    view
}
