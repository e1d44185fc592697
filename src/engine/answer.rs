//! What becomes of a command.

use dropcast_domain::{
    ids::{OrderId, ReservationId},
    show::{Command, Outcome, Refusal, ReservationState, Show},
};
use dropcast_proto::v1;

use crate::{codec, journal::Position};

/// The answer to one command. Exactly one is given for each.
#[derive(Clone, PartialEq, Debug)]
#[expect(clippy::large_enum_variant, reason = "it is handed on at once, and a box would be an allocation for each")]
pub enum Answer {
    /// It was carried out, durably; perhaps long ago, under the same key.
    Accepted(Accepted),
    /// The rules turned it down, on durable facts.
    Refused(Refusal),
    /// It was not decided, and left no trace.
    Retry {
        /// How long to wait, in milliseconds.
        after_ms: u64,
        /// Why.
        reason: RetryReason,
    },
    /// It is not known whether it was carried out: asking again under the same key tells.
    Pending {
        /// How long to wait, in milliseconds.
        after_ms: u64,
    },
}

/// Why a command was not decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RetryReason {
    /// The mailbox is full.
    Busy,
    /// The journal can't be written.
    Unavailable,
    /// The show's writer, or the node, is stopping.
    Stopping,
}

/// What an accepted command brought about, as it stood then.
#[derive(Clone, PartialEq, Debug)]
pub enum Accepted {
    /// A host's or brand's command was carried out.
    Done,
    /// Units are held.
    Held(v1::Reservation),
    /// Units are bought.
    Sold(v1::Purchase),
    /// Units went back.
    Released(v1::Reservation),
    /// A place in line, taken or left.
    Waiter(v1::Waiter),
}

/// Takes the answer. Called once, on the show's task: it must not block.
pub type Reply = Box<dyn FnOnce(Answer) + Send>;

/// Takes the answer and, for an acceptance, the durable position that it rests on: the entry that made it true, or one
/// after it. For any other answer the position says nothing. Called once, on the show's task: it must not block.
pub type ReplyAt = Box<dyn FnOnce(Answer, Position) + Send>;

/// What `outcome` of `command` looks like now.
pub(super) fn accepted(show: &Show, command: &Command, outcome: Outcome) -> Option<Accepted> {
    match (command, outcome) {
        (Command::Release { .. }, Outcome::Reservation(id)) => Some(Accepted::Released(reservation(show, id)?)),
        (_, Outcome::Reservation(id)) => Some(Accepted::Held(reservation(show, id)?)),
        (_, Outcome::Order(id)) => Some(Accepted::Sold(purchase(show, id)?)),
        (_, Outcome::Waiter(id)) => Some(Accepted::Waiter(codec::waiter_of(show, id)?)),
        (_, Outcome::Done) => Some(Accepted::Done),
    }
}

/// What a bound key stands for now, when the command itself is not known.
pub fn accepted_by_key(show: &Show, outcome: Outcome) -> Option<Accepted> {
    match outcome {
        Outcome::Done => Some(Accepted::Done),
        Outcome::Order(id) => Some(Accepted::Sold(purchase(show, id)?)),
        Outcome::Waiter(id) => Some(Accepted::Waiter(codec::waiter_of(show, id)?)),
        Outcome::Reservation(id) => {
            let given_back = show.reservation(id)?.state == ReservationState::Released;
            let view = reservation(show, id)?;
            Some(if given_back { Accepted::Released(view) } else { Accepted::Held(view) })
        }
    }
}

fn reservation(show: &Show, id: ReservationId) -> Option<v1::Reservation> {
    codec::reservation_of(show, id)
}

fn purchase(show: &Show, id: OrderId) -> Option<v1::Purchase> {
    let order = show.order(id)?;
    let reservation = reservation(show, order.reservation)?;
    Some(v1::Purchase { reservation: Some(reservation), order: codec::order_view(show, &order) })
}
