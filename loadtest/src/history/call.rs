//! What clients ask, and what they are told.

use std::{fmt, sync::Arc, time::Duration};

use dropcast_proto::v1::{Reservation, Role, answer_outcome, client_message};

pub(super) use super::refused::Refusal;

/// A name as it is on the wire.
pub(crate) type Name = Arc<str>;

/// Units of a SKU.
pub(crate) type Line = (Name, u32);

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
    /// To hold units: of one SKU, or of several as a bundle.
    Reserve { drop: Name, lines: Vec<Line> },
    /// To wait for units.
    Join { drop: Name, line: Line },
    /// To wait no more.
    Leave { waiter: u64 },
    /// To hold for longer what is held.
    Extend { reservation: u64 },
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
    Held { reservation: u64, drop: Name, lines: Vec<Line> },
    /// The viewer waits, or did until now; in which place, once that has a number.
    Waits { waiter: u64, drop: Name, line: Line, place: Option<u32> },
    /// What was held is bought.
    Sold { reservation: u64, order: u64 },
    /// What was held was given back.
    Released { reservation: u64 },
    /// The show was changed.
    Done,
    /// The rules say no.
    Refused(Refusal),
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
            Kind::Reserve(reserve) => {
                let with = reserve.with.iter().map(|line| (line.sku.as_str().into(), line.quantity));
                let first = (reserve.sku.as_str().into(), reserve.quantity);
                let lines = std::iter::once(first).chain(with).collect();
                Some(Self::Reserve { drop: reserve.drop.as_str().into(), lines })
            }
            Kind::JoinWaitlist(join) => {
                Some(Self::Join { drop: join.drop.as_str().into(), line: (join.sku.as_str().into(), join.quantity) })
            }
            Kind::LeaveWaitlist(leave) => Some(Self::Leave { waiter: leave.waiter }),
            Kind::ExtendHold(extend) => Some(Self::Extend { reservation: extend.reservation }),
            Kind::Confirm(confirm) => Some(Self::Confirm { reservation: confirm.reservation }),
            Kind::Release(release) => Some(Self::Release { reservation: release.reservation }),
            _ => None,
        }
    }

    /// Whether an entry that accepts this may have come of the other: who clicks on what is drawn for, or sold out, gets
    /// a place in line.
    pub(super) fn may_come_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Join { drop, line }, Self::Reserve { drop: clicked, lines }) => {
                drop == clicked && lines.as_slice() == std::slice::from_ref(line)
            }
            _ => self == other,
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
                lines: lines_of(held),
            }),
            Kind::Waiter(waiter) => Some(Self::Waits {
                waiter: waiter.waiter,
                drop: waiter.drop.as_str().into(),
                line: (waiter.sku.as_str().into(), waiter.quantity),
                place: waiter.place,
            }),
            Kind::Sold(purchase) => Some(Self::Sold {
                reservation: purchase.reservation.as_ref().map_or(0, |sold| sold.reservation),
                order: purchase.order.as_ref().map_or(0, |order| order.order),
            }),
            Kind::Released(released) => Some(Self::Released { reservation: released.reservation }),
            Kind::Done(_) => Some(Self::Done),
            Kind::Refused(refusal) => Some(Self::Refused(refusal.into())),
            Kind::Retry(_) | Kind::Pending(_) => None,
        }
    }

    /// The reservation that it is about.
    pub(super) fn reservation(&self) -> Option<u64> {
        match self {
            Self::Held { reservation, .. } | Self::Sold { reservation, .. } | Self::Released { reservation } => {
                Some(*reservation)
            }
            Self::Waits { .. } | Self::Done | Self::Refused(_) => None,
        }
    }
}

fn lines_of(held: &Reservation) -> Vec<Line> {
    let with = held.with.iter().map(|line| (line.sku.as_str().into(), line.quantity));
    std::iter::once((held.sku.as_str().into(), held.quantity)).chain(with).collect()
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}'s {}", self.name, self.key)
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held { reservation, drop, lines } => {
                let lines: Vec<_> = lines.iter().map(|(sku, quantity)| format!("{quantity} of {sku}")).collect();
                write!(f, "reservation {reservation}: {} held in {drop}", lines.join(" and "))
            }
            Self::Waits { waiter, drop, line: (sku, quantity), place } => {
                write!(f, "waiter {waiter}: {quantity} of {sku} waited for in {drop}")?;
                place.map_or(Ok(()), |place| write!(f, ", in place {place}"))
            }
            Self::Sold { reservation, order } => write!(f, "reservation {reservation}: sold as order {order}"),
            Self::Released { reservation } => write!(f, "reservation {reservation}: released"),
            Self::Done => f.write_str("done"),
            Self::Refused(refusal) => write!(f, "refused: {refusal}"),
        }
    }
}
