//! What may be asked of a show, and by whom.

use serde::{Deserialize, Serialize};

use super::{Digest, Promise, ShowPlan};
use crate::{
    audience::AudienceCount,
    ids::{DropId, Key, OrderId, PrincipalId, ReservationId, Sku, WaiterId},
    time::Timestamp,
};

/// In which role somebody speaks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Role {
    /// Watches and buys.
    Viewer,
    /// Runs the show.
    Host,
    /// Owns the show; may do all that a host may.
    Brand,
    /// The server itself: payments that came through, for example.
    System,
}

/// Who speaks.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Principal {
    /// In which role.
    pub role: Role,
    /// Under which name within the role.
    pub id: PrincipalId,
}

/// Tells the content of a command; computed by whoever decodes commands, over everything but the key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Fingerprint(pub [u8; 16]);

/// A command with who asks it and under which key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Who asks. That they may speak in this role was checked before.
    pub principal: Principal,
    /// Asking again under the same key is answered with the first acceptance. Required for every command but
    /// [`Command::Plan`], [`Command::ExtendHolds`], [`Command::CommitDraw`], [`Command::DrawLots`] and
    /// [`Command::CountAudience`], which are idempotent by themselves.
    pub key: Option<Key>,
    /// With which content.
    pub fingerprint: Fingerprint,
    /// What is asked.
    pub command: Command,
}

