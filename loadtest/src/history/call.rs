//! What clients ask, and what they are told.

use std::{fmt, sync::Arc, time::Duration};

use dropcast_proto::v1::{self, DropPhase, RefusalCode, ReservationState, Role, answer_outcome, client_message};

/// A name as it is on the wire.
pub(crate) type Name = Arc<str>;

/// Whose key it is: what is accepted under it, is accepted once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Owner {
    /// What the client is.
    pub(crate) role: Role,
    /// Its name, unique within the role.
    pub(crate) name: Name,
    /// The idempotency key.
    pub(crate) key: Name,
}

/// A client asked something, once: what is sent again under the same key is another call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Who asked, under which key.
    pub(crate) owner: Owner,
    /// What.
    pub(crate) asked: Asked,
    /// When, since the clock began; never later than it was sent.
    pub(crate) called: Duration,
    /// When the answer came, never earlier than it was received, and what it was; `None` when none came, or one that
    /// decides nothing.
    pub(crate) answer: Option<(Duration, Told)>,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// To hold units.
    Reserve { drop: Name, sku: Name, quantity: u32 },
    /// To buy what is held.
    Confirm { reservation: u64 },
    /// To give back what is held.
    Release { reservation: u64 },
    /// Something that host or brand ask to run the show; when they are refused is not judged.
    Run,
}

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    /// Units are held.
    Held { reservation: u64, drop: Name, sku: Name, quantity: u32 },
    /// What was held is bought.
    Sold { reservation: u64, order: u64 },
    /// What was held was given back.
    Released { reservation: u64 },
    /// The show was changed.
    Done,
    /// The rules say no.
    Refused(Refusal),
}

/// Why the rules say no, with what the answer says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    ShowNotLive,
    ShowEnded,
    DropUnknown,
    DropPhase(DropPhase),
    SkuUnknown,
    QuantityInvalid,
    /// How many more the viewer may have.
    LimitReached(Option<u32>),
    SoldOut,
    /// How many are left.
    NotEnough(Option<u32>),
    ReservationUnknown,
    ReservationState(ReservationState),
    KeyConflict,
    /// One that nothing is known about here.
    Other(RefusalCode),
}

impl Call {
    /// What was accepted, and when the client knew; `None` for every other answer.
    pub(super) fn acceptance(&self) -> Option<(Duration, &Told)> {
        self.answer.as_ref().filter(|(_, told)| !matches!(told, Told::Refused(_))).map(|(at, told)| (*at, told))
    }

    /// Why it was refused, and when the client knew.
    pub(super) fn refusal(&self) -> Option<(Duration, Refusal)> {
        match self.answer {
            Some((at, Told::Refused(refusal))) => Some((at, refusal)),
            _ => None,
        }
    }
}

impl Asked {
    /// What a client's message asks; `None` for one that asks nothing of the rules.
    pub(crate) fn of(message: &client_message::Kind) -> Option<Self> {
        use client_message::Kind;
        match message {
            Kind::Reserve(reserve) => Some(Self::Reserve {
                drop: reserve.drop.as_str().into(),
                sku: reserve.sku.as_str().into(),
                quantity: reserve.quantity,
            }),
            Kind::Confirm(confirm) => Some(Self::Confirm { reservation: confirm.reservation }),
            Kind::Release(release) => Some(Self::Release { reservation: release.reservation }),
            _ => None,
        }
    }
}

impl Told {
    /// What an answer says; `None` where it decides nothing.
    pub(crate) fn of(outcome: &answer_outcome::Kind) -> Option<Self> {
        use answer_outcome::Kind;
        match outcome {
            Kind::Held(held) => Some(Self::Held {
                reservation: held.reservation,
                drop: held.drop.as_str().into(),
                sku: held.sku.as_str().into(),
                quantity: held.quantity,
            }),
            Kind::Sold(purchase) => Some(Self::Sold {
                reservation: purchase.reservation.as_ref().map_or(0, |sold| sold.reservation),
                order: purchase.order.as_ref().map_or(0, |order| order.order),
            }),
            Kind::Released(released) => Some(Self::Released { reservation: released.reservation }),
            Kind::Done(_) => Some(Self::Done),
            Kind::Refused(refusal) => Some(Self::Refused(refusal.into())),
            Kind::Retry(_) | Kind::Pending(_) | Kind::Waiter(_) => None,
        }
    }

    /// The reservation that it is about.
    pub(super) fn reservation(&self) -> Option<u64> {
        match self {
            Self::Held { reservation, .. } | Self::Sold { reservation, .. } | Self::Released { reservation } => {
                Some(*reservation)
            }
            Self::Done | Self::Refused(_) => None,
        }
    }
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
            RefusalCode::LimitReached => Self::LimitReached(refusal.limit),
            RefusalCode::SoldOut => Self::SoldOut,
            RefusalCode::NotEnough => Self::NotEnough(refusal.available),
            RefusalCode::ReservationUnknown => Self::ReservationUnknown,
            RefusalCode::ReservationState => Self::ReservationState(refusal.reservation_state()),
            RefusalCode::KeyConflict => Self::KeyConflict,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}'s {}", self.name, self.key)
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held { reservation, drop, sku, quantity } => {
                write!(f, "reservation {reservation}: {quantity} of {sku} held in {drop}")
            }
            Self::Sold { reservation, order } => write!(f, "reservation {reservation}: sold as order {order}"),
            Self::Released { reservation } => write!(f, "reservation {reservation}: released"),
            Self::Done => f.write_str("done"),
            Self::Refused(refusal) => write!(f, "refused: {refusal}"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |number: &Option<u32>| number.map_or("an unknown number".to_owned(), |number| number.to_string());
        match self {
            Self::DropPhase(phase) => write!(f, "drop_phase ({})", short(phase.as_str_name(), "DROP_PHASE_")),
            Self::LimitReached(remaining) => write!(f, "limit_reached ({} more)", number(remaining)),
            Self::NotEnough(available) => write!(f, "not_enough ({} left)", number(available)),
            Self::ReservationState(state) => {
                write!(f, "reservation_state ({})", short(state.as_str_name(), "RESERVATION_STATE_"))
            }
            Self::Other(code) => f.write_str(&short(code.as_str_name(), "REFUSAL_CODE_")),
            Self::ShowNotLive => f.write_str("show_not_live"),
            Self::ShowEnded => f.write_str("show_ended"),
            Self::DropUnknown => f.write_str("drop_unknown"),
            Self::SkuUnknown => f.write_str("sku_unknown"),
            Self::QuantityInvalid => f.write_str("quantity_invalid"),
            Self::SoldOut => f.write_str("sold_out"),
            Self::ReservationUnknown => f.write_str("reservation_unknown"),
            Self::KeyConflict => f.write_str("key_conflict"),
        }
    }
}

/// A name of an enum as the wire has it.
fn short(name: &str, prefix: &str) -> String {
    name.trim_start_matches(prefix).to_lowercase()
}
