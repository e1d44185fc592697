//! Why the rules say no.

use std::fmt;

use dropcast_proto::v1::{self, DropPhase, RefusalCode, ReservationState};

/// Why the rules say no, with what the answer says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    ShowNotLive,
    ShowEnded,
    DropUnknown,
    DropPhase(DropPhase),
    SkuUnknown,
    QuantityInvalid,
    BundleInvalid,
    DrawPending,
    WaitlistOff,
    /// In which place.
    AlreadyWaiting(Option<u64>),
    CoolingDown,
    /// How many the show allows.
    OpenHoldsReached(Option<u32>),
    /// How many more the viewer may have in the drop.
    LimitReached(Option<u32>),
    /// How many more the viewer may have in the show.
    ShowLimitReached(Option<u32>),
    SoldOut,
    /// How many are left.
    NotEnough(Option<u32>),
    ReservationUnknown,
    ReservationState(ReservationState),
    ExtensionOver,
    WaiterUnknown,
    WaiterOver,
    KeyConflict,
    /// One that nothing is known about here.
    Other(RefusalCode),
}

impl From<&v1::Refusal> for Refusal {
    fn from(refusal: &v1::Refusal) -> Self {
        match refusal.code() {
            RefusalCode::ShowNotLive => Self::ShowNotLive,
            RefusalCode::ShowEnded => Self::ShowEnded,
            RefusalCode::DropUnknown => Self::DropUnknown,
            RefusalCode::DropPhase => Self::DropPhase(refusal.drop_phase()),
            RefusalCode::SkuUnknown => Self::SkuUnknown,
            RefusalCode::QuantityInvalid => Self::QuantityInvalid,
            RefusalCode::BundleInvalid => Self::BundleInvalid,
            RefusalCode::DrawPending => Self::DrawPending,
            RefusalCode::WaitlistOff => Self::WaitlistOff,
            RefusalCode::AlreadyWaiting => Self::AlreadyWaiting(refusal.waiter),
            RefusalCode::CoolingDown => Self::CoolingDown,
            RefusalCode::OpenHoldsReached => Self::OpenHoldsReached(refusal.limit),
            RefusalCode::LimitReached => Self::LimitReached(refusal.limit),
            RefusalCode::ShowLimitReached => Self::ShowLimitReached(refusal.limit),
            RefusalCode::SoldOut => Self::SoldOut,
            RefusalCode::NotEnough => Self::NotEnough(refusal.available),
            RefusalCode::ReservationUnknown => Self::ReservationUnknown,
            RefusalCode::ReservationState => Self::ReservationState(refusal.reservation_state()),
            RefusalCode::ExtensionOver => Self::ExtensionOver,
            RefusalCode::WaiterUnknown => Self::WaiterUnknown,
            RefusalCode::WaiterOver => Self::WaiterOver,
            RefusalCode::KeyConflict => Self::KeyConflict,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&short(self.code().as_str_name(), "REFUSAL_CODE_"))?;
        match self {
            Self::DropPhase(phase) => write!(f, " ({})", short(phase.as_str_name(), "DROP_PHASE_")),
            Self::LimitReached(remaining) | Self::ShowLimitReached(remaining) => {
                write!(f, " ({} more)", number(*remaining))
            }
            Self::OpenHoldsReached(limit) => write!(f, " ({} allowed)", number(*limit)),
            Self::AlreadyWaiting(waiter) => write!(f, " (in place {})", number(*waiter)),
            Self::NotEnough(available) => write!(f, " ({} left)", number(*available)),
            Self::ReservationState(state) => write!(f, " ({})", short(state.as_str_name(), "RESERVATION_STATE_")),
            _ => Ok(()),
        }
    }
}

impl Refusal {
    fn code(self) -> RefusalCode {
        match self {
            Self::ShowNotLive => RefusalCode::ShowNotLive,
            Self::ShowEnded => RefusalCode::ShowEnded,
            Self::DropUnknown => RefusalCode::DropUnknown,
            Self::DropPhase(_) => RefusalCode::DropPhase,
            Self::SkuUnknown => RefusalCode::SkuUnknown,
            Self::QuantityInvalid => RefusalCode::QuantityInvalid,
            Self::BundleInvalid => RefusalCode::BundleInvalid,
            Self::DrawPending => RefusalCode::DrawPending,
            Self::WaitlistOff => RefusalCode::WaitlistOff,
            Self::AlreadyWaiting(_) => RefusalCode::AlreadyWaiting,
            Self::CoolingDown => RefusalCode::CoolingDown,
            Self::OpenHoldsReached(_) => RefusalCode::OpenHoldsReached,
            Self::LimitReached(_) => RefusalCode::LimitReached,
            Self::ShowLimitReached(_) => RefusalCode::ShowLimitReached,
            Self::SoldOut => RefusalCode::SoldOut,
            Self::NotEnough(_) => RefusalCode::NotEnough,
            Self::ReservationUnknown => RefusalCode::ReservationUnknown,
            Self::ReservationState(_) => RefusalCode::ReservationState,
            Self::ExtensionOver => RefusalCode::ExtensionOver,
            Self::WaiterUnknown => RefusalCode::WaiterUnknown,
            Self::WaiterOver => RefusalCode::WaiterOver,
            Self::KeyConflict => RefusalCode::KeyConflict,
            Self::Other(code) => code,
        }
    }
}

fn number(number: Option<impl ToString>) -> String {
    number.map_or_else(|| "an unknown number".to_owned(), |number| number.to_string())
}

/// A name of an enum as the wire has it.
fn short(name: &str, prefix: &str) -> String {
    name.trim_start_matches(prefix).to_lowercase()
}