/// A request to change a show.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Brand: makes the show what the plan says; creates it when it does not exist.
    ///
    /// An allotment becomes the planned units, by adding or by withdrawing free ones; less than what is held, offered
    /// and sold, here or elsewhere, is refused. Units that were added by [`Command::AddUnits`] stay on top of the
    /// plan's. A drop that was opened, or in which a promise was kept, can't be left out any more, and only its title
    /// and place can change. Another keeps the moment that the host set for it, unless the plan's own moment changes or
    /// the plan leaves out a SKU that the drop sold before.
    Plan(Box<ShowPlan>),
    /// Brand or host: draft → live.
    Start,
    /// Brand or host: live → ended. Open drops close; holds stay confirmable until their deadline.
    End,
    /// Brand or host: opens a planned or scheduled drop at once.
    OpenDrop {
        /// Which.
        drop: DropId,
    },
    /// Brand or host: sets or clears the moment at which a drop that was not opened yet opens by itself.
    ScheduleDrop {
        /// Which.
        drop: DropId,
        /// When; `None` takes it back.
        opens_at: Option<Timestamp>,
    },
    /// Brand or host: open → paused. Nobody new is served; its closing time stands.
    PauseDrop {
        /// Which.
        drop: DropId,
    },
    /// Brand or host: paused → open.
    ResumeDrop {
        /// Which.
        drop: DropId,
    },
    /// Brand or host: moves the closing time of an open or paused drop.
    ExtendDrop {
        /// Which.
        drop: DropId,
        /// By how much, in milliseconds; for a drop without a closing time it is refused.
        by_ms: u64,
    },
    /// Brand or host: takes an opening back that was a mistake; open or paused → planned. Possible for
    /// [`super::UNDO_MS`] after the opening, while nothing was sold in the drop and no lots are drawn. What is held and
    /// offered in it is revoked, whoever waits in it waits no more, and it opens by itself no more; units that were
    /// added to it stay, and so does what its draw is bound to. What it sells and how stays fixed, as it was seen.
    UndoDrop {
        /// Which.
        drop: DropId,
    },
    /// Brand or host: closes an open or paused drop for good.
    CloseDrop {
        /// Which.
        drop: DropId,
    },
    /// Brand or host: adds units to a SKU's allotment and, where a drop is named, to the caps that it has: the SKU's
    /// and the one that its SKUs share.
    AddUnits {
        /// The drop whose caps are raised along.
        drop: Option<DropId>,
        /// Of what.
        sku: Sku,
        /// How many; at least 1.
        units: u32,
    },
    /// Brand: takes units out of a SKU's allotment that were sold elsewhere.
    WithdrawUnits {
        /// Of what.
        sku: Sku,
        /// How many; at least 1.
        units: u32,
        /// Whether to withdraw units that are offered or held, too, when too few are free: the newest of these
        /// reservations are revoked, and a shortfall is recorded. Units that are sold stay sold.
        force: bool,
    },
    /// Viewer: holds units in an open drop. In a drop that draws, it enters the draw while that takes entries; where
    /// the waitlist is automatic, it joins the line for what is sold out.
    Reserve {
        /// In which drop.
        drop: DropId,
        /// Of what.
        sku: Sku,
        /// How many; 1 to [`super::QUANTITY_MAX`].
        quantity: u32,
        /// What else, of other SKUs of the drop: all is held, or nothing. At most [`super::BUNDLE_LINES_MAX`] SKUs and
        /// [`super::QUANTITY_MAX`] units in all.
        with: Vec<WantedLine>,
    },
    /// Viewer: joins the line for units of an open drop; what is free, or comes back, is offered in the order of the
    /// line.
    JoinWaitlist {
        /// In which drop.
        drop: DropId,
        /// For what.
        sku: Sku,
        /// For how many, at most; 1 to [`super::QUANTITY_MAX`].
        quantity: u32,
    },
    /// Viewer: leaves the line.
    LeaveWaitlist {
        /// The viewer's own place.
        waiter: WaiterId,
    },
    /// Viewer: keeps what is held or offered for some time more, once, because its payment is under way.
    ExtendHold {
        /// The viewer's own reservation.
        reservation: ReservationId,
    },
    /// Viewer: buys what is held or offered; → sold, and an order is placed.
    Confirm {
        /// The viewer's own reservation.
        reservation: ReservationId,
    },
    /// Viewer: gives back what is held, or declines what is offered; → released.
    Release {
        /// The viewer's own reservation.
        reservation: ReservationId,
    },
    /// System: shows, before a drop opens, to which seed its draw is bound.
    CommitDraw {
        /// Which; it draws, and was not opened yet.
        drop: DropId,
        /// SHA-256 of the seed.
        commitment: Digest,
    },
    /// System: reveals the seed of a draw that takes no entries any more, which decides the order of its entrants.
    DrawLots {
        /// Which.
        drop: DropId,
        /// What SHA-256 makes the commitment of.
        seed: Digest,
        /// The digest of the journal's entry before this one: nobody could know it when the seed was made.
        digest: Digest,
    },
    /// System: an order's payment came through; placed → paid.
    SettleOrder {
        /// Which.
        order: OrderId,
        /// What the payment provider calls the payment; opaque, at most [`crate::ids::NAME_BYTES_MAX`] bytes.
        payment: PrincipalId,
    },
    /// System: the journal could not be written for the last while, so nobody could buy what was held. What was held
    /// when that began is held that much longer; what runs on is everything else, the ends of drops, too.
    ///
    /// Time in which anything was decided is no outage and does not count, so no time counts twice and no key is
    /// needed.
    ExtendHolds {
        /// For how long it was away, up to now, in milliseconds; 1 to [`super::HOLD_EXTENSION_MS_MAX`].
        by_ms: u64,
    },
    /// System: a node tells what it counted of the audience, all in all. What it told later already is left as it is.
    CountAudience {
        /// The node's name while it counts; it begins to count anew only under another.
        node: PrincipalId,
        /// What it counted.
        count: Box<AudienceCount>,
    },
    /// System: keeps what a lost history acknowledged, or records that it can't be kept. Idempotent by itself, whatever
    /// its key.
    Reclaim(Box<Promise>),
}

impl Command {
    /// Up to when time passes before this is decided at `now`: what held units until a moment in an outage must not
    /// have run out before the outage is known.
    pub fn looks_back_to(&self, now: Timestamp) -> Timestamp {
        match self {
            Self::ExtendHolds { by_ms } => Timestamp(now.0.saturating_sub(*by_ms)),
            _ => now,
        }
    }
}

/// Units of a SKU that are wanted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WantedLine {
    /// Of what.
    pub sku: Sku,
    /// How many.
    pub quantity: u32,
}

/// What an accepted command brought about, as its key remembers it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Outcome {
    /// The show, a drop or the stock is as was asked.
    Done,
    /// These units are held, held longer, or were released.
    Reservation(ReservationId),
    /// This place in line was taken, or left.
    Waiter(WaiterId),
    /// This order was placed or paid.
    Order(OrderId),
}
